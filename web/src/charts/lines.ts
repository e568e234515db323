/** Series as charts draw them: x in the axis' unit, and for each column of pixels the least, greatest and last value. */

import type { Series } from "../api/points";
import type { XAxis } from "../url/charts";

/** A series on an x axis. */
export interface Line {
  readonly run: string;
  readonly x: Float64Array;
  readonly values: Float64Array;
  readonly steps: BigInt64Array;
  readonly timestamps_us: BigInt64Array;
}

/**
 * A series on an axis.
 *
 * @param start_us Where relative time begins; that of the series itself where none is given.
 */
export function lineOf(series: Series, axis: XAxis, start_us?: number): Line {
  const count = series.values.length;
  const x = new Float64Array(count);
  const source = axis === "step" ? series.steps : series.timestamps_us;
  const start = axis === "relative" ? (start_us ?? Number(source[0] ?? 0n)) : 0;
  const unit = axis === "step" ? 1 : 1e6;
  for (let at = 0; at < count; at += 1) x[at] = (Number(source[at] ?? 0n) - start) / unit;
  const line = { run: series.run, x, values: series.values, steps: series.steps, timestamps_us: series.timestamps_us };
  return axis === "step" ? line : inOrder(line);
}

/** Points by x: with several writers or a resumed run, times need not follow steps. */
function inOrder(line: Line): Line {
  let ordered = true;
  for (let at = 1; at < line.x.length; at += 1) {
    if ((line.x[at] ?? 0) < (line.x[at - 1] ?? 0)) ordered = false;
  }
  if (ordered) return line;
  const order = Uint32Array.from(line.x.keys()).sort((a, b) => (line.x[a] ?? 0) - (line.x[b] ?? 0));
  return {
    run: line.run,
    x: Float64Array.from(order, (at) => line.x[at] ?? 0),
    values: Float64Array.from(order, (at) => line.values[at] ?? Number.NaN),
    steps: BigInt64Array.from(order, (at) => line.steps[at] ?? 0n),
    timestamps_us: BigInt64Array.from(order, (at) => line.timestamps_us[at] ?? 0n),
  };
}

/** The first place whose x is not less. */
export function placeOf(x: Float64Array, wanted: number): number {
  let low = 0;
  let high = x.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((x[middle] ?? 0) < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The place whose x is nearest; -1 where there is none. */
export function nearestPlace(x: Float64Array, wanted: number): number {
  if (x.length === 0) return -1;
  const at = placeOf(x, wanted);
  if (at === 0) return 0;
  if (at === x.length) return x.length - 1;
  return wanted - (x[at - 1] ?? 0) <= (x[at] ?? 0) - wanted ? at - 1 : at;
}

/** Columns of pixels that hold points, left to right. */
export interface Columns {
  readonly count: number;
  readonly pixel: Float32Array;
  readonly low: Float64Array;
  readonly high: Float64Array;
  readonly last: Float64Array;
  /** Whether any column holds more than one value. */
  readonly isBand: boolean;
}

/**
 * What a line is within a stretch of x, by columns of pixels; one point beyond either end is taken along, so that the
 * line leaves the chart where it should.
 *
 * @param values The line's own, or smoothed ones.
 */
export function columnsOf(
  x: Float64Array,
  values: Float64Array,
  low: number,
  high: number,
  widthPixels: number,
): Columns {
  const first = Math.max(0, placeOf(x, low) - 1);
  const end = Math.min(x.length, placeOf(x, high) + 2);
  const size = Math.max(0, end - first);
  const found = {
    pixel: new Float32Array(size),
    low: new Float64Array(size),
    high: new Float64Array(size),
    last: new Float64Array(size),
  };
  const scale = high > low ? widthPixels / (high - low) : 0;
  let count = 0;
  let column = Number.NaN;
  let isBand = false;
  for (let at = first; at < end; at += 1) {
    const value = values[at] ?? Number.NaN;
    if (!Number.isFinite(value)) continue;
    const pixel = ((x[at] ?? 0) - low) * scale;
    const here = Math.floor(pixel);
    if (here === column) {
      const last = count - 1;
      if (value < (found.low[last] ?? value)) found.low[last] = value;
      if (value > (found.high[last] ?? value)) found.high[last] = value;
      found.last[last] = value;
      isBand ||= found.low[last] !== found.high[last];
      continue;
    }
    column = here;
    found.pixel[count] = pixel;
    found.low[count] = value;
    found.high[count] = value;
    found.last[count] = value;
    count += 1;
  }
  return { ...found, count, isBand };
}

/** A stretch of an axis. */
export type Extent = readonly [number, number];

/** What all lines reach along x; null where there is no point. */
export function extentOfX(lines: readonly Line[]): Extent | null {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const { x } of lines) {
    if (x.length === 0) continue;
    low = Math.min(low, x[0] ?? low);
    high = Math.max(high, x[x.length - 1] ?? high);
  }
  if (low > high) return null;
  return low === high ? [low - 0.5, high + 0.5] : [low, high];
}

/** How much farther outliers must reach than the rest before the axis leaves them out. */
const OUTLYING = 8;

/** What the axis of values shows. */
export interface YExtent {
  readonly extent: Extent;
  /** Whether some values lie beyond it. */
  readonly isClipped: boolean;
}

/**
 * The stretch of values that a chart shows: all of them, but for outliers that would flatten the rest.
 *
 * @param isLog Whether only positive values can be shown.
 */
export function extentOfY(all: readonly Columns[], isLog: boolean): YExtent {
  const ends: number[] = [];
  for (const columns of all) {
    for (let at = 0; at < columns.count; at += 1) {
      const low = columns.low[at] ?? 0;
      const high = columns.high[at] ?? 0;
      if (!isLog || low > 0) ends.push(low);
      if (!isLog || high > 0) ends.push(high);
    }
  }
  if (ends.length === 0) return { extent: isLog ? [0.1, 1] : [0, 1], isClipped: false };
  const sorted = Float64Array.from(ends).sort();
  const least = sorted[0] ?? 0;
  const greatest = sorted[sorted.length - 1] ?? 1;
  if (isLog) return { extent: least === greatest ? [least / 2, least * 2] : [least, greatest], isClipped: false };
  const low = sorted[Math.floor(sorted.length * 0.01)] ?? least;
  const high = sorted[Math.ceil(sorted.length * 0.99) - 1] ?? greatest;
  const core = high - low;
  const isLow = core > 0 && sorted.length > 50 && low - least > OUTLYING * core;
  const isHigh = core > 0 && sorted.length > 50 && greatest - high > OUTLYING * core;
  const from = isLow ? low - core / 2 : least;
  const to = isHigh ? high + core / 2 : greatest;
  return { extent: padded(from, to), isClipped: isLow || isHigh };
}

function padded(low: number, high: number): Extent {
  if (low === high) {
    const room = low === 0 ? 1 : Math.abs(low) * 0.1;
    return [low - room, high + room];
  }
  // Halved first: of 1e308 and its opposite the difference has no number.
  const room = (high / 2 - low / 2) * 0.1;
  return [Math.max(-Number.MAX_VALUE, low - room), Math.min(Number.MAX_VALUE, high + room)];
}
