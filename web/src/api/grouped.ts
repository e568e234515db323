/** The figures of groups of runs, step by step. */

import { queryOptions } from "@tanstack/react-query";
import { ask } from "./client";
import { numberOf } from "./numbers";

/** Which groups of which metric, and which steps. */
export interface GroupedView {
  readonly name: string;
  readonly groups: readonly { readonly key: string; readonly runs: readonly string[] }[];
  readonly max_points: number;
  readonly first_step?: number;
  readonly end_step?: number;
}

/** One metric of a group. */
export interface Grouped {
  readonly key: string;
  readonly steps: BigInt64Array;
  readonly mean: Float64Array;
  readonly std: Float64Array;
  readonly min: Float64Array;
  readonly max: Float64Array;
  /** How many runs have a value at a step. */
  readonly n: Float64Array;
  readonly runs: number;
}

interface Item {
  readonly key: string;
  readonly steps: readonly unknown[];
  readonly mean: readonly unknown[];
  readonly std: readonly unknown[];
  readonly min: readonly unknown[];
  readonly max: readonly unknown[];
  readonly n: readonly unknown[];
  readonly runs: number;
}

export function groupedQuery(view: GroupedView) {
  return queryOptions({
    queryKey: ["grouped", view],
    queryFn: async ({ signal }) => {
      const { items } = await ask<{ items: readonly Item[] }>("/v1/grouped", { body: view, signal });
      return items.map(groupedOf);
    },
    staleTime: Number.POSITIVE_INFINITY,
  });
}

function groupedOf(item: Item): Grouped {
  return {
    key: item.key,
    steps: BigInt64Array.from(item.steps, (one) => BigInt(one as number)),
    mean: numbers(item.mean),
    std: numbers(item.std),
    min: numbers(item.min),
    max: numbers(item.max),
    n: numbers(item.n),
    runs: item.runs,
  };
}

function numbers(list: readonly unknown[]): Float64Array {
  return Float64Array.from(list, (one) => numberOf(one) ?? Number.NaN);
}
