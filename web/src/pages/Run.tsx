/** One run: what it was given, what it measured, what it left. A tab without anything in it is not there. */

import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { useCallback, useMemo } from "react";
import { artifactsQuery, attemptsQuery, runQuery, summariesQuery } from "../api/queries";
import { isEvaluation } from "../charts/evaluation";
import { coloursOf } from "../look/colours";
import { isMedia } from "../media/series";
import { Failure, Skeleton } from "../parts/Failure";
import { late } from "../parts/late";
import { useChanges, useRefresh } from "../parts/live";
import { RunHead } from "../parts/RunHead";
import { type Tab, Tabs } from "../parts/Tabs";
import { TrashedNote } from "../parts/TrashedNote";
import { useTitle } from "../parts/title";
import { oneOf } from "../url/text";
import { useTexts } from "../url/useTexts";

const waiting = () => <Skeleton lines={8} />;
const RunOverview = late(() => import("./RunOverview").then((one) => one.RunOverview), waiting);
const RunCharts = late(() => import("./RunCharts").then((one) => one.RunCharts), waiting);
const RunEvaluation = late(() => import("./RunEvaluation").then((one) => one.RunEvaluation), waiting);
const RunMedia = late(() => import("./RunMedia").then((one) => one.RunMedia), waiting);
const RunArtifacts = late(() => import("./RunArtifacts").then((one) => one.RunArtifacts), waiting);
const RunLineage = late(() => import("./RunLineage").then((one) => one.RunLineage), waiting);

export function RunPage() {
  const { uid } = useParams({ from: "/runs/$uid" });
  const [texts, change] = useTexts();
  const run = useQuery(runQuery(uid));
  const summaries = useQuery(summariesQuery(uid));
  const artifacts = useQuery(artifactsQuery(uid));
  const attempts = useQuery(attemptsQuery(uid));
  useTitle(run.data?.display_name ?? run.data?.name, run.data?.experiment_name);
  const refresh = useRefresh();
  const changed = useCallback(
    (uids: readonly string[]) => {
      if (uids.includes(uid)) refresh([uid]);
    },
    [refresh, uid],
  );
  const interest = useMemo(() => ({ runs: [uid] }), [uid]);
  useChanges(interest, changed);

  if (run.isError && run.data === undefined) {
    const what =
      run.error.status === 404 ? "There is no such run; it may have been deleted." : "The run can't be read.";
    return <Failure what={what} error={run.error} retry={() => void run.refetch()} />;
  }
  if (run.data === undefined) return <Skeleton lines={10} label="Reading the run" />;
  coloursOf(run.data.experiment_name).learn([run.data]);
  coloursOf(run.data.experiment_name).give([uid]);
  const charts = (artifacts.data ?? []).filter(isEvaluation);
  const others = (artifacts.data ?? []).filter((one) => !isEvaluation(one));
  const media = new Set(others.filter(isMedia).map((one) => one.name)).size;
  const tabs: Tab[] = [
    { id: "overview", label: "Overview" },
    ...(summaries.data?.length ? [{ id: "charts", label: "Charts", count: summaries.data.length }] : []),
    ...(charts.length > 0 ? [{ id: "evaluation", label: "Evaluation", count: charts.length }] : []),
    ...(media > 0 ? [{ id: "media", label: "Media", count: media }] : []),
    ...(others.length > 0 ? [{ id: "artifacts", label: "Artifacts", count: others.length }] : []),
    ...(artifacts.data?.length ? [{ id: "lineage", label: "Lineage" }] : []),
  ];
  const tab = oneOf(
    texts.tab,
    tabs.map((one) => one.id),
    "overview",
  );
  return (
    <div className="run-page">
      {run.data.trashed_us != null && <TrashedNote uid={uid} trashed_us={run.data.trashed_us} />}
      <RunHead run={run.data} attempts={attempts.data ?? []} />
      <Tabs
        tabs={tabs}
        chosen={tab}
        onChoose={(id) => change({ tab: id === "overview" ? undefined : id })}
        label="Of this run"
      />
      <div className="tab-body" role="tabpanel" id={`panel-${tab}`} aria-labelledby={`tab-${tab}`}>
        {tab === "overview" && (
          <RunOverview
            run={run.data}
            summaries={summaries.data}
            attempts={attempts.data ?? []}
            error={summaries.error}
          />
        )}
        {tab === "charts" && <RunCharts run={run.data} summaries={summaries.data ?? []} />}
        {tab === "evaluation" && <RunEvaluation sources={[{ run: run.data, artifacts: charts }]} />}
        {tab === "media" && <RunMedia run={run.data} artifacts={others} />}
        {tab === "artifacts" && <RunArtifacts run={run.data} artifacts={others} />}
        {tab === "lineage" && <RunLineage run={run.data} />}
      </div>
    </div>
  );
}
