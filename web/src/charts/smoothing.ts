/**
 * A smoothed line: an exponential moving average that looks at distances along x, so that a stretch logged more often
 * does not count for more, and that begins at the first value instead of at zero.
 *
 * A point's weight has fallen to `smoothing` a thousandth of the series' own width behind it. It depends on no other
 * series and on no zoom. What is not finite is passed over and stays what it is.
 */
export function smooth(x: Float64Array, values: Float64Array, smoothing: number, width: number): Float64Array {
  if (smoothing <= 0 || values.length === 0) return values;
  const found = new Float64Array(values.length);
  const unit = width > 0 ? width / 1000 : 1;
  let sum = 0;
  let weight = 0;
  let before: number | null = null;
  for (let at = 0; at < values.length; at += 1) {
    const value = values[at] ?? Number.NaN;
    if (!Number.isFinite(value)) {
      found[at] = value;
      continue;
    }
    const here = x[at] ?? 0;
    // The first value weighs as much as one that came a unit behind another.
    const kept = smoothing ** (before === null ? 1 : Math.max(Math.abs(here - before) / unit, 1e-9));
    sum = sum * kept + value * (1 - kept);
    weight = weight * kept + (1 - kept);
    found[at] = weight > 0 ? sum / weight : value;
    before = here;
  }
  return found;
}
