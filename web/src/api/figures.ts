/** What a table says of many runs at once, and a list of many experiments. */

import { queryOptions } from "@tanstack/react-query";
import { type ApiError, ask, type Schemas } from "./client";
import type { Attempt, Summary } from "./queries";

export type Activity = Schemas["ExperimentActivity"];

/** Summaries of some metrics of some runs, by run and name; what a run lacks is left out. */
export function figuresQuery(runs: readonly string[], names: readonly string[]) {
  return queryOptions<ReadonlyMap<string, ReadonlyMap<string, Summary>>, ApiError>({
    queryKey: ["figures", runs, names],
    queryFn: async ({ signal }) => {
      const { items } = await ask<Schemas["RunSummariesList"]>("/v1/summaries", { body: { runs, names }, signal });
      return new Map(items.map(({ run, metrics }) => [run, new Map(metrics.map((one) => [one.name, one]))]));
    },
    staleTime: 30_000,
  });
}

/** The last attempt at each of some runs: who logs, where, and when it was last heard of. */
export function lastAttemptsQuery(runs: readonly string[]) {
  return queryOptions<ReadonlyMap<string, Attempt>, ApiError>({
    queryKey: ["last-attempts", runs],
    queryFn: async ({ signal }) => {
      const { items } = await ask<Schemas["LastAttemptList"]>("/v1/last-attempts", { body: { runs }, signal });
      return new Map(items.map(({ run, attempt }) => [run, attempt]));
    },
    staleTime: 10_000,
  });
}

/** How many runs experiments got since then, in stretches of time. */
export function activityQuery(since_us: number, bucket_us: number) {
  return queryOptions<readonly Activity[], ApiError>({
    queryKey: ["activity", since_us, bucket_us],
    queryFn: async ({ signal }) =>
      (await ask<Schemas["ActivityList"]>("/v1/activity", { parameters: { since_us, bucket_us }, signal })).items,
    refetchInterval: 15_000,
  });
}
