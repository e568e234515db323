/**
 * A forest of regression trees, each grown from a sample of the rows and at each node from a sample of the features.
 *
 * Features are put into bins first, so that a split is found in one pass over a node's rows; what is missing has a bin of its
 * own, and categories are split by the mean of what is foretold, which finds the best of all ways to part them.
 *
 * Source: Breiman, Random Forests, Machine Learning 45 (2001); of categories, Breiman et al., Classification and Regression
 * Trees (1984), 9.4.
 */

import type { Random } from "./random";

/** Bins of a feature, the first one for what is missing. */
export const BINS = 64;
/** A node of fewer rows is not split. */
const LEAST_SPLIT = 6;
const LEAST_LEAF = 3;

/** A feature: the bin of each row. */
export interface Feature {
  readonly bins: Uint8Array;
  readonly isNumber: boolean;
}

/** A node: a value where it is a leaf, else which bins of which feature go left. */
interface Leaf {
  readonly value: number;
}
interface Fork {
  readonly feature: number;
  readonly isLeft: Uint8Array;
  readonly left: Tree;
  readonly right: Tree;
}
export type Tree = Leaf | Fork;

/** The feature of some values: numbers in bins of about as many rows each, categories a bin each, the rarest together. */
export function featureOf(values: Float64Array, isNumber: boolean): Feature {
  return { bins: isNumber ? numberBins(values) : categoryBins(values), isNumber };
}

function numberBins(values: Float64Array): Uint8Array {
  const sorted = values.filter((one) => !Number.isNaN(one)).sort();
  const distinct = sorted.filter((one, at) => at === 0 || one !== sorted[at - 1]);
  const most = BINS - 1;
  // A bin holds what is up to its edge: every distinct value where there are few, else quantiles.
  const edges =
    distinct.length <= most
      ? distinct
      : Float64Array.from(
          new Set(
            Array.from({ length: most }, (_, at) => sorted[Math.ceil(((at + 1) * sorted.length) / most) - 1] ?? 0),
          ),
        );
  return Uint8Array.from(values, (value) => {
    if (Number.isNaN(value)) return 0;
    let [low, high] = [0, edges.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (value <= (edges[middle] ?? 0)) high = middle;
      else low = middle + 1;
    }
    return low + 1;
  });
}

function categoryBins(values: Float64Array): Uint8Array {
  const counts = new Map<number, number>();
  for (const value of values) if (!Number.isNaN(value)) counts.set(value, (counts.get(value) ?? 0) + 1);
  const often = [...counts].sort(([one, many], [other, more]) => more - many || one - other).map(([value]) => value);
  const bins = new Map(often.map((value, at) => [value, Math.min(BINS - 1, at + 1)]));
  return Uint8Array.from(values, (value) => bins.get(value) ?? 0);
}

/** Grow one tree over a sample of some rows, drawn with putting back. */
export function growTree(features: readonly Feature[], target: Float64Array, rows: Int32Array, random: Random): Tree {
  const sample = Int32Array.from(rows, () => rows[Math.floor(random() * rows.length)] ?? 0);
  return grow(features, target, sample, random, Math.max(1, Math.ceil(features.length / 3)));
}

function grow(
  features: readonly Feature[],
  target: Float64Array,
  rows: Int32Array,
  random: Random,
  tried: number,
): Tree {
  let sum = 0;
  for (const row of rows) sum += target[row] ?? 0;
  const leaf = { value: sum / Math.max(1, rows.length) };
  if (rows.length < LEAST_SPLIT) return leaf;
  let best: Split | null = null;
  for (const at of drawn(features.length, tried, random)) {
    const feature = features[at];
    const found = feature === undefined ? null : splitOf(feature, target, rows, sum);
    if (found !== null && (best === null || found.gain > best.gain)) best = { ...found, feature: at };
  }
  if (best === null) return leaf;
  const { feature, isLeft } = best;
  const bins = features[feature]?.bins;
  const goesLeft = (row: number) => isLeft[bins?.[row] ?? 0] === 1;
  return {
    feature,
    isLeft,
    left: grow(features, target, rows.filter(goesLeft), random, tried),
    right: grow(
      features,
      target,
      rows.filter((row) => !goesLeft(row)),
      random,
      tried,
    ),
  };
}

interface Split {
  readonly feature: number;
  readonly isLeft: Uint8Array;
  readonly gain: number;
}

/** The best way to part a node's rows by a feature: by how much the squared error falls. */
function splitOf(feature: Feature, target: Float64Array, rows: Int32Array, all: number): Split | null {
  const sums = new Float64Array(BINS);
  const counts = new Int32Array(BINS);
  for (const row of rows) {
    const bin = feature.bins[row] ?? 0;
    sums[bin] = (sums[bin] ?? 0) + (target[row] ?? 0);
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  const order: number[] = [];
  for (let bin = 0; bin < BINS; bin += 1) if ((counts[bin] ?? 0) > 0) order.push(bin);
  if (order.length < 2) return null;
  const mean = (bin: number) => (sums[bin] ?? 0) / (counts[bin] ?? 1);
  if (!feature.isNumber) order.sort((one, other) => mean(one) - mean(other));
  const before = all ** 2 / rows.length;
  let [sum, many, gain, cut] = [0, 0, 0, -1];
  for (let at = 0; at < order.length - 1; at += 1) {
    sum += sums[order[at] ?? 0] ?? 0;
    many += counts[order[at] ?? 0] ?? 0;
    if (many < LEAST_LEAF || rows.length - many < LEAST_LEAF) continue;
    const found = sum ** 2 / many + (all - sum) ** 2 / (rows.length - many) - before;
    if (found > gain + 1e-12 * Math.abs(before)) [gain, cut] = [found, at];
  }
  if (cut < 0) return null;
  const isLeft = new Uint8Array(BINS);
  for (const bin of order.slice(0, cut + 1)) isLeft[bin] = 1;
  // A bin that this node has no row of goes with the numbers beside it.
  if (feature.isNumber) isLeft.fill(1, 1, (order[cut] ?? 0) + 1);
  return { feature: -1, isLeft, gain };
}

/** Some of the whole numbers below `many`, each at most once. */
function drawn(many: number, some: number, random: Random): number[] {
  const places = Array.from({ length: many }, (_, at) => at);
  for (let at = 0; at < Math.min(some, many); at += 1) {
    const other = at + Math.floor(random() * (many - at));
    [places[at], places[other]] = [places[other] ?? 0, places[at] ?? 0];
  }
  return places.slice(0, some);
}

/** What a forest foretells of a row, the bin of one feature given by another row's, where `swapped` names it. */
export function foretell(
  forest: readonly Tree[],
  features: readonly Feature[],
  row: number,
  swapped = -1,
  other = row,
): number {
  let sum = 0;
  for (const root of forest) {
    let tree = root;
    while ("feature" in tree) {
      const bin = features[tree.feature]?.bins[tree.feature === swapped ? other : row] ?? 0;
      tree = tree.isLeft[bin] === 1 ? tree.left : tree.right;
    }
    sum += tree.value;
  }
  return sum / forest.length;
}
