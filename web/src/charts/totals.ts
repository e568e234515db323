/** How many points the series of a chart have; asked for only where not all of them are drawn. */

import { useQuery } from "@tanstack/react-query";
import { countsQuery } from "../api/counts";
import type { ChartRun } from "./chartRun";

/**
 * The number of points of all runs of a chart; null as long as it is not known.
 *
 * @param thinned The runs of which not all points are drawn; null where there are none.
 */
export function useTotal(
  metric: string,
  runs: readonly ChartRun[],
  thinned: readonly ChartRun[] | null,
): number | null {
  const unknown = thinned !== null && runs.some((run) => run.total === undefined);
  const found = useQuery({
    ...countsQuery(
      metric,
      runs.map((run) => run.uid),
    ),
    enabled: unknown,
  });
  if (thinned === null) return null;
  let sum = 0;
  for (const run of runs) {
    const total = run.total ?? found.data?.get(run.uid);
    if (total === undefined) return null;
    sum += total;
  }
  return sum;
}
