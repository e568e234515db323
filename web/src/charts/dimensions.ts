/** What runs are laid out by: a parameter, metric, tag, time or length of time, as one number a run, of categories their places. */

import { numberOf } from "../api/numbers";
import type { FoundRun } from "../api/queries";
import { full, short } from "../look/numbers";
import { duration, iso, minute } from "../look/times";
import { cellOf, type Names, titleOf } from "../parts/runColumns";
import { columnId, columnOf } from "../url/fields";
import { byName } from "./sections";

/** One of them, over some runs. */
export interface Dimension {
  /** As the run table calls the column. */
  readonly id: string;
  readonly title: string;
  readonly isNumber: boolean;
  /** One a run, NaN where it has none; of categories the place among them. */
  readonly values: Float64Array;
  /** In order; none where values are numbers. */
  readonly categories: readonly string[];
  /** What a value is called, in four digits or in all. */
  readonly say: (value: number, isFull?: boolean) => string;
}

/** The dimension of a column. A column that holds numbers alone is one of numbers, any other one of categories. */
export function dimensionOf(runs: readonly FoundRun[], id: string): Dimension {
  const field = columnOf(id);
  const name = field?.name ?? id;
  if (id === "own.created") return ofNumbers(runs, id, (run) => run.created_us, sayTime);
  if (id === "own.duration") return ofNumbers(runs, id, secondsOf, sayLength);
  if (field?.kind === "metrics") return ofNumbers(runs, id, (run) => numberOf(run.metrics[name]), sayNumber);
  if (field?.kind === "params") {
    const values = runs.map((run) => run.parameters[name]).filter((one) => one !== undefined && one !== null);
    if (values.length > 0 && values.every((one) => numberOf(one) !== undefined)) {
      return ofNumbers(runs, id, (run) => numberOf(run.parameters[name]), sayNumber);
    }
  }
  return ofCategories(runs, id);
}

/** The columns that runs can be laid out by. */
export function dimensionIds(names: Names): string[] {
  return [
    ...names.params.map((name) => columnId({ kind: "params", name })),
    ...names.metrics.map((name) => columnId({ kind: "metrics", name })),
    "own.duration",
    "own.created",
    "own.status",
    ...names.tags.map((name) => columnId({ kind: "tags", name })),
  ];
}

/** Those of some columns in which runs differ, so that laying them out by one parts them. */
export function partingIds(runs: readonly FoundRun[], ids: readonly string[]): string[] {
  return ids.filter((id) => {
    const first = runs[0] === undefined ? "" : cellOf(runs[0], id, 0).title;
    return runs.some((run) => cellOf(run, id, 0).title !== first);
  });
}

/** Of metrics, those first that somebody said the goal of. */
export function byGoal(runs: readonly FoundRun[], metrics: readonly string[]): string[] {
  const isGoal = (name: string) => (goalOf(runs, name) === null ? 1 : 0);
  return [...metrics].sort((one, other) => isGoal(one) - isGoal(other));
}

/** Whether less or more of a metric is better, as `define_metric` said in any of these runs; null where none says it. */
export function goalOf(runs: readonly FoundRun[], metric: string): "min" | "max" | null {
  for (const run of runs) {
    const said = (run.goals as Readonly<Record<string, { readonly goal?: unknown } | undefined>>)[metric]?.goal;
    if (said === "min" || said === "max") return said;
  }
  return null;
}

function ofNumbers(
  runs: readonly FoundRun[],
  id: string,
  value: (run: FoundRun) => number | undefined,
  say: Dimension["say"],
): Dimension {
  const values = Float64Array.from(runs, (run) => value(run) ?? Number.NaN);
  return { id, title: titleOf(id), isNumber: true, values, categories: [], say };
}

function ofCategories(runs: readonly FoundRun[], id: string): Dimension {
  const texts = runs.map((run) => cellOf(run, id, 0).title);
  const categories = [...new Set(texts.filter((text) => text !== ""))].sort(byName);
  const places = new Map(categories.map((text, place) => [text, place]));
  return {
    id,
    title: titleOf(id),
    isNumber: false,
    values: Float64Array.from(texts, (text) => places.get(text) ?? Number.NaN),
    categories,
    say: (value) => categories[Math.round(value)] ?? "",
  };
}

function secondsOf(run: FoundRun): number | undefined {
  return run.start_us === null || run.end_us === null ? undefined : (run.end_us - run.start_us) / 1e6;
}

const sayNumber = (value: number, isFull = false) => (isFull ? full(value) : short(value));
const sayTime = (value: number, isFull = false) => (isFull ? iso(value) : minute(value, Date.now()));
const sayLength = (value: number, isFull = false) => (isFull ? `${value.toFixed(3)} s` : duration(value));
