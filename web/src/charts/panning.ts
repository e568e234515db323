/** Moving along an axis, and into it; all within what there is to see. */

import type { Extent } from "./lines";

/** The stretch moved by some, but not beyond what there is. */
export function panBy(x: Extent, whole: Extent, by: number): Extent {
  const low = Math.min(whole[0], x[0]);
  const high = Math.max(whole[1], x[1]);
  const moved = Math.max(low - x[0], Math.min(high - x[1], by));
  return moved === 0 ? x : [x[0] + moved, x[1] + moved];
}

/** The stretch made wider or narrower around a place; null once it is all that there is. */
export function zoomBy(x: Extent, whole: Extent, around: number, factor: number): Extent | null {
  const low = around - (around - x[0]) * factor;
  const high = around + (x[1] - around) * factor;
  if (low <= whole[0] && high >= whole[1]) return null;
  const inside: Extent = factor > 1 ? [Math.max(low, whole[0]), Math.min(high, whole[1])] : [low, high];
  return inside[0] < inside[1] ? inside : x;
}
