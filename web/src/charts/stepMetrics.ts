/** The metrics that charts are drawn over by default, as `Run.define_metric` says. */

import { useMemo } from "react";
import type { StepMetricOf } from "./chartRun";

type Goals = Readonly<Record<string, unknown>>;

/** For each metric that some of the runs define one for; the first of them counts, which is the newest in a table. */
export function stepMetrics(runs: readonly { readonly goals: Goals }[]): Map<string, string> {
  const found = new Map<string, string>();
  for (const { goals } of runs) {
    for (const [metric, goal] of Object.entries(goals)) {
      const over = typeof goal === "object" && goal !== null && "step_metric" in goal ? goal.step_metric : null;
      if (typeof over === "string" && over !== "" && !found.has(metric)) found.set(metric, over);
    }
  }
  return found;
}

/** The same function as long as the runs define the same. */
export function useStepMetrics(runs: readonly { readonly goals: Goals }[]): StepMetricOf {
  const text = JSON.stringify([...stepMetrics(runs)]);
  return useMemo(() => {
    const found = new Map(JSON.parse(text) as [string, string][]);
    return (metric: string) => found.get(metric);
  }, [text]);
}
