/** Some runs beside each other: what they were given, what they measured, how well they did. */

import { useQueries, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useCallback, useMemo, useState } from "react";
import { type ApiError, ask, type Schemas } from "../api/client";
import { artifactsQuery, type FoundRun } from "../api/queries";
import { ChartBar, ChartGrid } from "../charts/ChartGrid";
import { isEvaluation } from "../charts/evaluation";
import { coloursOf } from "../look/colours";
import { useColourOf } from "../look/useColours";
import { ColourDot } from "../parts/ColourDot";
import { Failure, Skeleton } from "../parts/Failure";
import { useChanges, useRefresh } from "../parts/live";
import { cellOf, namesOf, titleOf, usualColumns } from "../parts/runColumns";
import { Status } from "../parts/Status";
import { type Tab, Tabs } from "../parts/Tabs";
import { useTitle } from "../parts/title";
import { parseChartView } from "../url/charts";
import { oneOf, parseList, writeList } from "../url/text";
import { useTexts } from "../url/useTexts";
import { RunEvaluation } from "./RunEvaluation";

export function ComparePage() {
  useTitle("Compare");
  const [texts, change] = useTexts();
  const named = texts.runs ?? "";
  const uids = useMemo(() => parseList(named), [named]);
  const client = useQueryClient();
  const found = useQuery<FoundRun[], ApiError>({
    queryKey: ["compare", uids],
    enabled: uids.length > 0,
    queryFn: async ({ signal }) => {
      const filter = `id in (${uids.map((uid) => `'${uid.replaceAll("'", "''")}'`).join(", ")})`;
      const { items } = await ask<Schemas["FoundList"]>("/v1/search", { body: { filter, limit: 1000 }, signal });
      return uids.flatMap((uid) => items.filter((one) => one.uid === uid));
    },
  });
  const refresh = useRefresh();
  const changed = useCallback(
    (some: readonly string[]) => {
      void client.invalidateQueries({ queryKey: ["compare"] });
      refresh(some);
    },
    [client, refresh],
  );
  useChanges(
    useMemo(() => ({ runs: uids }), [uids]),
    changed,
  );
  const artifacts = useQueries({ queries: uids.map((uid) => artifactsQuery(uid)) });

  if (uids.length === 0) {
    return (
      <p className="empty dim">Choose runs in an experiment’s table by the boxes before their names, then “Compare”.</p>
    );
  }
  if (found.isError)
    return <Failure what="The runs can't be read." error={found.error} retry={() => void found.refetch()} />;
  if (found.data === undefined) return <Skeleton lines={10} label="Reading the runs" />;
  const runs = found.data;
  for (const name of new Set(runs.map((run) => run.experiment_name))) {
    const own = runs.filter((run) => run.experiment_name === name);
    coloursOf(name).learn(own);
    coloursOf(name).give(own.map((run) => run.uid));
  }
  const sources = runs.map((run) => ({
    run,
    artifacts: (artifacts[uids.indexOf(run.uid)]?.data ?? []).filter(isEvaluation),
  }));
  const hasEvaluation = sources.some((one) => one.artifacts.length > 0);
  const tabs: Tab[] = [
    { id: "values", label: "Parameters and metrics" },
    { id: "charts", label: "Charts" },
    ...(hasEvaluation ? [{ id: "evaluation", label: "Evaluation" }] : []),
  ];
  const tab = oneOf(
    texts.tab,
    tabs.map((one) => one.id),
    "values",
  );
  return (
    <div className="run-page">
      <div className="run-title">
        <h1>{runs.length} runs</h1>
        {runs.length < uids.length && (
          <span className="dim">{uids.length - runs.length} of those in the address are not here, or in the trash</span>
        )}
      </div>
      <Tabs
        tabs={tabs}
        chosen={tab}
        onChoose={(id) => change({ tab: id === "values" ? undefined : id })}
        label="Of these runs"
      />
      <div className="tab-body" role="tabpanel" id={`panel-${tab}`} aria-labelledby={`tab-${tab}`}>
        {tab === "values" && (
          <Values runs={runs} onRemove={(uid) => change({ runs: writeList(uids.filter((one) => one !== uid)) })} />
        )}
        {tab === "charts" && <Charts runs={runs} />}
        {tab === "evaluation" && <RunEvaluation sources={sources} />}
      </div>
    </div>
  );
}

function Values({ runs, onRemove }: { runs: readonly FoundRun[]; onRemove: (uid: string) => void }) {
  const [texts, change] = useTexts();
  const isDiffering = texts.all !== "1";
  const colourOf = useColourOf();
  const names = useMemo(() => namesOf(runs), [runs]);
  const rows = usualColumns(names)
    .filter((id) => id !== "own.status")
    .map((id) => ({ id, cells: runs.map((run) => cellOf(run, id, Date.now())) }))
    .map((row) => ({ ...row, isSame: row.cells.every((cell) => cell.title === row.cells[0]?.title) }));
  const shown = isDiffering && runs.length > 1 ? rows.filter((row) => !row.isSame) : rows;
  const sections = [
    ["", "own."],
    ["Parameters", "params."],
    ["Metrics, last values", "metrics."],
    ["Tags", "tags."],
  ] as const;
  return (
    <>
      <div className="bar">
        <label>
          <input
            type="checkbox"
            checked={isDiffering}
            onChange={(event) => change({ all: event.target.checked ? undefined : "1" })}
          />{" "}
          only what differs
        </label>
        <span className="dim">
          {rows.length - rows.filter((row) => !row.isSame).length} of {rows.length} are the same
        </span>
      </div>
      <div className="wide-table compare-scroll">
        <table className="compare">
          <thead>
            <tr>
              <th scope="col" className="unseen-head">
                <span className="unseen">What</span>
              </th>
              {runs.map((run) => (
                <th key={run.uid} scope="col">
                  <ColourDot run={run} colour={colourOf(run)} />{" "}
                  <Link to="/runs/$uid" params={{ uid: run.uid }}>
                    {run.display_name || run.name}
                  </Link>
                  <div className="compare-note">
                    <Status status={run.status} message={run.status_message} />{" "}
                    <button type="button" className="link" onClick={() => onRemove(run.uid)}>
                      remove
                    </button>
                  </div>
                </th>
              ))}
            </tr>
          </thead>
          {sections.map(([title, kind]) => {
            const some = shown.filter((row) => row.id.startsWith(kind));
            if (some.length === 0) return null;
            return (
              <tbody key={kind}>
                {title !== "" && (
                  <tr className="compare-section">
                    <th scope="rowgroup" colSpan={runs.length + 1}>
                      {title}
                    </th>
                  </tr>
                )}
                {some.map((row) => (
                  <tr key={row.id} className={row.isSame ? "dim" : undefined}>
                    <th scope="row" className="cut">
                      {titleOf(row.id)}
                    </th>
                    {row.cells.map((cell, at) => (
                      <td key={runs[at]?.uid} title={cell.title} className={cell.isNumber ? "number" : undefined}>
                        {cell.text}
                      </td>
                    ))}
                  </tr>
                ))}
              </tbody>
            );
          })}
        </table>
      </div>
    </>
  );
}

function Charts({ runs }: { runs: readonly FoundRun[] }) {
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
        })),
    [runs, colourOf],
  );
  return (
    <div className="charts-side">
      <ChartBar view={view} />
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
        view={view}
        emphasis={emphasis}
        onEmphasis={setEmphasis}
        empty="None of these runs has metrics."
      />
    </div>
  );
}
