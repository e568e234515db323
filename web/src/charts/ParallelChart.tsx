/** Parallel coordinates: an axis a parameter or metric, a line a run; drag on an axis to keep what crosses it there. */

import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import { useTheme } from "../look/theme";
import { AxisHead } from "./AxisHead";
import type { Dimension } from "./dimensions";
import { type Brush, brushOf, crossings, keptBy, nearestLine } from "./parallel";
import { BELOW, brushEnds, type Frame, nonePlace, paintEmphasis, paintLines, placeOf, TOP } from "./parallelPaint";
import type { Scale, ScaleKind } from "./scale";

interface Props {
  readonly dimensions: readonly Dimension[];
  readonly scales: readonly Scale[];
  readonly colours: readonly string[];
  readonly brushes: readonly Brush[];
  readonly emphasis: number | null;
  readonly said: string;
  readonly onEmphasis: (at: number | null) => void;
  readonly onBrushes: (brushes: readonly Brush[]) => void;
  readonly onMove: (id: string, to: number) => void;
  readonly onScale: (id: string, kind: ScaleKind) => void;
  readonly onRemove: (id: string) => void;
  readonly onOpen: (at: number) => void;
}

const HEIGHT = 400;
const HEAD = 30;
const SIDE = 28;
/** Axes closer than this could not be told apart; the chart scrolls instead. */
const LEAST_APART = 84;
/** So near to an axis a drag brushes it. */
const NEAR_AXIS = 16;
const REACH = 10;

/** A brush that is being drawn, moved or made longer. */
interface Drag {
  readonly axis: number;
  readonly others: readonly Brush[];
  /** The end that stays, as a place. */
  readonly fixed: number;
  /** Where the drag began, and how far the brush reaches from there, where the whole of it is moved. */
  readonly moved: readonly [number, number] | null;
  readonly start: number;
}

export function ParallelChart(props: Props) {
  const { dimensions, scales, colours, emphasis, onEmphasis, onBrushes } = props;
  const root = useRef<HTMLDivElement>(null);
  const base = useRef<HTMLCanvasElement>(null);
  const above = useRef<HTMLCanvasElement>(null);
  const room = useWidth(root);
  const theme = useTheme();
  const [draft, setDraft] = useState<readonly Brush[] | null>(null);
  const drag = useRef<Drag | null>(null);
  /** Whether the button that was just released held a brush, which is no click. */
  const wasBrushed = useRef(false);
  const brushes = draft ?? props.brushes;
  const frame = useMemo<Frame>(() => {
    const many = dimensions.length;
    const width = Math.max(room, 2 * SIDE + LEAST_APART * (many - 1));
    const apart = many > 1 ? (width - 2 * SIDE) / (many - 1) : 0;
    return { width, height: HEIGHT, xs: dimensions.map((_, at) => (many > 1 ? SIDE + at * apart : width / 2)) };
  }, [room, dimensions]);
  const crossed = useMemo(() => crossings(dimensions, scales), [dimensions, scales]);
  const kept = useMemo(() => keptBy(brushes, dimensions, colours.length), [brushes, dimensions, colours.length]);
  const lines = useMemo(
    () => ({ dimensions, scales, crossed, kept, colours, brushes }),
    [dimensions, scales, crossed, kept, colours, brushes],
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: the theme decides the colours that are read from the page
  useEffect(() => {
    const asked = requestAnimationFrame(() => base.current !== null && paintLines(base.current, frame, lines));
    return () => cancelAnimationFrame(asked);
  }, [frame, lines, theme]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the theme decides the colours that are read from the page
  useEffect(() => {
    const asked = requestAnimationFrame(() => above.current && paintEmphasis(above.current, frame, lines, emphasis));
    return () => cancelAnimationFrame(asked);
  }, [frame, lines, emphasis, theme]);

  const where = (event: React.PointerEvent) => {
    const box = event.currentTarget.getBoundingClientRect();
    const [x, y] = [event.clientX - box.left, event.clientY - box.top];
    const apart = (frame.xs[1] ?? 0) - (frame.xs[0] ?? 0) || 1;
    const across = (x - (frame.xs[0] ?? 0)) / apart;
    const axis = Math.max(0, Math.min(dimensions.length - 1, Math.round(across)));
    return { axis, across, up: placeOf(y, frame), isNear: Math.abs((frame.xs[axis] ?? 0) - x) <= NEAR_AXIS };
  };
  const unit = 1 / (HEIGHT - TOP - BELOW);
  const pressed = (event: React.PointerEvent<HTMLDivElement>) => {
    const { axis, up, isNear } = where(event);
    const [dimension, scale] = [dimensions[axis], scales[axis]];
    if (!isNear || event.button !== 0 || dimension === undefined || scale === undefined) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    const held = props.brushes.find((brush) => {
      const [low, high] = brushEnds(brush, scale, dimension);
      return brush.id === dimension.id && up >= low - 5 * unit && up <= high + 5 * unit;
    });
    const isOther = (brush: Brush) => (event.shiftKey ? true : brush.id !== dimension.id);
    const others = props.brushes.filter((brush) => brush !== held && (held !== undefined || isOther(brush)));
    const [low, high] = held === undefined ? [up, up] : brushEnds(held, scale, dimension);
    const isLow = held !== undefined && Math.abs(up - low) < 6 * unit;
    const isHigh = held !== undefined && Math.abs(up - high) < 6 * unit;
    const isWhole = held !== undefined && !isLow && !isHigh;
    drag.current = {
      axis,
      others,
      fixed: isLow ? high : low,
      moved: isWhole ? [low - up, high - up] : null,
      start: up,
    };
  };
  const pointed = (event: React.PointerEvent<HTMLDivElement>) => {
    const { axis, across, up, isNear } = where(event);
    const held = drag.current;
    event.currentTarget.style.cursor =
      isNear || held !== null ? "ns-resize" : emphasis === null ? "default" : "pointer";
    if (held === null) {
      const at = nearestLine(crossed, kept, { across, up }, REACH * unit, nonePlace(frame));
      onEmphasis(at < 0 ? null : at);
      return;
    }
    if (Math.abs(up - held.start) < 3 * unit && draft === null) return;
    const [dimension, scale] = [dimensions[held.axis], scales[held.axis]];
    if (dimension === undefined || scale === undefined || axis < 0) return;
    const [from, to] = held.moved === null ? [held.fixed, up] : [held.moved[0] + up, held.moved[1] + up];
    const brush = brushOf(dimension.id, scale, from, to, dimension.isNumber ? 0 : dimension.categories.length);
    setDraft(brush === null ? held.others : [...held.others, brush]);
  };
  const released = () => {
    const held = drag.current;
    drag.current = null;
    wasBrushed.current = held !== null;
    if (held === null) return;
    const id = dimensions[held.axis]?.id;
    // A click without a drag takes away what the axis was brushed by.
    onBrushes(draft ?? props.brushes.filter((brush) => brush.id !== id));
    setDraft(null);
  };
  const clicked = () => {
    if (!wasBrushed.current && emphasis !== null) props.onOpen(emphasis);
  };
  return (
    <div className="parallel" ref={root}>
      <div className="parallel-scroll">
        <div style={{ width: frame.width }}>
          <div className="parallel-heads" style={{ height: HEAD }}>
            {dimensions.map((dimension, at) => (
              <AxisHead
                key={dimension.id}
                dimension={dimension}
                scale={scales[at]?.kind ?? "linear"}
                place={at}
                xs={frame.xs}
                width={frame.width}
                brushes={brushes}
                onBrushes={onBrushes}
                onMove={(to) => props.onMove(dimension.id, to)}
                onScale={(kind) => props.onScale(dimension.id, kind)}
                onRemove={() => props.onRemove(dimension.id)}
              />
            ))}
          </div>
          {/* biome-ignore lint/a11y/noStaticElementInteractions lint/a11y/useKeyWithClickEvents: axes' heads brush and the list below opens by keys */}
          <div
            className="parallel-plot"
            style={{ height: HEIGHT, width: frame.width }}
            onPointerDown={pressed}
            onPointerMove={pointed}
            onPointerUp={released}
            onPointerCancel={() => {
              drag.current = null;
              setDraft(null);
            }}
            onPointerLeave={() => drag.current === null && onEmphasis(null)}
            onClick={clicked}
          >
            <canvas ref={base} className="parallel-canvas" role="img" aria-label={props.said} />
            <canvas ref={above} className="parallel-canvas parallel-above" />
          </div>
        </div>
      </div>
    </div>
  );
}

/** How wide an element is. */
export function useWidth(root: React.RefObject<HTMLElement | null>): number {
  const [width, setWidth] = useState(800);
  useLayoutEffect(() => {
    const element = root.current;
    if (element === null) return;
    setWidth(element.clientWidth);
    const observer = new ResizeObserver(() => setWidth(element.clientWidth));
    observer.observe(element);
    return () => observer.disconnect();
  }, [root]);
  return width;
}
