/** How many runs were started in each of the last weeks. */

export const WEEKS = 12;
export const WEEK_US = 7 * 24 * 3600 * 1e6;
const HEIGHT = 18;
const BAR = 6;

/** Counts by week, this week last, of runs in shorter stretches of time. */
export function weeksOf(stretches: readonly { start_us: number; runs: number }[], now_ms: number): number[] {
  const weeks = new Array<number>(WEEKS).fill(0);
  for (const { start_us, runs } of stretches) {
    const week = WEEKS - 1 - Math.max(0, Math.floor((now_ms * 1000 - start_us) / WEEK_US));
    if (week >= 0) weeks[week] = (weeks[week] ?? 0) + runs;
  }
  return weeks;
}

export function Activity({ weeks }: { weeks: readonly number[] }) {
  const most = Math.max(1, ...weeks);
  const said = `Runs started a week, the last week last: ${weeks.join(", ")}`;
  return (
    <svg className="activity" width={WEEKS * (BAR + 2)} height={HEIGHT} role="img" aria-label={said}>
      <title>{said}</title>
      {weeks.map((many, week) => {
        const height = many === 0 ? 1 : 3 + (many / most) * (HEIGHT - 3);
        return (
          <rect
            key={week}
            x={week * (BAR + 2)}
            y={HEIGHT - height}
            width={BAR}
            height={height}
            className={many === 0 ? "activity-none" : undefined}
          />
        );
      })}
    </svg>
  );
}
