/**
 * Steps that were logged again: a run that went back to a checkpoint logs some steps a second time. The last attempt is
 * the line; what it replaced is a branch that was abandoned.
 */

import type { Line } from "./lines";

/** A line, and what of it was abandoned. */
export interface Attempts {
  readonly line: Line;
  readonly abandoned: Line | null;
}

/**
 * The line without what was abandoned. A point is abandoned when one of the same or an earlier step was logged behind
 * it. Only where a step is there twice: points that merely came out of order, from several writers, all count.
 */
export function lastAttempt(line: Line): Attempts {
  if (!hasRepeated(line.steps)) return { line, abandoned: null };
  const order = [...line.steps.keys()].sort((one, other) => {
    const [a, b] = [line.timestamps_us[one] ?? 0n, line.timestamps_us[other] ?? 0n];
    return a < b ? -1 : a > b ? 1 : one - other;
  });
  const kept: number[] = [];
  const left: number[] = [];
  for (const place of order) {
    const step = line.steps[place] ?? 0n;
    while (kept.length > 0 && (line.steps[kept[kept.length - 1] ?? 0] ?? 0n) >= step) left.push(kept.pop() ?? 0);
    kept.push(place);
  }
  return { line: some(line, kept.sort(byPlace)), abandoned: some(line, left.sort(byPlace)) };
}

function hasRepeated(steps: BigInt64Array): boolean {
  for (let at = 1; at < steps.length; at += 1) if (steps[at] === steps[at - 1]) return true;
  return false;
}

function byPlace(one: number, other: number): number {
  return one - other;
}

function some(line: Line, places: readonly number[]): Line {
  return {
    run: line.run,
    x: Float64Array.from(places, (at) => line.x[at] ?? 0),
    values: Float64Array.from(places, (at) => line.values[at] ?? Number.NaN),
    steps: BigInt64Array.from(places, (at) => line.steps[at] ?? 0n),
    timestamps_us: BigInt64Array.from(places, (at) => line.timestamps_us[at] ?? 0n),
  };
}
