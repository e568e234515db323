/** What lies under a pointer: of each line the point that is nearest along x, and the line that is nearest of all. */

import type { Drawn } from "./drawing";
import { type Extent, nearestPlace } from "./lines";
import { type Box, heightOf } from "./paint";

/** What lies under the pointer. */
export interface Pointed {
  readonly x: number;
  readonly left: number;
  readonly top: number;
  /** The place in `lines` that is nearest; -1 where there is none. */
  readonly nearest: number;
  /** For each line the place of its point that is nearest along x; -1 where it has none near. */
  readonly places: Int32Array;
}

/** How far beyond its end a line still counts as being there, of what the chart shows. */
const REACH = 0.02;

/** The place of a line's point that is nearest along x; -1 where the line is not there. */
export function placeNear({ line }: Drawn, x: number, extent: Extent): number {
  const place = nearestPlace(line.x, x);
  if (place < 0) return -1;
  const reach = (extent[1] - extent[0]) * REACH;
  return x >= (line.x[0] ?? 0) - reach && x <= (line.x[line.x.length - 1] ?? 0) + reach ? place : -1;
}

/** The value that a line is drawn at. */
export function valueAt({ line, smoothed }: Drawn, place: number): number {
  return (smoothed ?? line.values)[place] ?? Number.NaN;
}

/**
 * What lies at a place of a chart.
 *
 * @param box The chart's lines, in the pixels of `left` and `top`.
 */
export function pointAt(
  lines: readonly Drawn[],
  at: { x: number; left: number; top: number },
  extent: Extent,
  y: Extent,
  isLog: boolean,
  box: Box,
): Pointed {
  const places = new Int32Array(lines.length);
  let nearest = -1;
  let distance = Number.POSITIVE_INFINITY;
  for (let index = 0; index < lines.length; index += 1) {
    const drawn = lines[index];
    const place = drawn === undefined ? -1 : placeNear(drawn, at.x, extent);
    places[index] = place;
    if (drawn === undefined || place < 0) continue;
    const away = Math.abs(heightOf(valueAt(drawn, place), y, isLog, box) - at.top);
    // A line without a number there is pointed at where no other one is.
    const counted = Number.isNaN(away) ? Number.MAX_VALUE : away;
    if (counted < distance) {
      distance = counted;
      nearest = index;
    }
  }
  return { ...at, nearest, places };
}
