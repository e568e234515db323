/** A scatter of runs without the drawing: where points lie, which one is pointed at, which no other one beats. */

import type { Dimension } from "./dimensions";
import type { Scale } from "./scale";

/** So far categories are spread about their place, as a part of the way to the next one. */
const SPREAD = 0.16;

/** The places of runs on an axis; points of one category are spread, always alike, so that they can be told apart. */
export function placesOf(dimension: Dimension, scale: Scale): Float64Array {
  const apart = scale.kind === "category" && scale.ticks.length > 1 ? 1 / (scale.ticks.length - 1) : 0;
  return dimension.values.map((value, at) => {
    // The golden ratio's multiples are spread evenly, however many there are.
    const spread = apart === 0 ? 0 : (((at * 0.6180339887) % 1) - 0.5) * 2 * SPREAD * apart;
    return scale.place(value) + spread;
  });
}

/** Points in pixels; NaN where a run has no place. */
export interface Points {
  readonly xs: Float64Array;
  readonly ys: Float64Array;
}

/** The point nearest to a pixel, no farther than `reach`, among those that are drawn; -1 where none is. */
export function nearestPoint({ xs, ys }: Points, drawn: Uint8Array, x: number, y: number, reach: number): number {
  let nearest = -1;
  let distance = reach ** 2;
  for (let at = 0; at < xs.length; at += 1) {
    const away = ((xs[at] ?? Number.NaN) - x) ** 2 + ((ys[at] ?? Number.NaN) - y) ** 2;
    if (drawn[at] === 1 && away <= distance) {
      distance = away;
      nearest = at;
    }
  }
  return nearest;
}

/** Whether less or more is better. */
export type Goal = "min" | "max";

/**
 * The runs that none beats in both values, in the order of the first one. Runs alike in both stand side by side on it.
 *
 * @param drawn The runs that count.
 */
export function paretoFront(
  x: Float64Array,
  y: Float64Array,
  goals: readonly [Goal, Goal],
  drawn: Uint8Array,
): number[] {
  const value = (values: Float64Array, goal: Goal, at: number) =>
    (values[at] ?? Number.NaN) * (goal === "min" ? 1 : -1);
  const some = [...x.keys()].filter((at) => drawn[at] === 1 && !Number.isNaN(x[at]) && !Number.isNaN(y[at]));
  some.sort(
    (one, other) =>
      value(x, goals[0], one) - value(x, goals[0], other) || value(y, goals[1], one) - value(y, goals[1], other),
  );
  const front: number[] = [];
  let best = Number.POSITIVE_INFINITY;
  for (const at of some) {
    const height = value(y, goals[1], at);
    const last = front.at(-1);
    const isAlike = last !== undefined && x[last] === x[at] && y[last] === y[at];
    if (height < best || isAlike) front.push(at);
    best = Math.min(best, height);
  }
  return front;
}
