/** From values to the stretch from 0 to 1 and back: linear, logarithmic, or a place a category. */

import type { Dimension } from "./dimensions";

export const SCALES = ["linear", "log", "category"] as const;
export type ScaleKind = (typeof SCALES)[number];

export interface Scale {
  readonly kind: ScaleKind;
  /** The place of a value; NaN where it has none, such as zero on a logarithmic axis. */
  readonly place: (value: number) => number;
  /** The value at a place. */
  readonly value: (place: number) => number;
  /** The values that are written beside the axis, of categories all. */
  readonly ticks: readonly number[];
}

/** From so many times the least value on, an axis is logarithmic where nobody chose. */
const LOG_FROM = 500;

/** The scale that suits a dimension where nobody chose one. */
export function usualScale({ isNumber, values, id }: Dimension): ScaleKind {
  if (!isNumber) return "category";
  const [least, greatest] = extent(values);
  return least > 0 && greatest / least >= LOG_FROM && id !== "own.created" ? "log" : "linear";
}

/** The scale of a dimension, over all of its values, or over a stretch of them. */
export function scaleOf(dimension: Dimension, kind: ScaleKind, stretch?: readonly [number, number] | null): Scale {
  if (!dimension.isNumber) return ofCategories(dimension.categories.length);
  if (kind === "category") return ofDistinct(dimension.values);
  const positive = kind === "log";
  const [least, greatest] = stretch ?? extent(dimension.values, positive);
  if (positive && least > 0) return ofLogs(least, greatest);
  return ofNumbers(least, greatest, stretch ? 0 : 0.5);
}

/** The least and the greatest finite value; of none 0 and 1. */
export function extent(values: Float64Array, isPositive = false): [number, number] {
  let least = Number.POSITIVE_INFINITY;
  let greatest = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    if (!Number.isFinite(value) || (isPositive && value <= 0)) continue;
    if (value < least) least = value;
    if (value > greatest) greatest = value;
  }
  return least > greatest ? (isPositive ? [1, 10] : [0, 1]) : [least, greatest];
}

function ofNumbers(least: number, greatest: number, around: number): Scale {
  const [from, to] = least === greatest ? [least - around, greatest + around] : [least, greatest];
  const span = to - from || 1;
  return {
    kind: "linear",
    place: (value) => clamped((value - from) / span, value),
    value: (place) => from + place * span,
    ticks: roundNumbers(from, to),
  };
}

function ofLogs(least: number, greatest: number): Scale {
  const from = Math.log(least === greatest ? least / 2 : least);
  const span = Math.log(least === greatest ? greatest * 2 : greatest) - from || 1;
  return {
    kind: "log",
    place: (value) => (value > 0 ? clamped((Math.log(value) - from) / span, value) : Number.NaN),
    value: (place) => Math.exp(from + place * span),
    ticks: roundLogs(Math.exp(from), Math.exp(from + span)),
  };
}

function ofCategories(many: number): Scale {
  // One category stands in the middle; several from end to end.
  return {
    kind: "category",
    place: (value) => (many === 1 ? value + 0.5 : value / (many - 1)),
    value: (place) => (many === 1 ? 0 : place * (many - 1)),
    ticks: Array.from({ length: many }, (_, at) => at),
  };
}

/** Numbers as categories: the same distance between neighbours, however far apart they are. */
function ofDistinct(values: Float64Array): Scale {
  const distinct = [...new Set(values)].filter((one) => Number.isFinite(one)).sort((one, other) => one - other);
  const places = new Map(distinct.map((value, at) => [value, at]));
  const even = ofCategories(distinct.length);
  return {
    kind: "category",
    place: (value) => even.place(places.get(value) ?? Number.NaN),
    value: (place) => {
      const at = Math.max(0, Math.min(distinct.length - 1, even.value(place)));
      const [low, high] = [distinct[Math.floor(at)] ?? 0, distinct[Math.ceil(at)] ?? 0];
      return low + (high - low) * (at - Math.floor(at));
    },
    ticks: distinct,
  };
}

/** An infinity stands at its end of the axis. */
function clamped(place: number, value: number): number {
  return value === Number.POSITIVE_INFINITY ? 1 : value === Number.NEGATIVE_INFINITY ? 0 : place;
}

/** About five round numbers of a stretch. */
export function roundNumbers(from: number, to: number): number[] {
  const rough = (to - from) / 5;
  if (!(rough > 0) || !Number.isFinite(rough)) return [from];
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((one) => one * power).find((one) => one >= rough) ?? rough;
  const found: number[] = [];
  for (let at = Math.ceil(from / step - 1e-9); at * step <= to + step * 1e-9; at += 1) {
    found.push(Number((at * step).toPrecision(12)));
  }
  return found;
}

/** Round numbers of a logarithmic stretch: powers of ten, and where they are few what stands between them. */
export function roundLogs(from: number, to: number): number[] {
  const decades = Math.log10(to / from);
  const between = decades < 1.5 ? [1, 2, 3, 5, 7] : decades < 3 ? [1, 3] : [1];
  const every = Math.max(1, Math.ceil(decades / 8));
  const found: number[] = [];
  for (let power = Math.floor(Math.log10(from)); power <= Math.ceil(Math.log10(to)); power += 1) {
    if (power % every !== 0) continue;
    for (const one of between) {
      const value = Number(`${one}e${power}`);
      if (value >= from * (1 - 1e-9) && value <= to * (1 + 1e-9)) found.push(value);
    }
  }
  return found.length > 1 ? found : roundNumbers(from, to).filter((one) => one > 0);
}
