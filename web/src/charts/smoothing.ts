/**
 * A smoothed line: an exponential moving average that looks at distances along x, so that a stretch logged more often
 * does not count for more, and that begins at the first value instead of at zero.
 *
 * A point's weight has fallen to `smoothing` a thousandth of the series' own width behind it. It depends on no other
 * series and on no zoom. What is not finite is passed over and stays what it is.
 */

/** What an average knows of the points that it has passed. */
export interface Passed {
  readonly sum: number;
  readonly weight: number;
  readonly x: number;
}

/**
 * @param width What the whole series reaches along x.
 * @param passed What the average of points before these had come to.
 */
export function smooth(
  x: Float64Array,
  values: Float64Array,
  smoothing: number,
  width: number,
  passed: Passed | null = null,
): Float64Array {
  if (smoothing <= 0 || values.length === 0) return values;
  const found = new Float64Array(values.length);
  run(x, values, smoothing, width, passed, values.length, found);
  return found;
}

/** What the average has come to before a place along x; null where no value lies before it. */
export function passedBefore(
  x: Float64Array,
  values: Float64Array,
  smoothing: number,
  width: number,
  before: number,
): Passed | null {
  let end = 0;
  while (end < x.length && (x[end] ?? 0) < before) end += 1;
  return run(x, values, smoothing, width, null, end, null);
}

function run(
  x: Float64Array,
  values: Float64Array,
  smoothing: number,
  width: number,
  passed: Passed | null,
  end: number,
  found: Float64Array | null,
): Passed | null {
  const unit = width > 0 ? width / 1000 : 1;
  let sum = passed?.sum ?? 0;
  let weight = passed?.weight ?? 0;
  let before: number | null = passed?.x ?? null;
  for (let at = 0; at < end; at += 1) {
    const value = values[at] ?? Number.NaN;
    if (!Number.isFinite(value)) {
      if (found !== null) found[at] = value;
      continue;
    }
    const here = x[at] ?? 0;
    // The first value weighs as much as one that came a unit behind another.
    const kept = smoothing ** (before === null ? 1 : Math.max(Math.abs(here - before) / unit, 1e-9));
    sum = sum * kept + value * (1 - kept);
    weight = weight * kept + (1 - kept);
    if (found !== null) found[at] = weight > 0 ? sum / weight : value;
    before = here;
  }
  return before === null ? null : { sum, weight, x: before };
}
