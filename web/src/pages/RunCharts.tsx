/** A run's metrics as charts. */

import { useCallback, useMemo } from "react";
import type { Run, Summary } from "../api/queries";
import { ChartBar, ChartGrid } from "../charts/ChartGrid";
import { useStepMetrics } from "../charts/stepMetrics";
import { coloursOf } from "../look/colours";
import { useColourOf } from "../look/useColours";
import { parseChartView } from "../url/charts";
import { useTexts } from "../url/useTexts";

const nobody = () => {};

export function RunCharts({ run, summaries }: { run: Run; summaries: readonly Summary[] }) {
  const [texts] = useTexts();
  const view = useMemo(() => parseChartView(texts), [texts]);
  coloursOf(run.experiment_name).give([run.uid]);
  const colour = useColourOf()(run);
  const label = run.display_name || run.name;
  const names = summaries.map((one) => one.name).join("\0");
  const metrics = useMemo(() => (names === "" ? [] : names.split("\0")), [names]);
  const totals = useMemo(() => new Map(summaries.map((one) => [one.name, one.count])), [summaries]);
  const runsOf = useCallback(
    (metric: string) => [{ uid: run.uid, label, colour, total: totals.get(metric) }],
    [run.uid, label, colour, totals],
  );
  const stepMetricOf = useStepMetrics(useMemo(() => [run], [run]));
  return (
    <div className="charts-side">
      <ChartBar view={view} metrics={metrics} stepMetricOf={stepMetricOf} />
      <ChartGrid
        metrics={metrics}
        runsOf={runsOf}
        stepMetricOf={stepMetricOf}
        view={view}
        emphasis={null}
        onEmphasis={nobody}
        empty="No metrics yet."
      />
    </div>
  );
}
