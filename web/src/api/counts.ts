/** How many points series have. */

import { queryOptions } from "@tanstack/react-query";
import { ask, type Schemas } from "./client";

/** The number of points of a metric in each of some runs; runs without it have none. */
export function countsQuery(metric: string, runs: readonly string[]) {
  return queryOptions({
    queryKey: ["counts", metric, runs],
    queryFn: async ({ signal }) => {
      const found = await ask<Schemas["RunSummariesList"]>("/v1/summaries", {
        body: { runs, names: [metric] },
        signal,
      });
      const counts = new Map(runs.map((run) => [run, 0]));
      for (const { run, metrics } of found.items) {
        const summary = metrics.find((one) => one.name === metric);
        if (summary !== undefined) counts.set(run, summary.count);
      }
      return counts;
    },
    staleTime: 30_000,
  });
}
