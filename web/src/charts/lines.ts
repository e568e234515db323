/** Series as charts draw them: x in the axis' unit, and for each column of pixels the least, greatest and last value. */

import type { Series } from "../api/points";
import type { XAxis } from "../url/charts";

/** A series on an x axis. */
export interface Line {
  readonly run: string;
  readonly x: Float64Array;
  readonly values: Float64Array;
  readonly steps: BigInt64Array;
  /** Empty where points have no time, as those of a group. */
  readonly timestamps_us: BigInt64Array;
}

/** The metric that an axis counts. */
export interface Over {
  readonly series: Series;
  /** Whether points lie between those that are here, so that x is read off the line through these. */
  readonly isThinned: boolean;
}

/**
 * A series on an axis.
 *
 * @param start_us Where relative time begins; that of the series itself where none is given.
 * @param over The metric whose values are x, where the axis is one.
 */
export function lineOf(series: Series, axis: XAxis, start_us?: number, over: Over | null = null): Line {
  const { run, values, steps, timestamps_us } = series;
  if (axis === "step") return { run, x: numbersOf(steps), values, steps, timestamps_us };
  if (axis === "relative" || axis === "wall") {
    const x = numbersOf(timestamps_us);
    const start = axis === "relative" ? (start_us ?? x[0] ?? 0) : 0;
    for (let at = 0; at < x.length; at += 1) x[at] = ((x[at] ?? 0) - start) / 1e6;
    return inOrder({ run, x, values, steps, timestamps_us });
  }
  return inOrder(some({ run, x: numbersOf(steps), values, steps, timestamps_us }, joinedAt(steps, over)));
}

/** Integers as numbers; those beyond 2**53 are rounded. Read in halves, since to make a BigInt takes an allocation. */
export function numbersOf(column: BigInt64Array): Float64Array {
  const found = new Float64Array(column.length);
  const halves = new Int32Array(column.buffer, column.byteOffset, column.length * 2);
  for (let at = 0; at < found.length; at += 1) {
    found[at] = (halves[2 * at + 1] ?? 0) * 4294967296 + ((halves[2 * at] ?? 0) >>> 0);
  }
  return found;
}

/** For each step x, where another metric had a value by then: its last value of that step or an earlier one. */
function joinedAt(steps: BigInt64Array, over: Over | null): { places: Uint32Array; x: Float64Array } {
  const places = new Uint32Array(steps.length);
  const x = new Float64Array(steps.length);
  if (over === null) return { places: places.subarray(0, 0), x: x.subarray(0, 0) };
  const there = numbersOf(over.series.steps);
  const wanted = numbersOf(steps);
  const { values } = over.series;
  let count = 0;
  let next = 0;
  for (let at = 0; at < wanted.length; at += 1) {
    const step = wanted[at] ?? 0;
    while (next < there.length && (there[next] ?? 0) <= step) next += 1;
    const before = values[next - 1] ?? Number.NaN;
    if (!Number.isFinite(before)) continue;
    places[count] = at;
    x[count] = before;
    const [left, right] = [there[next - 1] ?? step, there[next] ?? step];
    const after = values[next] ?? Number.NaN;
    if (over.isThinned && right > left && Number.isFinite(after)) {
      x[count] = before + ((after - before) * (step - left)) / (right - left);
    }
    count += 1;
  }
  return { places: places.subarray(0, count), x: x.subarray(0, count) };
}

function some(line: Line, { places, x }: { places: Uint32Array; x: Float64Array }): Line {
  return { ...chosen(line, places), x };
}

/** Some points of a line. */
export function chosen(line: Line, places: Uint32Array): Line {
  const hasTimes = line.timestamps_us.length > 0;
  return {
    run: line.run,
    x: Float64Array.from(places, (at) => line.x[at] ?? 0),
    values: Float64Array.from(places, (at) => line.values[at] ?? Number.NaN),
    steps: BigInt64Array.from(places, (at) => line.steps[at] ?? 0n),
    timestamps_us: hasTimes ? BigInt64Array.from(places, (at) => line.timestamps_us[at] ?? 0n) : line.timestamps_us,
  };
}

/** Points by x: with several writers or a resumed run, times need not follow steps. */
function inOrder(line: Line): Line {
  let ordered = true;
  for (let at = 1; at < line.x.length; at += 1) {
    if ((line.x[at] ?? 0) < (line.x[at - 1] ?? 0)) ordered = false;
  }
  if (ordered) return line;
  return chosen(
    line,
    Uint32Array.from(line.x.keys()).sort((a, b) => (line.x[a] ?? 0) - (line.x[b] ?? 0)),
  );
}

/** A line on a logarithmic axis, in powers of ten; points where x has no logarithm are left out. */
export function inPowers(line: Line): Line {
  let first = 0;
  while (first < line.x.length && !((line.x[first] ?? 0) > 0)) first += 1;
  return {
    run: line.run,
    x: line.x.subarray(first).map(Math.log10),
    values: line.values.subarray(first),
    steps: line.steps.subarray(first),
    timestamps_us: line.timestamps_us.subarray(first),
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
  /** Whether values were left out that have no logarithm. */
  readonly isLeftOut: boolean;
}

/** What lies below and above a line's values, as a group's least and greatest. */
export interface Around {
  readonly low: Float64Array;
  readonly high: Float64Array;
}

/**
 * What a line is within a stretch of x, by columns of pixels; one point beyond either end is taken along, so that the
 * line leaves the chart where it should.
 *
 * @param values The line's own, or smoothed ones.
 * @param isLog Whether only positive values can be shown.
 */
export function columnsOf(
  x: Float64Array,
  values: Float64Array,
  low: number,
  high: number,
  widthPixels: number,
  isLog = false,
  around: Around | null = null,
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
  let isBand = around !== null;
  let isLeftOut = false;
  for (let at = first; at < end; at += 1) {
    const value = values[at] ?? Number.NaN;
    if (!Number.isFinite(value)) continue;
    if (isLog && value <= 0) {
      isLeftOut = true;
      continue;
    }
    const least = around === null ? value : reach(around.low[at], value, isLog);
    const greatest = around === null ? value : reach(around.high[at], value, isLog);
    const pixel = ((x[at] ?? 0) - low) * scale;
    const here = Math.floor(pixel);
    if (here === column) {
      const last = count - 1;
      if (least < (found.low[last] ?? value)) found.low[last] = least;
      if (greatest > (found.high[last] ?? value)) found.high[last] = greatest;
      found.last[last] = value;
      isBand ||= found.low[last] !== found.high[last];
      continue;
    }
    column = here;
    found.pixel[count] = pixel;
    found.low[count] = least;
    found.high[count] = greatest;
    found.last[count] = value;
    count += 1;
  }
  return { ...found, count, isBand, isLeftOut };
}

function reach(end: number | undefined, value: number, isLog: boolean): number {
  return end === undefined || !Number.isFinite(end) || (isLog && end <= 0) ? value : end;
}

/** A stretch of an axis. */
export type Extent = readonly [number, number];

/** What all lines reach along x; null where there is no point. */
export function extentOfX(lines: readonly Pick<Line, "x">[]): Extent | null {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const { x } of lines) {
    if (x.length === 0) continue;
    low = Math.min(low, x[0] ?? low);
    high = Math.max(high, x[x.length - 1] ?? high);
  }
  if (low > high) return null;
  if (low < high) return [low, high];
  // Beyond 2**53 a half more is no more at all.
  const room = Math.max(0.5, Math.abs(low) * 1e-9);
  return [low - room, high + room];
}

/** How much farther outliers must reach than the rest before the axis leaves them out. */
const OUTLYING = 8;
/** So many values tell enough of how all lie; of more, each so-manieth is looked at for that. */
const SAMPLED = 20_000;

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
  let least = Number.POSITIVE_INFINITY;
  let greatest = Number.NEGATIVE_INFINITY;
  let total = 0;
  for (const columns of all) {
    for (let at = 0; at < columns.count; at += 1) {
      const low = columns.low[at] ?? 0;
      const high = columns.high[at] ?? 0;
      if (low < least && (!isLog || low > 0)) least = low;
      if (high > greatest && (!isLog || high > 0)) greatest = high;
    }
    total += columns.count;
  }
  if (least > greatest) return { extent: isLog ? [0.1, 1] : [0, 1], isClipped: false };
  if (isLog) {
    const extent: Extent =
      least === greatest
        ? [Math.max(least / 2, Number.MIN_VALUE), Math.min(least * 2, Number.MAX_VALUE)]
        : [least, greatest];
    return { extent, isClipped: false };
  }
  const sorted = sample(all, total);
  const low = sorted[Math.floor(sorted.length * 0.01)] ?? least;
  const high = sorted[Math.ceil(sorted.length * 0.99) - 1] ?? greatest;
  const core = high - low;
  const isLow = core > 0 && sorted.length > 50 && low - least > OUTLYING * core;
  const isHigh = core > 0 && sorted.length > 50 && greatest - high > OUTLYING * core;
  const from = isLow ? low - core / 2 : least;
  const to = isHigh ? high + core / 2 : greatest;
  return { extent: padded(from, to), isClipped: isLow || isHigh };
}

function sample(all: readonly Columns[], total: number): Float64Array {
  const stride = Math.max(1, Math.ceil((2 * total) / SAMPLED));
  const found = new Float64Array(Math.ceil(total / stride) * 2 + 2 * all.length);
  let count = 0;
  for (const columns of all) {
    for (let at = 0; at < columns.count; at += stride) {
      found[count] = columns.low[at] ?? 0;
      found[count + 1] = columns.high[at] ?? 0;
      count += 2;
    }
  }
  return found.subarray(0, count).sort();
}

function padded(low: number, high: number): Extent {
  if (low === high) {
    const room = low === 0 ? 1 : Math.abs(low) * 0.1;
    return [Math.max(-Number.MAX_VALUE, low - room), Math.min(Number.MAX_VALUE, high + room)];
  }
  // Halved first: of 1e308 and its opposite the difference has no number.
  const room = (high / 2 - low / 2) * 0.1;
  return [Math.max(-Number.MAX_VALUE, low - room), Math.min(Number.MAX_VALUE, high + room)];
}
