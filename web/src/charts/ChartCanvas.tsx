/** Lines on a canvas, with what stands over them: crosshair and tooltip, notes, keys. */

import { type ReactNode, useEffect, useId, useMemo, useRef, useState } from "react";
import { useTheme } from "../look/theme";
import type { XAxis } from "../url/charts";
import { type Drawn, shownExtent } from "./drawing";
import type { Emphasis } from "./emphasis";
import type { Extent } from "./lines";
import { type Look, type Notes, Plot } from "./plot";
import { readings, readingsTable } from "./reading";
import { Pointer, Tooltip } from "./Tooltip";

interface Props {
  readonly metric: string;
  readonly drawn: readonly Drawn[];
  readonly axis: XAxis;
  readonly isLog: boolean;
  readonly isLogX: boolean;
  readonly zoom: Extent | null;
  /** What the lines reach when all of them is looked at; that of what is drawn where it is not known. */
  readonly whole: Extent | null;
  readonly width: number;
  readonly height: number;
  readonly emphasis: Emphasis;
  readonly onZoom: (zoom: Extent | null) => void;
  /** Whether points are missing where x has no logarithm. */
  readonly isLeftOut: boolean;
  /** Notes that come from the points themselves. */
  readonly badges: ReactNode;
  /** What stands over the chart instead of lines. */
  readonly children: ReactNode;
}

const UNTROUBLED: Notes = { isClipped: false, isLeftOut: false };
const FACTOR = 1.5;
const STRIDE = 10;
/** What keys do, and by how much. */
const KEYS: Readonly<Record<string, readonly ["step" | "line" | "zoom" | "all", number]>> = {
  ArrowLeft: ["step", -1],
  ArrowRight: ["step", 1],
  ArrowUp: ["line", -1],
  ArrowDown: ["line", 1],
  "+": ["zoom", 1 / FACTOR],
  "=": ["zoom", 1 / FACTOR],
  "-": ["zoom", FACTOR],
  "0": ["all", 0],
};

export function ChartCanvas(props: Props) {
  const {
    metric,
    drawn,
    axis,
    isLog,
    isLogX,
    zoom,
    whole,
    width,
    height,
    emphasis,
    onZoom,
    isLeftOut,
    badges,
    children,
  } = props;
  const element = useRef<HTMLDivElement>(null);
  const plot = useRef<Plot | null>(null);
  const [pointer] = useState(() => new Pointer());
  const [notes, setNotes] = useState(UNTROUBLED);
  const theme = useTheme();
  const id = useId();

  const extent = useMemo(() => shownExtent(drawn, zoom, isLogX), [drawn, zoom, isLogX]);
  const reach = useMemo(() => whole ?? shownExtent(drawn, null, isLogX), [whole, drawn, isLogX]);
  const latest = useRef({ drawn, onZoom, width, height });
  latest.current = { drawn, onZoom, width, height };

  const isReady = width > 0;
  // biome-ignore lint/correctness/useExhaustiveDependencies: colours are read when a plot is made, so a theme makes a new one
  useEffect(() => {
    const box = element.current;
    if (box === null || !isReady) return;
    const look: Look = { axis, isLog, isLogX };
    const made = new Plot(box, latest.current.width, latest.current.height, look, {
      onZoom: (x) => latest.current.onZoom(x),
      onPoint: (pointed) => {
        pointer.point(pointed);
        emphasis.point(pointed === null ? null : (latest.current.drawn[pointed.nearest]?.key ?? null));
      },
      onNotes: (found) =>
        setNotes((before) =>
          before.isClipped === found.isClipped && before.isLeftOut === found.isLeftOut ? before : found,
        ),
    });
    plot.current = made;
    const stop = emphasis.watch((key) => made.emphasise(key));
    made.emphasise(emphasis.key);
    return () => {
      stop();
      made.destroy();
      plot.current = null;
      pointer.point(null);
    };
  }, [isReady, axis, isLog, isLogX, theme, emphasis, pointer]);
  useEffect(() => {
    if (width > 0) plot.current?.resize(width, height);
  }, [width, height]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new plot has nothing to show until it is told
  useEffect(() => {
    plot.current?.show({ lines: drawn, x: extent, whole: reach });
  }, [drawn, extent, reach, axis, isLog, isLogX, isReady, theme]);

  const keyed = (event: React.KeyboardEvent) => {
    const pointed = pointer.get();
    if ((event.ctrlKey || event.metaKey) && event.key === "c" && pointed !== null) {
      event.preventDefault();
      void navigator.clipboard.writeText(readingsTable(readings(pointed, drawn)));
    }
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const shown = plot.current;
    const [kind, by] = KEYS[event.key] ?? [];
    if (shown === null || kind === undefined || by === undefined) return;
    event.preventDefault();
    if (kind === "line") chooseNext(drawn, emphasis, by);
    if (kind === "zoom") shown.zoom(by);
    else if (kind === "all") onZoom(null);
    else shown.step(kind === "step" ? by * (event.shiftKey ? STRIDE : 1) : 0, emphasis.key);
  };

  return (
    <div
      className={`line-chart${drawn.length === 0 ? " line-chart-empty" : ""}`}
      style={{ height }}
      ref={element}
      data-lines={drawn.length}
      role="group"
      aria-label={`Chart of ${metric}`}
      aria-describedby={id}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: arrow keys move its crosshair
      tabIndex={0}
      onKeyDown={keyed}
      onBlur={() => plot.current?.leave()}
    >
      <span className="unseen" id={id}>
        Left and right move the crosshair, up and down choose a line, plus and minus zoom, zero shows all, Control C
        copies what is read.
      </span>
      {children}
      <Tooltip pointer={pointer} lines={drawn} axis={axis} width={width} emphasis={emphasis} />
      <div className="chart-badges">
        {notes.isClipped && (
          <span title="Some values lie far outside; they are kept, the axis leaves them out">
            outliers beyond the axis
          </span>
        )}
        {(notes.isLeftOut || isLeftOut) && (
          <span title="What is not above zero has no logarithm; it is kept, the axis leaves it out">
            {leftOut(notes.isLeftOut, isLeftOut)} ≤ 0 left out
          </span>
        )}
        {badges}
      </div>
    </div>
  );
}

function leftOut(isValue: boolean, isX: boolean): string {
  if (isValue && isX) return "x and values";
  return isX ? "x" : "values";
}

/** Emphasise the next line. */
function chooseNext(drawn: readonly Drawn[], emphasis: Emphasis, by: number): void {
  if (drawn.length === 0) return;
  const at = drawn.findIndex((one) => one.key === emphasis.key);
  emphasis.point(drawn[(at + by + drawn.length) % drawn.length]?.key ?? null);
}
