/** What stands beside a chart's axes. */

import type uPlot from "uplot";
import { full, short } from "../look/numbers";
import { duration, moment } from "../look/times";
import type { XAxis } from "../url/charts";
import type { Extent } from "./lines";

/** Beyond it, and below its inverse, an axis of values counts in a power of ten. */
const GREAT = 1e15;
const MOST_TICKS = 200;
/** Ticks within a power of ten, where there is room for some. */
const PARTS = [1, 2, 5];

/** The power of ten that an axis of values counts in. */
export function unitOf([low, high]: Extent): number {
  const size = Math.max(Math.abs(low), Math.abs(high));
  return size > GREAT || (size > 0 && size < 1 / GREAT) ? 10 ** Math.floor(Math.log10(size)) : 1;
}

/** Where ticks stand on a logarithmic axis, all in powers of ten. */
export function splitsOf(low: number, high: number): number[] {
  const decades = high - low;
  const stride = Math.max(1, Math.ceil(decades / 6));
  const parts = decades < 2.5 ? PARTS : [1];
  const found: number[] = [];
  for (let power = Math.floor(low); power <= high; power += stride) {
    for (const part of parts) found.push(power + Math.log10(part));
  }
  const inside = found.filter((one) => one >= low && one <= high);
  if (inside.length >= 2) return inside;
  return [0, 1, 2, 3, 4].map((at) => low + (decades * at) / 4);
}

/** Where ticks stand on an even axis. Beyond 2**53 numbers lie farther apart than ticks would. */
export function evenSplits(low: number, high: number, step: number): number[] {
  const count = Math.floor(high / step) - Math.ceil(low / step);
  if (!(low + step > low && high + step > high) || count > MOST_TICKS) return low < high ? [low, high] : [low];
  const first = Math.ceil(low / step);
  // Rounded, since a tenth is not a tenth in binary.
  return Array.from({ length: count + 1 }, (_, at) => Number(((first + at) * step).toPrecision(15)));
}

/** A tick that stands at a power of ten. */
export function textOfPower(power: number): string {
  return short(Number((10 ** power).toPrecision(6)));
}

/** A tick of x. */
export function textOfX(x: number, axis: XAxis, isPower: boolean): string {
  if (axis === "relative") return duration(isPower ? 10 ** x : x);
  if (axis === "wall") return moment(10 ** x * 1e6);
  if (isPower) return textOfPower(x);
  if (axis !== "step") return short(x);
  return Math.abs(x) >= 1e5 || !Number.isInteger(x) ? short(x) : full(x);
}

/** The room that the numbers of an axis need. */
export function axisSize(plot: uPlot, texts: readonly string[] | null, font: string): number {
  const longest = (texts ?? []).reduce((one, other) => (other.length > one.length ? other : one), "");
  plot.ctx.save();
  plot.ctx.font = font;
  const { width } = plot.ctx.measureText(longest);
  plot.ctx.restore();
  return Math.max(36, Math.ceil(width) + 12);
}
