/** What a chart draws: series made into lines, each once for as long as it is looked at in the same way. */

import type { Series } from "../api/points";
import { axisMetric, type XAxis } from "../url/charts";
import { lastAttempt } from "./attempts";
import { type Around, type Extent, extentOfX, inPowers, type Line, lineOf, type Over } from "./lines";
import { passedBefore, smooth } from "./smoothing";

/** A line as it is drawn. */
export interface Drawn {
  /** The run or the group, as the legend and the address call it. */
  readonly key: string;
  readonly label: string;
  readonly colour: string;
  readonly line: Line;
  /** Points that a later attempt replaced. */
  readonly abandoned: Line | null;
  /** Smoothed values; none where the line is drawn as it is. */
  readonly smoothed: Float64Array | null;
  /** A group's band, and how many runs each point of it is of. */
  readonly around: (Around & { readonly n: Float64Array }) | null;
}

/** How series become lines. */
export interface Manner {
  readonly axis: XAxis;
  readonly isLogX: boolean;
  readonly smoothing: number;
}

/** A line of a run, without what only says how it looks. */
export interface Made {
  readonly line: Line;
  readonly abandoned: Line | null;
  readonly smoothed: Float64Array | null;
  /** Whether points were left out where x has no logarithm. */
  readonly isLeftOut: boolean;
}

/** What is there of a run. */
export interface Source {
  /** The whole series, perhaps thinned. */
  readonly whole: Series;
  /** The stretch that is zoomed to, in more detail. */
  readonly near: Series | null;
  /** The metric that x counts. */
  readonly over: Over | null;
  readonly overNear: Over | null;
}

interface Kept extends Source {
  readonly manner: Manner;
  readonly made: Made;
}

/** Makes the lines of a chart, and keeps each until its series or the manner is another. */
export class Lines {
  private readonly kept = new Map<string, Kept>();

  /** The line of a run; null where it has no points. */
  of(run: string, source: Source, manner: Manner): Made | null {
    const { whole, near, over, overNear } = source;
    if (whole.values.length === 0) return null;
    const before = this.kept.get(run);
    if (
      before !== undefined &&
      before.whole === whole &&
      before.near === near &&
      before.over?.series === over?.series &&
      before.overNear?.series === overNear?.series &&
      before.manner === manner
    ) {
      return before.made;
    }
    const made = makeLine(source, manner);
    this.kept.set(run, { ...source, manner, made });
    return made;
  }
}

/** The line of a run. */
export function makeLine({ whole, near, over, overNear }: Source, manner: Manner): Made {
  const start = Number(whole.timestamps_us[0] ?? 0n);
  const all = attemptsOf(whole, over, start, manner);
  const shown = near === null ? all : attemptsOf(near, overNear ?? over, start, manner);
  let smoothed: Float64Array | null = null;
  if (manner.smoothing > 0) {
    const reach = extentOfX([all.line]);
    const wide = reach === null ? 0 : reach[1] - reach[0];
    // Within a zoom the average goes on from what lies before it.
    const passed =
      near === null ? null : passedBefore(all.line.x, all.line.values, manner.smoothing, wide, shown.line.x[0] ?? 0);
    smoothed = smooth(shown.line.x, shown.line.values, manner.smoothing, wide, passed);
  }
  return { ...shown, smoothed };
}

function attemptsOf(series: Series, over: Over | null, start: number, { axis, isLogX }: Manner) {
  const found = lineOf(series, axis, start, over);
  // Over time both attempts stand where they were; over steps and what goes with them they lie upon each other.
  const isOverSteps = axis === "step" || axisMetric(axis) !== null;
  const { line, abandoned } = isOverSteps ? lastAttempt(found) : { line: found, abandoned: null };
  if (!isLogX) return { line, abandoned, isLeftOut: false };
  const positive = inPowers(line);
  return {
    line: positive,
    abandoned: abandoned === null ? null : inPowers(abandoned),
    isLeftOut: positive.x.length < line.x.length,
  };
}

/** The stretch of x that lines are drawn in, in powers of ten where x is logarithmic. */
export function shownExtent(drawn: readonly Drawn[], zoom: Extent | null, isLogX: boolean): Extent {
  if (zoom !== null && !(isLogX && zoom[0] <= 0)) return isLogX ? [Math.log10(zoom[0]), Math.log10(zoom[1])] : zoom;
  return extentOfX(drawn.map((one) => one.line)) ?? [0, 1];
}
