/** The drawing of parallel coordinates: lines on one canvas, what is pointed at on another above it. */

import type { Dimension } from "./dimensions";
import { type Brush, orNone } from "./parallel";
import type { Scale } from "./scale";

/** Measures of the chart, in pixels. */
export interface Frame {
  readonly width: number;
  readonly height: number;
  /** Where axes stand. */
  readonly xs: readonly number[];
}

export const TOP = 10;
/** Below the axes, where lines of runs without a value go. */
export const BELOW = 30;
const NONE_BELOW = 16;

/** The place of what has none, on the scale of places. */
export function nonePlace(frame: Frame): number {
  return -NONE_BELOW / (frame.height - TOP - BELOW);
}

/** The pixel of a place. */
export function heightOf(place: number, frame: Frame): number {
  return TOP + (1 - place) * (frame.height - TOP - BELOW);
}

/** The place of a pixel. */
export function placeOf(y: number, frame: Frame): number {
  return 1 - (y - TOP) / (frame.height - TOP - BELOW);
}

/** What is drawn. */
export interface Lines {
  readonly dimensions: readonly Dimension[];
  readonly scales: readonly Scale[];
  readonly crossed: readonly Float64Array[];
  readonly kept: Uint8Array;
  readonly colours: readonly string[];
  readonly brushes: readonly Brush[];
}

/** A canvas of a size, sharp on screens of any density. */
export function prepared(canvas: HTMLCanvasElement, frame: Frame): CanvasRenderingContext2D | null {
  const unit = devicePixelRatio;
  canvas.width = Math.round(frame.width * unit);
  canvas.height = Math.round(frame.height * unit);
  const context = canvas.getContext("2d");
  context?.setTransform(unit, 0, 0, unit, 0, 0);
  return context;
}

/** All lines, first those outside the brushes, and the axes. */
export function paintLines(canvas: HTMLCanvasElement, frame: Frame, lines: Lines): void {
  const context = prepared(canvas, frame);
  if (context === null) return;
  const style = getComputedStyle(canvas);
  const { kept, colours } = lines;
  const keptCount = kept.reduce((sum, one) => sum + one, 0);
  context.lineJoin = "round";
  context.lineWidth = 1;
  context.strokeStyle = style.getPropertyValue("border-bottom-color");
  context.globalAlpha = kept.length > 300 ? 0.1 : 0.35;
  for (let at = 0; at < kept.length; at += 1) if (kept[at] === 0) stroke(context, frame, lines, at);
  context.lineWidth = keptCount > 300 ? 1 : 1.4;
  context.globalAlpha = keptCount > 1000 ? 0.4 : keptCount > 200 ? 0.55 : keptCount > 40 ? 0.75 : 0.95;
  for (let at = 0; at < kept.length; at += 1) {
    if (kept[at] === 0) continue;
    context.strokeStyle = colours[at] ?? style.color;
    stroke(context, frame, lines, at);
  }
  context.globalAlpha = 1;
  paintAxes(context, frame, lines, style);
}

function stroke(context: CanvasRenderingContext2D, frame: Frame, { crossed }: Lines, at: number): void {
  const none = nonePlace(frame);
  context.beginPath();
  for (let axis = 0; axis < crossed.length; axis += 1) {
    const x = frame.xs[axis] ?? 0;
    const y = heightOf(orNone(crossed[axis]?.[at], none), frame);
    if (axis === 0) context.moveTo(x, y);
    else context.lineTo(x, y);
  }
  context.stroke();
}

function paintAxes(context: CanvasRenderingContext2D, frame: Frame, lines: Lines, style: CSSStyleDeclaration): void {
  const ground = style.backgroundColor;
  context.font = `11px ${style.fontFamily}`;
  context.textBaseline = "middle";
  const bottom = heightOf(0, frame);
  lines.dimensions.forEach((dimension, axis) => {
    const x = frame.xs[axis] ?? 0;
    const scale = lines.scales[axis];
    const isLast = axis === lines.dimensions.length - 1 && axis > 0;
    context.strokeStyle = style.color;
    context.fillStyle = style.color;
    context.lineWidth = 1;
    context.beginPath();
    context.moveTo(x, heightOf(1, frame));
    context.lineTo(x, bottom);
    context.stroke();
    const some = dimension.isNumber ? Math.max(1, ...(lines.crossed[axis] ?? [])) : 1;
    let before = Number.POSITIVE_INFINITY;
    for (const value of some < 0 ? [] : (scale?.ticks ?? [])) {
      const y = heightOf(scale?.place(value) ?? Number.NaN, frame);
      if (Number.isNaN(y) || before - y < 13) continue;
      before = y;
      context.fillRect(x - 3, y - 0.5, 6, 1);
      const room = 0.8 * ((frame.xs[1] ?? frame.width) - (frame.xs[0] ?? 0));
      haloed(context, cut(context, dimension.say(value), room), isLast ? x - 7 : x + 7, y, ground, isLast);
    }
    if (lines.crossed[axis]?.some(Number.isNaN)) {
      context.globalAlpha = 0.8;
      haloed(context, "none", isLast ? x - 7 : x + 7, heightOf(nonePlace(frame), frame), ground, isLast);
      context.globalAlpha = 1;
    }
    for (const brush of lines.brushes) {
      if (brush.id !== dimension.id || scale === undefined) continue;
      const [low, high] = brushEnds(brush, scale, dimension);
      const [top, height] = [heightOf(high, frame), heightOf(low, frame) - heightOf(high, frame)];
      context.strokeStyle = style.getPropertyValue("outline-color");
      context.fillStyle = style.getPropertyValue("outline-color");
      context.globalAlpha = 0.25;
      context.fillRect(x - 6, top, 12, height);
      context.globalAlpha = 1;
      context.strokeRect(x - 6, top, 12, height);
    }
  });
}

/** The ends of a brush as places; that of one category is as high as the category. */
export function brushEnds(brush: Brush, scale: Scale, dimension: Dimension): [number, number] {
  const [low, high] = [scale.place(brush.from), scale.place(brush.to)];
  if (dimension.isNumber) {
    // An end that a logarithmic axis has no place for, or one outside of it, is the end of the axis.
    return [Number.isNaN(low) ? 0 : Math.max(0, low), Number.isNaN(high) ? 1 : Math.min(1, high)];
  }
  const half = 0.4 / Math.max(1, dimension.categories.length - 1);
  return [Math.max(-0.02, low - half), Math.min(1.02, high + half)];
}

/** One line above all others, with its values. */
export function paintEmphasis(canvas: HTMLCanvasElement, frame: Frame, lines: Lines, at: number | null): void {
  const context = prepared(canvas, frame);
  if (context === null || at === null) return;
  const style = getComputedStyle(canvas);
  const ground = style.backgroundColor;
  context.lineJoin = "round";
  context.strokeStyle = ground;
  context.lineWidth = 6;
  stroke(context, frame, lines, at);
  context.strokeStyle = lines.colours[at] ?? style.color;
  context.lineWidth = 2.5;
  stroke(context, frame, lines, at);
  context.font = `600 11px ${style.fontFamily}`;
  context.textBaseline = "middle";
  context.fillStyle = style.color;
  lines.dimensions.forEach((dimension, axis) => {
    const value = dimension.values[at] ?? Number.NaN;
    const place = orNone(lines.crossed[axis]?.[at], nonePlace(frame));
    const isLast = axis === lines.dimensions.length - 1 && axis > 0;
    const text = Number.isNaN(value) ? "none" : dimension.say(value);
    const x = (frame.xs[axis] ?? 0) + (isLast ? -7 : 7);
    haloed(context, cut(context, text, 160), x, heightOf(place, frame), ground, isLast, 5);
  });
}

function haloed(
  context: CanvasRenderingContext2D,
  text: string,
  x: number,
  y: number,
  ground: string,
  isLeft: boolean,
  halo = 3,
): void {
  context.save();
  context.textAlign = isLeft ? "right" : "left";
  context.lineJoin = "round";
  context.lineWidth = halo;
  context.strokeStyle = ground;
  context.strokeText(text, x, y);
  context.fillText(text, x, y);
  context.restore();
}

function cut(context: CanvasRenderingContext2D, text: string, room: number): string {
  if (text.length < 8 || context.measureText(text).width <= room) return text;
  let kept = text.slice(0, 60);
  while (kept.length > 4 && context.measureText(`${kept}…`).width > room) kept = kept.slice(0, -2);
  return `${kept}…`;
}
