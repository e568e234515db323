/** A few points of many, as `assay.storage.pieces` picks them: the least and the greatest of each stretch, the first, the last. */

import type { View } from "../api/batch";
import type { Columns } from "./points";

/** What a view asks for of a series. */
export function viewed(columns: Columns, view: View): Columns {
  const start = view.first_step === undefined ? 0 : place(columns.steps, view.first_step);
  const end = view.end_step === undefined ? columns.steps.length : place(columns.steps, view.end_step);
  return thinned(slice(columns, start, Math.max(start, end)), view.max_points);
}

/** The index of the first step that is not below one. */
function place(steps: BigInt64Array, step: number): number {
  const wanted = BigInt(Math.round(step));
  let low = 0;
  let high = steps.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((steps[middle] as bigint) < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}

function slice(columns: Columns, start: number, end: number): Columns {
  if (start === 0 && end === columns.steps.length) return columns;
  return {
    steps: columns.steps.subarray(start, end),
    timestamps_us: columns.timestamps_us.subarray(start, end),
    values: columns.values.subarray(start, end),
  };
}

function thinned(columns: Columns, most: number): Columns {
  const count = columns.values.length;
  if (count <= most) return columns;
  const stretches = Math.max(1, Math.floor((most - 2) / 2));
  const keep = new Set<number>();
  for (let one = 0; one < stretches; one += 1) {
    const start = Math.floor((one * count) / stretches);
    const end = Math.floor(((one + 1) * count) / stretches);
    const [low, high] = extremes(columns.values, start, end);
    if (most < 4) return picked(columns, new Set([count - 1, high, low].slice(0, most)));
    keep.add(low).add(high);
  }
  return picked(columns, keep.add(0).add(count - 1));
}

/** Where the least and the greatest stand: the first of equals, NaN only among NaN. */
function extremes(values: Float64Array, start: number, end: number): [number, number] {
  let low = start;
  let high = start;
  let least = values[start] as number;
  let greatest = least;
  for (let at = start + 1; at < end; at += 1) {
    const value = values[at] as number;
    if (Number.isNaN(value)) continue;
    if (value < least || Number.isNaN(least)) {
      least = value;
      low = at;
    }
    if (value > greatest || Number.isNaN(greatest)) {
      greatest = value;
      high = at;
    }
  }
  return [low, high];
}

function picked(columns: Columns, places: ReadonlySet<number>): Columns {
  const order = [...places].sort((one, other) => one - other);
  const found: Columns = {
    steps: new BigInt64Array(order.length),
    timestamps_us: new BigInt64Array(order.length),
    values: new Float64Array(order.length),
  };
  order.forEach((from, at) => {
    found.steps[at] = columns.steps[from] as bigint;
    found.timestamps_us[at] = columns.timestamps_us[from] as bigint;
    found.values[at] = columns.values[from] as number;
  });
  return found;
}
