/** Parallel coordinates without the drawing: where lines go, which runs brushes keep, which line is pointed at. */

import type { Dimension } from "./dimensions";
import type { Scale } from "./scale";

/** A stretch of an axis, in the axis' values; runs outside it are faint. */
export interface Brush {
  readonly id: string;
  readonly from: number;
  readonly to: number;
}

/** Where each run crosses each axis, from 0 at the bottom to 1, axis by axis; NaN where it has no place. */
export function crossings(dimensions: readonly Dimension[], scales: readonly Scale[]): Float64Array[] {
  return dimensions.map((dimension, at) => dimension.values.map((value) => scales[at]?.place(value) ?? Number.NaN));
}

/** Which runs are inside the brushes: inside one of those of each axis that has any. */
export function keptBy(brushes: readonly Brush[], dimensions: readonly Dimension[], runs: number): Uint8Array {
  const kept = new Uint8Array(runs).fill(1);
  for (const dimension of dimensions) {
    const own = brushes.filter((brush) => brush.id === dimension.id);
    if (own.length === 0) continue;
    for (let at = 0; at < runs; at += 1) {
      const value = dimension.values[at] ?? Number.NaN;
      if (!own.some((brush) => value >= brush.from && value <= brush.to)) kept[at] = 0;
    }
  }
  return kept;
}

/** A point of the chart: between which axes it is, and how high from 0 at the bottom to 1. */
export interface Place {
  /** 1.25 is a quarter of the way from the second axis to the third. */
  readonly across: number;
  readonly up: number;
}

/** The kept run whose line is nearest to a place, no farther than `reach`; -1 where none is. */
export function nearestLine(
  crossed: readonly Float64Array[],
  kept: Uint8Array,
  { across, up }: Place,
  reach: number,
  /** Where lines of runs without a value go. */
  none: number,
): number {
  const left = Math.max(0, Math.min(crossed.length - 1, Math.floor(across)));
  const right = Math.min(crossed.length - 1, left + 1);
  const part = Math.max(0, Math.min(1, across - left));
  const [low, high] = [crossed[left], crossed[right]];
  if (low === undefined || high === undefined) return -1;
  let nearest = -1;
  let distance = reach;
  for (let at = 0; at < kept.length; at += 1) {
    if (kept[at] === 0) continue;
    const from = orNone(low[at], none);
    const height = from + (orNone(high[at], none) - from) * part;
    const away = Math.abs(height - up);
    if (away < distance) {
      distance = away;
      nearest = at;
    }
  }
  return nearest;
}

/** A place, or that of what has none. */
export function orNone(place: number | undefined, none: number): number {
  return place === undefined || Number.isNaN(place) ? none : place;
}

/** A brush from one place of an axis to another; of categories, over those that are more than half inside. */
export function brushOf(id: string, scale: Scale, from: number, to: number, categories: number): Brush | null {
  const low = Math.max(0, Math.min(from, to));
  const high = Math.min(1, Math.max(from, to));
  if (categories === 0) return { id, from: scale.value(low), to: scale.value(high) };
  const half = categories === 1 ? 0.5 : 0.5 / (categories - 1);
  const first = Math.max(0, Math.ceil(scale.value(Math.max(0, low - half * 0.5)) - 1e-9));
  const last = Math.floor(scale.value(Math.min(1, high + half * 0.5)) + 1e-9);
  return first <= last ? { id, from: first, to: last } : null;
}

/** A list in which one has gone to another place. */
export function moved<T>(list: readonly T[], from: number, to: number): T[] {
  const next = [...list];
  next.splice(Math.max(0, Math.min(list.length - 1, to)), 0, ...next.splice(from, 1));
  return next;
}
