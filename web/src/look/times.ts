/** Times in the viewer's zone, and lengths of time. All come from the server in microseconds since 1970. */

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A length of time in its two greatest units. */
export function duration(seconds: number): string {
  if (seconds < 0) return "0 s";
  if (seconds < 1) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < MINUTE) return `${whole} s`;
  if (whole < HOUR) return `${Math.floor(whole / MINUTE)} m ${whole % MINUTE} s`;
  if (whole < DAY) return `${Math.floor(whole / HOUR)} h ${Math.floor((whole % HOUR) / MINUTE)} m`;
  return `${Math.floor(whole / DAY)} d ${Math.floor((whole % DAY) / HOUR)} h`;
}

/** How long ago, in one unit. */
export function ago(time_us: number, now_ms: number): string {
  const seconds = Math.max(0, now_ms / 1000 - time_us / 1e6);
  if (seconds < 5) return "now";
  if (seconds < MINUTE) return `${Math.floor(seconds)} s ago`;
  if (seconds < HOUR) return `${Math.floor(seconds / MINUTE)} min ago`;
  if (seconds < DAY) return `${Math.floor(seconds / HOUR)} h ago`;
  if (seconds < 30 * DAY) return `${Math.floor(seconds / DAY)} d ago`;
  return date(time_us);
}

/** The day. */
export function date(time_us: number): string {
  return new Date(time_us / 1000).toLocaleDateString(undefined, { year: "numeric", month: "short", day: "numeric" });
}

// Made once, since making one is slow.
const YEAR = { year: "numeric" } as const;
const MINUTE_PARTS = { month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", hourCycle: "h23" } as const;
const THIS_YEAR = new Intl.DateTimeFormat(undefined, MINUTE_PARTS);
const ANY_YEAR = new Intl.DateTimeFormat(undefined, { ...YEAR, ...MINUTE_PARTS });
const TO_SECONDS = new Intl.DateTimeFormat(undefined, { ...YEAR, ...MINUTE_PARTS, second: "2-digit" });

/** Day and minute, without the year where it is this one. */
export function minute(time_us: number, now_ms: number): string {
  const time = new Date(time_us / 1000);
  return (time.getFullYear() === new Date(now_ms).getFullYear() ? THIS_YEAR : ANY_YEAR).format(time);
}

/** Day and time. */
export function moment(time_us: number): string {
  return TO_SECONDS.format(new Date(time_us / 1000));
}

/** ISO 8601 in UTC, for titles and copies. */
export function iso(time_us: number): string {
  const time = new Date(time_us / 1000);
  return Number.isNaN(time.getTime()) ? `${time_us} µs` : time.toISOString();
}
