/** The metrics of some runs, a chart each, with all runs on it. */

import { useCallback, useMemo, useState } from "react";
import type { FoundRun } from "../api/queries";
import { ChartBar, ChartGrid } from "../charts/ChartGrid";
import { useStepMetrics } from "../charts/stepMetrics";
import { useColourOf } from "../look/useColours";
import { namesOf } from "../parts/runColumns";
import { parseChartView } from "../url/charts";
import { useTexts } from "../url/useTexts";

export function CompareCharts({ runs }: { runs: readonly FoundRun[] }) {
  const [texts] = useTexts();
  const view = useMemo(() => parseChartView(texts), [texts]);
  const [emphasis, setEmphasis] = useState<string | null>(null);
  const colourOf = useColourOf();
  const metrics = useMemo(() => namesOf(runs).metrics, [runs]);
  const runsOf = useCallback(
    (metric: string) =>
      runs
        .filter((run) => metric in run.metrics)
        .map((run) => ({
          uid: run.uid,
          label: run.display_name || run.name,
          colour: colourOf(run),
          parameters: run.parameters,
        })),
    [runs, colourOf],
  );
  const stepMetricOf = useStepMetrics(runs);
  return (
    <div className="charts-side">
      <ChartBar view={view} metrics={metrics} stepMetricOf={stepMetricOf} />
      <ul className="legend legend-across" aria-label="Runs">
        {runs.map((run) => (
          <li key={run.uid}>
            <span
              className={`legend-one${emphasis === run.uid ? " emphasised" : ""}`}
              onPointerEnter={() => setEmphasis(run.uid)}
              onPointerLeave={() => setEmphasis(null)}
            >
              <span className="dot" style={{ background: colourOf(run) }} /> {run.display_name || run.name}
            </span>
          </li>
        ))}
      </ul>
      <ChartGrid
        metrics={metrics}
        runsOf={runsOf}
        stepMetricOf={stepMetricOf}
        view={view}
        emphasis={emphasis}
        onEmphasis={setEmphasis}
        empty="None of these runs has metrics."
      />
    </div>
  );
}
