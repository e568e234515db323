/**
 * Steps that were logged again: a run that went back to a checkpoint logs some steps a second time. The last attempt is
 * the line; what it replaced is a branch that was abandoned.
 */

import { chosen, type Line, numbersOf } from "./lines";

/** A line, and what of it was abandoned. */
export interface Attempts {
  readonly line: Line;
  /** Branches that a later attempt replaced. */
  readonly abandoned: readonly Line[];
}

/**
 * The line without what was abandoned. A point is abandoned when one of the same or an earlier step was logged behind
 * it. Only where a step is there twice: points that merely came out of order, from several writers, all count.
 */
export function lastAttempt(line: Line): Attempts {
  if (!hasRepeated(line)) return { line, abandoned: [] };
  const times = numbersOf(line.timestamps_us);
  const order = Uint32Array.from(line.steps.keys()).sort(
    (one, other) => (times[one] ?? 0) - (times[other] ?? 0) || one - other,
  );
  const kept: number[] = [];
  const left: number[] = [];
  for (const place of order) {
    const step = line.steps[place] ?? 0n;
    while (kept.length > 0 && (line.steps[kept[kept.length - 1] ?? 0] ?? 0n) >= step) left.push(kept.pop() ?? 0);
    kept.push(place);
  }
  return { line: chosen(line, places(kept)), abandoned: left.length === 0 ? [] : [chosen(line, places(left))] };
}

function hasRepeated({ x, steps }: Line): boolean {
  // Numbers are compared first: to read a BigInt takes an allocation.
  for (let at = 1; at < steps.length; at += 1) if (x[at] === x[at - 1] && steps[at] === steps[at - 1]) return true;
  return false;
}

function places(list: readonly number[]): Uint32Array {
  return Uint32Array.from(list).sort();
}
