/** What a chart draws: series made into lines, each once for as long as it is looked at in the same way. */

import type { Series } from "../api/points";
import { axisMetric, type XAxis } from "../url/charts";
import { type Around, type Extent, extentOfX, inPowers, type Line, lineOf, type Over } from "./lines";
import { passedBefore, smooth } from "./smoothing";
import { chainsOf, joined, lastOfChain } from "./writers";

/** A line as it is drawn. */
export interface Drawn {
  /** The run or the group, as the legend and the address call it. */
  readonly key: string;
  readonly label: string;
  readonly colour: string;
  readonly line: Line;
  /** Branches that a later attempt replaced. */
  readonly abandoned: readonly Line[];
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
  /** Whose line it is, where writers stand side by side. */
  readonly writer: string | null;
  readonly line: Line;
  readonly abandoned: readonly Line[];
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
  readonly made: readonly Made[];
}

const NOTHING: readonly Made[] = [];

/** Makes the lines of a chart, and keeps each until its series or the manner is another. */
export class Lines {
  private readonly kept = new Map<string, Kept>();

  /** The lines of a run: one, or one for each of the writers that wrote side by side. */
  of(run: string, source: Source, manner: Manner): readonly Made[] {
    const { whole, near, over, overNear } = source;
    if (whole.values.length === 0) return NOTHING;
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
    const made = makeLines(source, manner);
    this.kept.set(run, { ...source, manner, made });
    return made;
  }
}

/** The lines of a run. */
export function makeLines({ whole, near, over, overNear }: Source, manner: Manner): readonly Made[] {
  const start = Number(whole.timestamps_us[0] ?? 0n);
  const chains = chainsOf(whole);
  return chains.flatMap((chain) => {
    const writers = new Set(chain.map((one) => one.writer));
    const all = linesOfChain(chain, over, start, manner);
    const closer = near === null ? null : (near.parts ?? [near]).filter((one) => writers.has(one.writer));
    const shown = closer === null ? all : linesOfChain(closer, overNear ?? over, start, manner);
    if (shown.line.x.length === 0) return [];
    const smoothed =
      manner.smoothing > 0 ? smoothedLine(all.line, shown.line, closer !== null, manner.smoothing) : null;
    return [{ writer: chains.length > 1 ? (chain[0]?.writer ?? null) : null, ...shown, smoothed }];
  });
}

/** A line's average; within a zoom it goes on from what lies before. */
function smoothedLine(all: Line, shown: Line, isZoomed: boolean, smoothing: number): Float64Array {
  const reach = extentOfX([all]);
  const wide = reach === null ? 0 : reach[1] - reach[0];
  const passed = isZoomed ? passedBefore(all.x, all.values, smoothing, wide, shown.x[0] ?? 0) : null;
  return smooth(shown.x, shown.values, smoothing, wide, passed);
}

function linesOfChain(chain: readonly Series[], over: Over | null, start: number, { axis, isLogX }: Manner) {
  const lines = chain.map((series) => lineOf(series, axis, start, ofWriter(over, series.writer)));
  // Over time all attempts stand where they were; over steps and what goes with them they lie upon each other.
  const isOverSteps = axis === "step" || axisMetric(axis) !== null;
  const { line, abandoned } = isOverSteps ? lastOfChain(lines) : { line: joined(lines), abandoned: [] };
  if (!isLogX) return { line, abandoned, isLeftOut: false };
  const positive = inPowers(line);
  return { line: positive, abandoned: abandoned.map(inPowers), isLeftOut: positive.x.length < line.x.length };
}

/** What a writer wrote of the axis' own metric; what all did where it wrote none of it. */
function ofWriter(over: Over | null, writer: string | undefined): Over | null {
  const own = over?.series.parts?.find((one) => one.writer === writer);
  return own === undefined || over === null ? over : { ...over, series: own };
}

/** The stretch of x that lines are drawn in, in powers of ten where x is logarithmic. */
export function shownExtent(drawn: readonly Drawn[], zoom: Extent | null, isLogX: boolean): Extent {
  if (zoom !== null && !(isLogX && zoom[0] <= 0)) return isLogX ? [Math.log10(zoom[0]), Math.log10(zoom[1])] : zoom;
  return extentOfX(drawn.map((one) => one.line)) ?? [0, 1];
}
