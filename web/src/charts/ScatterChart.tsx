/** A point a run, by two of its values, in the colour of a third and the size of a fourth; drag to zoom. */

import { useEffect, useMemo, useRef, useState } from "react";
import { useTheme } from "../look/theme";
import type { Dimension } from "./dimensions";
import { useWidth } from "./ParallelChart";
import { prepared } from "./parallelPaint";
import type { Scale } from "./scale";
import { nearestPoint, type Points, placesOf } from "./scatter";

/** A stretch of both axes: from and to across, then up. */
export type Area = readonly [number, number, number, number];

interface Props {
  readonly x: Dimension;
  readonly y: Dimension;
  readonly scales: readonly [Scale, Scale];
  readonly colours: readonly string[];
  /** The radius of each point, in pixels. */
  readonly radii: Float64Array;
  readonly drawn: Uint8Array;
  /** The runs that none beats, in order; none where that is not asked for. */
  readonly front: readonly number[] | null;
  /** Which corner is good: whether less is better, across and up. */
  readonly isLess: readonly [boolean, boolean];
  readonly emphasis: number | null;
  readonly said: string;
  readonly tip: (at: number) => React.ReactNode;
  readonly onEmphasis: (at: number | null) => void;
  readonly onArea: (area: Area | null) => void;
  readonly onOpen: (at: number) => void;
}

const HEIGHT = 460;
const LEFT = 64;
const RIGHT = 16;
const TOP = 12;
const BOTTOM = 44;
const REACH = 12;
const LEAST_DRAG = 5;

export function ScatterChart(props: Props) {
  const { x, y, scales, colours, radii, drawn, front, isLess, emphasis, onEmphasis } = props;
  const root = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const above = useRef<HTMLCanvasElement>(null);
  const width = useWidth(root);
  const theme = useTheme();
  const [box, setBox] = useState<Area | null>(null);
  const start = useRef<readonly [number, number] | null>(null);
  const wasDragged = useRef(false);
  const points = useMemo<Points>(
    () => ({
      xs: placesOf(x, scales[0]).map((place) => LEFT + place * (width - LEFT - RIGHT)),
      ys: placesOf(y, scales[1]).map((place) => TOP + (1 - place) * (HEIGHT - TOP - BOTTOM)),
    }),
    [x, y, scales, width],
  );
  const frame = useMemo(() => ({ width, height: HEIGHT, xs: [] }), [width]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the theme decides the colours that are read from the page
  useEffect(() => {
    const context = canvas.current === null ? null : prepared(canvas.current, frame);
    if (context === null || canvas.current === null) return;
    const style = getComputedStyle(canvas.current);
    paintAxes(context, style, [x, y], scales, width);
    context.save();
    context.beginPath();
    context.rect(LEFT - 12, TOP - 12, width - LEFT - RIGHT + 24, HEIGHT - TOP - BOTTOM + 24);
    context.clip();
    const onFront = new Set(front ?? []);
    if (front !== null) paintFront(context, style, points, front, isLess, width);
    for (const isFront of [false, true]) {
      for (let at = 0; at < drawn.length; at += 1) {
        if (drawn[at] === 0 || onFront.has(at) !== isFront) continue;
        context.globalAlpha = front !== null && !isFront ? 0.3 : drawn.length > 500 ? 0.65 : 0.85;
        context.fillStyle = colours[at] ?? style.color;
        context.beginPath();
        context.arc(points.xs[at] ?? -99, points.ys[at] ?? -99, radii[at] ?? 4, 0, 7);
        context.fill();
      }
    }
    context.restore();
  }, [frame, points, scales, colours, radii, drawn, front, theme]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the theme decides the colours that are read from the page
  useEffect(() => {
    const context = above.current === null ? null : prepared(above.current, frame);
    if (context === null || above.current === null) return;
    const style = getComputedStyle(above.current);
    if (emphasis !== null) {
      context.beginPath();
      context.arc(points.xs[emphasis] ?? -99, points.ys[emphasis] ?? -99, (radii[emphasis] ?? 4) + 3, 0, 7);
      context.strokeStyle = style.color;
      context.lineWidth = 2;
      context.stroke();
    }
    if (box === null) return;
    context.fillStyle = style.getPropertyValue("outline-color");
    context.globalAlpha = 0.2;
    context.fillRect(box[0], box[2], box[1] - box[0], box[3] - box[2]);
  }, [frame, points, radii, emphasis, box, theme]);

  const where = (event: React.PointerEvent): [number, number] => {
    const bounds = event.currentTarget.getBoundingClientRect();
    return [event.clientX - bounds.left, event.clientY - bounds.top];
  };
  const moved = (event: React.PointerEvent<HTMLDivElement>) => {
    const [px, py] = where(event);
    if (start.current !== null && event.pointerType !== "touch") {
      const [sx, sy] = start.current;
      if (Math.hypot(px - sx, py - sy) < LEAST_DRAG && box === null) return;
      if (box === null) event.currentTarget.setPointerCapture(event.pointerId);
      wasDragged.current = true;
      setBox([Math.min(px, sx), Math.max(px, sx), Math.min(py, sy), Math.max(py, sy)]);
      return;
    }
    const at = nearestPoint(points, drawn, px, py, REACH);
    onEmphasis(at < 0 ? null : at);
  };
  const released = () => {
    start.current = null;
    if (box === null) return;
    const across = (pixel: number) => scales[0].value((pixel - LEFT) / (width - LEFT - RIGHT));
    const up = (pixel: number) => scales[1].value(1 - (pixel - TOP) / (HEIGHT - TOP - BOTTOM));
    props.onArea([across(box[0]), across(box[1]), up(box[3]), up(box[2])]);
    setBox(null);
  };
  const tipX = emphasis === null ? 0 : (points.xs[emphasis] ?? 0);
  return (
    <div className="scatter" ref={root}>
      {/* biome-ignore lint/a11y/noStaticElementInteractions lint/a11y/useKeyWithClickEvents: the list below opens runs by keys */}
      <div
        className="scatter-plot"
        style={{ height: HEIGHT, cursor: emphasis === null ? "crosshair" : "pointer" }}
        onPointerDown={(event) => {
          wasDragged.current = false;
          if (event.button === 0) start.current = where(event);
        }}
        onPointerMove={moved}
        onPointerUp={released}
        onPointerCancel={() => {
          start.current = null;
          setBox(null);
        }}
        onPointerLeave={() => onEmphasis(null)}
        onClick={() => !wasDragged.current && emphasis !== null && props.onOpen(emphasis)}
        onDoubleClick={() => props.onArea(null)}
      >
        <canvas ref={canvas} className="parallel-canvas" role="img" aria-label={props.said} />
        <canvas ref={above} className="parallel-canvas parallel-above scatter-above" />
        {emphasis !== null && drawn[emphasis] === 1 && box === null && (
          <div
            className="scatter-tip"
            style={{
              top: Math.min(HEIGHT - 130, Math.max(0, (points.ys[emphasis] ?? 0) - 20)),
              ...(tipX > width / 2 ? { right: width - tipX + 16 } : { left: tipX + 16 }),
            }}
          >
            {props.tip(emphasis)}
          </div>
        )}
      </div>
    </div>
  );
}

function paintAxes(
  context: CanvasRenderingContext2D,
  style: CSSStyleDeclaration,
  [x, y]: readonly [Dimension, Dimension],
  [across, up]: readonly [Scale, Scale],
  width: number,
): void {
  context.font = `11px ${style.fontFamily}`;
  context.strokeStyle = style.getPropertyValue("border-bottom-color");
  context.fillStyle = style.color;
  const bottom = HEIGHT - BOTTOM;
  context.textAlign = "center";
  context.textBaseline = "top";
  let before = Number.NEGATIVE_INFINITY;
  for (const value of across.ticks) {
    const place = across.place(value);
    const at = LEFT + place * (width - LEFT - RIGHT);
    const text = shortened(x.say(value), 16);
    const half = context.measureText(text).width / 2;
    if (!(place > -0.001 && place < 1.001)) continue;
    grid(context, at, TOP, at, bottom);
    if (at - half < before + 8) continue;
    before = at + half;
    context.fillText(text, Math.max(half, Math.min(width - half, at)), bottom + 7);
  }
  context.textAlign = "right";
  context.textBaseline = "middle";
  before = Number.POSITIVE_INFINITY;
  for (const value of up.ticks) {
    const place = up.place(value);
    const at = TOP + (1 - place) * (bottom - TOP);
    if (!(place > -0.001 && place < 1.001)) continue;
    grid(context, LEFT, at, width - RIGHT, at);
    if (at > before - 13) continue;
    before = at;
    context.fillText(shortened(y.say(value), 9), LEFT - 8, at);
  }
  context.font = `600 11px ${style.fontFamily}`;
  context.textAlign = "right";
  context.textBaseline = "bottom";
  context.fillText(x.title, width - RIGHT, HEIGHT - 4);
  context.textAlign = "left";
  context.textBaseline = "top";
  context.strokeStyle = style.backgroundColor;
  context.lineWidth = 4;
  context.strokeText(y.title, LEFT + 6, TOP - 2);
  context.fillText(y.title, LEFT + 6, TOP - 2);
}

function grid(context: CanvasRenderingContext2D, x1: number, y1: number, x2: number, y2: number): void {
  context.globalAlpha = 0.25;
  context.lineWidth = 1;
  context.beginPath();
  context.moveTo(Math.round(x1) + 0.5, Math.round(y1) + 0.5);
  context.lineTo(Math.round(x2) + 0.5, Math.round(y2) + 0.5);
  context.stroke();
  context.globalAlpha = 1;
}

/** Steps: between two runs of the front nothing better is known than the worse of both. */
function paintFront(
  context: CanvasRenderingContext2D,
  style: CSSStyleDeclaration,
  { xs, ys }: Points,
  front: readonly number[],
  [isLess, isLower]: readonly [boolean, boolean],
  width: number,
): void {
  context.strokeStyle = style.color;
  context.lineWidth = 1.2;
  context.globalAlpha = 0.8;
  context.beginPath();
  front.forEach((at, place) => {
    const [px, py] = [xs[at] ?? 0, ys[at] ?? 0];
    if (place === 0) context.moveTo(px, isLower ? TOP : HEIGHT - BOTTOM);
    else context.lineTo(px, ys[front[place - 1] ?? 0] ?? 0);
    context.lineTo(px, py);
  });
  const last = front.at(-1);
  if (last !== undefined) context.lineTo(isLess ? width - RIGHT : LEFT, ys[last] ?? 0);
  context.stroke();
  context.globalAlpha = 1;
}

function shortened(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}
