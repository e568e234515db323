/**
 * Which parameters a metric depends on: by how much worse a forest foretells the metric of runs that it has not seen once the
 * values of one parameter are shuffled among them; beside it the rank correlation, which has a sign but sees only what rises
 * or falls throughout.
 *
 * Source: Breiman, Random Forests, Machine Learning 45 (2001), section 10; Spearman (1904), ties at their mean rank.
 */

import type { Dimension } from "./dimensions";
import { type Feature, featureOf, foretell, growTree, type Tree } from "./forest";
import { randomFrom, shuffled } from "./random";

/** Fewer runs with a value say nothing of parameters. */
export const LEAST_RUNS = 20;
const FOLDS = 5;
const TREES = 40;
/** How often each parameter is shuffled, in each fold. */
const SHUFFLES = 5;
const SEED = 2001;

/** What was found of one parameter. */
export interface Weight {
  readonly id: string;
  readonly title: string;
  /** By what share of the metric's variance the forest errs more without it. */
  readonly importance: number;
  /** The standard deviation of that between shuffles and folds. */
  readonly deviation: number;
  /** From -1 to 1; null where it is one of more than two categories, or does not vary. */
  readonly correlation: number | null;
}

export interface Importance {
  /** How many runs had a value. */
  readonly runs: number;
  /** The share of the variance of runs that it had not seen which the forest explains; 1 is all of it. */
  readonly explained: number;
  readonly weights: readonly Weight[];
}

/**
 * Weigh parameters. Yields the share that is done, and returns what was found.
 *
 * The same runs give the same figures, in whichever order they come.
 *
 * @param uids The runs' ids, which decide the order in which they are taken.
 */
export function* weigh(
  parameters: readonly Dimension[],
  metric: Dimension,
  uids: readonly string[],
): Generator<number, Importance, void> {
  const rows = [...metric.values.keys()]
    .filter((at) => Number.isFinite(metric.values[at]))
    .sort((one, other) => ((uids[one] ?? "") < (uids[other] ?? "") ? -1 : 1));
  const target = Float64Array.from(rows, (at) => metric.values[at] ?? 0);
  const columns = parameters.map((one) => Float64Array.from(rows, (at) => one.values[at] ?? Number.NaN));
  const features = columns.map((values, at) => featureOf(values, parameters[at]?.isNumber ?? true));
  const variance = varianceOf(target);
  const found: number[][] = parameters.map(() => []);
  const random = randomFrom(SEED);
  const order = shuffled(rows.length, random);
  let unexplained = 0;
  for (let fold = 0; fold < FOLDS; fold += 1) {
    const held = order.filter((_, at) => at % FOLDS === fold);
    const seen = order.filter((_, at) => at % FOLDS !== fold);
    const forest: Tree[] = [];
    for (let tree = 0; tree < TREES; tree += 1) {
      forest.push(growTree(features, target, seen, random));
      yield (fold + (0.7 * tree) / TREES) / FOLDS;
    }
    const error = errorOf(forest, features, target, held);
    unexplained += error * held.length;
    for (let at = 0; at < features.length; at += 1) {
      for (let turn = 0; turn < SHUFFLES; turn += 1) {
        const others = shuffled(held.length, random);
        const swapped = errorOf(forest, features, target, held, at, others);
        found[at]?.push(variance === 0 ? 0 : (swapped - error) / variance);
      }
      yield (fold + 0.7 + (0.3 * at) / features.length) / FOLDS;
    }
  }
  const weights = parameters.map((one, at): Weight => {
    const some = Float64Array.from(found[at] ?? []);
    return {
      id: one.id,
      title: one.title,
      importance: meanOf(some),
      deviation: Math.sqrt(varianceOf(some)),
      correlation:
        one.isNumber || one.categories.length === 2 ? rankCorrelation(columns[at] ?? new Float64Array(), target) : null,
    };
  });
  return {
    runs: rows.length,
    explained: variance === 0 ? 0 : 1 - unexplained / rows.length / variance,
    weights: weights.sort((one, other) => other.importance - one.importance),
  };
}

/** The mean squared error over rows, with one feature's values taken from others of these rows. */
function errorOf(
  forest: readonly Tree[],
  features: readonly Feature[],
  target: Float64Array,
  rows: Int32Array,
  swapped = -1,
  others?: Int32Array,
): number {
  let sum = 0;
  for (let at = 0; at < rows.length; at += 1) {
    const row = rows[at] ?? 0;
    const other = others === undefined ? row : (rows[others[at] ?? 0] ?? 0);
    sum += (foretell(forest, features, row, swapped, other) - (target[row] ?? 0)) ** 2;
  }
  return sum / Math.max(1, rows.length);
}

/** Spearman's rank correlation of what both have; null where one of them does not vary. */
export function rankCorrelation(one: Float64Array, other: Float64Array): number | null {
  const both = [...one.keys()].filter((at) => !Number.isNaN(one[at]) && !Number.isNaN(other[at]));
  const [a, b] = [ranksOf(both.map((at) => one[at] ?? 0)), ranksOf(both.map((at) => other[at] ?? 0))];
  const [meanA, meanB] = [meanOf(a), meanOf(b)];
  let [product, squaresA, squaresB] = [0, 0, 0];
  for (let at = 0; at < a.length; at += 1) {
    const [x, y] = [(a[at] ?? 0) - meanA, (b[at] ?? 0) - meanB];
    product += x * y;
    squaresA += x * x;
    squaresB += y * y;
  }
  return squaresA === 0 || squaresB === 0 ? null : product / Math.sqrt(squaresA * squaresB);
}

function ranksOf(values: readonly number[]): Float64Array {
  const order = [...values.keys()].sort((one, other) => (values[one] ?? 0) - (values[other] ?? 0));
  const ranks = new Float64Array(values.length);
  for (let at = 0; at < order.length; ) {
    let end = at + 1;
    while (end < order.length && values[order[end] ?? 0] === values[order[at] ?? 0]) end += 1;
    for (let place = at; place < end; place += 1) ranks[order[place] ?? 0] = (at + end - 1) / 2;
    at = end;
  }
  return ranks;
}

function meanOf(values: Float64Array): number {
  return values.length === 0 ? 0 : values.reduce((sum, one) => sum + one, 0) / values.length;
}

function varianceOf(values: Float64Array): number {
  const mean = meanOf(values);
  return values.length === 0 ? 0 : values.reduce((sum, one) => sum + (one - mean) ** 2, 0) / values.length;
}
