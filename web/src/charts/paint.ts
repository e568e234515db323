/** Lines onto a canvas: the band of least and greatest, the line of last values, and marks for what is no number. */

import type { Columns, Extent, Line } from "./lines";
import { placeOf } from "./lines";

/** A rectangle of a canvas, in its own pixels. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** Where a value lies in a box, from its top. */
export function heightOf(value: number, extent: Extent, isLog: boolean, box: Box): number {
  const [low, high] = extent;
  if (isLog) {
    if (value <= 0) return box.top + box.height * 2;
    const share = (Math.log(high) - Math.log(value)) / (Math.log(high) - Math.log(low));
    return box.top + share * box.height;
  }
  // Halved first: of 1e308 and its opposite the difference has no number.
  return box.top + ((high / 2 - value / 2) / (high / 2 - low / 2)) * box.height;
}

export interface Brush {
  readonly colour: string;
  readonly width: number;
  readonly alpha: number;
}

/** The band between the least and the greatest values. */
export function paintBand(
  context: CanvasRenderingContext2D,
  columns: Columns,
  extent: Extent,
  isLog: boolean,
  box: Box,
  colour: string,
): void {
  if (!columns.isBand) return;
  context.globalAlpha = 0.22;
  context.fillStyle = colour;
  context.beginPath();
  for (let at = 0; at < columns.count; at += 1) {
    const y = heightOf(columns.high[at] ?? 0, extent, isLog, box);
    context.lineTo(box.left + (columns.pixel[at] ?? 0), y);
  }
  for (let at = columns.count - 1; at >= 0; at -= 1) {
    const y = heightOf(columns.low[at] ?? 0, extent, isLog, box);
    context.lineTo(box.left + (columns.pixel[at] ?? 0), y);
  }
  context.closePath();
  context.fill();
  context.globalAlpha = 1;
}

/** The line of last values; a single point is a dot. */
export function paintLine(
  context: CanvasRenderingContext2D,
  columns: Columns,
  extent: Extent,
  isLog: boolean,
  box: Box,
  brush: Brush,
): void {
  if (columns.count === 0) return;
  context.globalAlpha = brush.alpha;
  context.strokeStyle = brush.colour;
  context.fillStyle = brush.colour;
  context.lineWidth = brush.width;
  context.lineJoin = "round";
  context.beginPath();
  if (columns.count === 1) {
    const y = heightOf(columns.last[0] ?? 0, extent, isLog, box);
    context.arc(box.left + (columns.pixel[0] ?? 0), y, brush.width * 1.6, 0, 2 * Math.PI);
    context.fill();
  } else {
    for (let at = 0; at < columns.count; at += 1) {
      const y = heightOf(columns.last[at] ?? 0, extent, isLog, box);
      context.lineTo(box.left + (columns.pixel[at] ?? 0), y);
    }
    context.stroke();
  }
  context.globalAlpha = 1;
}

/** Marks at the edge for values that are no numbers: a cross for NaN, a triangle for an infinity. */
export function paintMarks(
  context: CanvasRenderingContext2D,
  line: Line,
  x: Extent,
  box: Box,
  colour: string,
  size: number,
): void {
  const scale = box.width / (x[1] - x[0]);
  let before = Number.NEGATIVE_INFINITY;
  const end = placeOf(line.x, x[1]);
  context.strokeStyle = colour;
  context.fillStyle = colour;
  context.lineWidth = Math.max(1, size / 3);
  for (let at = placeOf(line.x, x[0]); at < end; at += 1) {
    const value = line.values[at] ?? 0;
    if (Number.isFinite(value)) continue;
    const pixel = box.left + ((line.x[at] ?? 0) - x[0]) * scale;
    if (pixel - before < size) continue;
    before = pixel;
    const isTop = value === Number.POSITIVE_INFINITY;
    const y = isTop ? box.top + size : box.top + box.height - size;
    context.beginPath();
    if (Number.isNaN(value)) {
      context.moveTo(pixel - size, y - size);
      context.lineTo(pixel + size, y + size);
      context.moveTo(pixel + size, y - size);
      context.lineTo(pixel - size, y + size);
      context.stroke();
    } else {
      const tip = isTop ? -size : size;
      context.moveTo(pixel, y + tip);
      context.lineTo(pixel - size, y - tip);
      context.lineTo(pixel + size, y - tip);
      context.fill();
    }
  }
}
