/** Runs beside each other: a few that were chosen, or all that a filter finds in an experiment. */

import { useQueries } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useEffect, useMemo } from "react";
import { artifactsQuery, type FoundRun } from "../api/queries";
import { isEvaluation } from "../charts/evaluation";
import { coloursOf } from "../look/colours";
import { many } from "../look/numbers";
import { isMedia } from "../media/series";
import { Failure, Skeleton } from "../parts/Failure";
import { FilterBar } from "../parts/FilterBar";
import { late } from "../parts/late";
import { namesOf } from "../parts/runColumns";
import { SaveFile } from "../parts/SaveFile";
import { type Tab, Tabs } from "../parts/Tabs";
import { useTitle } from "../parts/title";
import { oneOf, parseList, writeList } from "../url/text";
import { useTexts } from "../url/useTexts";
import { CompareCharts } from "./CompareCharts";
import { CompareValues } from "./CompareValues";
import { useComparedRuns } from "./comparedRuns";
import { useExperimentRuns } from "./experimentRuns";
import { ImportanceView } from "./Importance";
import { ParallelView } from "./Parallel";
import { RunEvaluation } from "./RunEvaluation";
import { ScatterView } from "./Scatter";
import "../look/compare.css";

const CompareMedia = late(
  () => import("./CompareMedia").then((one) => one.CompareMedia),
  () => <Skeleton lines={8} />,
);

/** Of more runs than this, values and evaluation charts are not drawn beside each other. */
const SIDE_BY_SIDE = 60;
/** So many runs of an experiment are laid out. */
const EXPLORED = 5000;

export function ComparePage() {
  useTitle("Compare");
  const [texts] = useTexts();
  const named = texts.runs ?? "";
  const uids = useMemo(() => parseList(named), [named]);
  if (uids.length > 0) return <Chosen uids={uids} />;
  if (texts.experiment !== undefined) return <Explored experiment={texts.experiment} />;
  return (
    <p className="empty dim">Choose runs in an experiment’s table by the boxes before their names, then “Compare”.</p>
  );
}

/** All runs of an experiment that a filter finds, laid out by their values. */
function Explored({ experiment }: { experiment: string }) {
  const [texts, change] = useTexts();
  const filter = texts.filter ?? "";
  const search = useMemo(() => ({ experiment, filter, order: "" }), [experiment, filter]);
  const found = useExperimentRuns(search);
  const runs = useMemo(() => found.runs.slice(0, EXPLORED), [found.runs]);
  const names = useMemo(() => namesOf(runs), [runs]);
  useEffect(() => coloursOf(experiment).learn(runs), [experiment, runs]);
  if (found.isError && found.error.status !== 400 && runs.length === 0) {
    return <Failure what="The runs can't be read." error={found.error} retry={() => void found.refetch()} />;
  }
  const isCut = found.runs.length > EXPLORED;
  const isReading = found.hasNextPage && runs.length < EXPLORED;
  return (
    <div className="run-page">
      <div className="run-title">
        <h1>
          <Link to="/experiments/$name" params={{ name: experiment }} search={{ filter: filter || undefined } as never}>
            {experiment}
          </Link>
        </h1>
        <span className="dim" role="status">
          {found.isPending ? "Reading runs" : many(runs.length, "run")}
          {isReading && " so far"}
          {isCut && ", the newest"}
        </span>
      </div>
      <FilterBar filter={filter} onFilter={(one) => change({ filter: one })} names={names} error={found.error} />
      {/* What is laid out by all runs would move with every page of them that comes. */}
      {found.isPending || (isReading && !found.isError) ? (
        <Skeleton lines={10} label="Reading runs" />
      ) : runs.length === 0 ? (
        <p className="empty dim">{filter === "" ? "This experiment has no runs yet." : "No run fits the filter."}</p>
      ) : (
        <Views runs={runs} first={[]} last={[]} />
      )}
    </div>
  );
}

function Chosen({ uids }: { uids: readonly string[] }) {
  const [, change] = useTexts();
  const found = useComparedRuns(uids);
  const isFew = uids.length <= SIDE_BY_SIDE;
  const artifacts = useQueries({ queries: (isFew ? uids : []).map((uid) => artifactsQuery(uid)) });
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
  const media = runs.map((run) => ({
    run,
    artifacts: (artifacts[uids.indexOf(run.uid)]?.data ?? []).filter(isMedia),
  }));
  const hasMedia = media.some((one) => one.artifacts.length > 0);
  const hasEvaluation = sources.some((one) => one.artifacts.length > 0);
  const order = (next: readonly string[]) => change({ runs: writeList(next) });
  return (
    <div className="run-page">
      <div className="run-title">
        <h1>{many(runs.length, "run")}</h1>
        {runs.length < uids.length && (
          <span className="dim">{uids.length - runs.length} of those in the address are not here, or in the trash</span>
        )}
        <span className="spring" />
        <SaveFile runs={runs.map((run) => run.uid)} />
      </div>
      <Views
        runs={runs}
        first={[
          {
            id: "values",
            label: "Parameters and metrics",
            show: () =>
              isFew ? (
                <CompareValues runs={runs} onOrder={order} />
              ) : (
                <p className="empty dim">
                  {many(runs.length, "column")} can’t be read beside each other: brush fewer in Parallel, or choose up
                  to {SIDE_BY_SIDE}.
                </p>
              ),
          },
          { id: "charts", label: "Charts", show: () => <CompareCharts runs={runs} /> },
        ]}
        last={[
          ...(hasEvaluation
            ? [{ id: "evaluation", label: "Evaluation", show: () => <RunEvaluation sources={sources} /> }]
            : []),
          ...(hasMedia ? [{ id: "media", label: "Media", show: () => <CompareMedia sources={media} /> }] : []),
        ]}
      />
    </div>
  );
}

interface View extends Tab {
  readonly show: () => React.ReactNode;
}

/** The tabs that any number of runs has, and those that only a few have before and after them. */
function Views({ runs, first, last }: { runs: readonly FoundRun[]; first: readonly View[]; last: readonly View[] }) {
  const [texts, change] = useTexts();
  const views: View[] = [
    ...first,
    { id: "parallel", label: "Parallel", show: () => <ParallelView runs={runs} /> },
    { id: "scatter", label: "Scatter", show: () => <ScatterView runs={runs} /> },
    { id: "importance", label: "Importance", show: () => <ImportanceView runs={runs} /> },
    ...last,
  ];
  const usual = views[0]?.id ?? "parallel";
  const chosen = oneOf(
    texts.tab,
    views.map((one) => one.id),
    usual,
  );
  return (
    <>
      <Tabs
        tabs={views}
        chosen={chosen}
        onChoose={(id) => change({ tab: id === usual ? undefined : id })}
        label="Of these runs"
      />
      <div className="tab-body" role="tabpanel" id={`panel-${chosen}`} aria-labelledby={`tab-${chosen}`}>
        {views.find((one) => one.id === chosen)?.show()}
      </div>
    </>
  );
}
