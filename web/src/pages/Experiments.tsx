/** All experiments: how many runs, what went on lately, when last. Of thousands, only those in sight are made. */

import { useQuery } from "@tanstack/react-query";
import { useMemo, useRef } from "react";
import { type ApiError, ask, type Schemas } from "../api/client";
import { type Experiment, experimentsQuery } from "../api/queries";
import { count } from "../look/numbers";
import { ago, iso } from "../look/times";
import { Activity, WEEK_US, WEEKS, weeksOf } from "../parts/Activity";
import { Copy } from "../parts/Copy";
import { Failure, Skeleton } from "../parts/Failure";
import { Icon } from "../parts/Icon";
import { useNow } from "../parts/now";
import { isOwnTag } from "../parts/tags";
import { useTitle } from "../parts/title";
import { useTexts } from "../url/useTexts";
import { useRowsInSight } from "./rowsInSight";

const SNIPPET = `from assay import Run

with Run(experiment_name="digits") as run:
    run.log_parameter("lr", 0.1)
    for step in range(100):
        run.log_metric("loss", 1 / (step + 1), step=step)
`;
const ROW_PX = 40;

export function ExperimentsPage() {
  useTitle();
  const [texts, change] = useTexts();
  const find = texts.find ?? "";
  const experiments = useQuery(experimentsQuery);
  const activity = useQuery(activityQuery);
  const now_ms = useNow();
  const weeks = useMemo(() => new Map(activity.data?.map((one) => [one.experiment, one.buckets])), [activity.data]);
  const sort = texts.sort ?? "-changed";
  const shown = useMemo(
    () =>
      inOrder(
        (experiments.data ?? []).filter((one) => isMeant(one, find.trim().toLowerCase())),
        sort,
      ),
    [experiments.data, find, sort],
  );
  const scroller = useRef<HTMLDivElement>(null);
  const { first, end } = useRowsInSight(scroller, shown.length, ROW_PX);
  if (experiments.isPending) return <Skeleton lines={10} label="Reading experiments" />;
  if (experiments.isError) {
    return (
      <Failure
        what="The experiments can't be read."
        error={experiments.error}
        retry={() => void experiments.refetch()}
      />
    );
  }
  if (experiments.data.length === 0) return <Nothing />;
  const head = { sort, onSort: (one: string) => change({ sort: one === "-changed" ? undefined : one }) };
  return (
    <div className="experiments">
      <div className="bar">
        <h1>Experiments</h1>
        <span className="dim" role="status">
          {find === "" ? count(shown.length) : `${count(shown.length)} of ${count(experiments.data.length)}`}
        </span>
        <span className="spring" />
        <input
          type="search"
          className="field"
          placeholder="Find an experiment"
          aria-label="Find an experiment"
          value={find}
          onChange={(event) => change({ find: event.target.value }, false)}
        />
      </div>
      <div className="list-scroll" ref={scroller}>
        <table className="list" aria-rowcount={shown.length + 1}>
          <thead>
            <tr>
              <Head id="name" title="Name" {...head} />
              <Head id="runs" title="Runs" isNumber {...head} />
              <Head id="running" title="Running" isNumber {...head} />
              <th className="wide-only">Started in the last {WEEKS} weeks</th>
              <Head id="changed" title="Last change" {...head} />
              <th className="wide-only">Tags</th>
            </tr>
          </thead>
          <tbody>
            <Gap height={first * ROW_PX} />
            {shown.slice(first, end).map((one, at) => (
              <tr key={one.uid} aria-rowindex={first + at + 2}>
                <td>
                  <a href={`#/experiments/${encodeURIComponent(one.name)}`} className="list-name cut">
                    {one.display_name || one.name}
                  </a>
                  {one.description !== "" && <div className="dim cut list-note">{firstLine(one.description)}</div>}
                </td>
                <td className="number">{count(one.run_count)}</td>
                <td className="number">
                  {runningOf(one) > 0 && <span className="running">{count(runningOf(one))}</span>}
                </td>
                <td className="wide-only">
                  {weeks.has(one.name) && <Activity weeks={weeksOf(weeks.get(one.name) ?? [], now_ms)} />}
                </td>
                <td title={iso(changedOf(one))} className="dim">
                  {ago(changedOf(one), now_ms)}
                </td>
                <td className="wide-only">
                  <Tags tags={one.tags} />
                </td>
              </tr>
            ))}
            <Gap height={(shown.length - end) * ROW_PX} />
          </tbody>
        </table>
        {shown.length === 0 && <p className="empty dim">No experiment has “{find}” in its name, note or tags.</p>}
      </div>
    </div>
  );
}

/** Runs by week; the first week began so long ago, and buckets lie where the server lays them. */
const activityQuery = {
  queryKey: ["activity"],
  queryFn: async ({ signal }: { signal: AbortSignal }) => {
    const parameters = { since_us: Date.now() * 1000 - WEEKS * WEEK_US, bucket_us: WEEK_US / 7 };
    return (await ask<Schemas["ActivityList"]>("/v1/activity", { parameters, signal })).items;
  },
  refetchInterval: 60_000,
  retry: (failures: number, error: ApiError) => failures < 2 && error.isPassing,
} as const;

function changedOf(one: Experiment): number {
  return one.changed_us ?? one.created_us;
}

function firstLine(note: string): string {
  const line = note.split("\n").find((one) => one.trim() !== "") ?? "";
  return line.replace(/^#+\s*/, "");
}

function isMeant(one: Experiment, wanted: string): boolean {
  if (wanted === "") return true;
  return [one.name, one.display_name, one.description, ...Object.entries(one.tags).flat()].some((text) =>
    text.toLowerCase().includes(wanted),
  );
}

const NAMES = new Intl.Collator("en", { numeric: true });

function runningOf(one: Experiment): number {
  return one.running_count ?? 0;
}

function inOrder(some: Experiment[], sort: string): Experiment[] {
  const descending = sort.startsWith("-");
  const id = descending ? sort.slice(1) : sort;
  const by = (one: Experiment, other: Experiment): number => {
    if (id === "name") return NAMES.compare(one.display_name || one.name, other.display_name || other.name);
    if (id === "runs") return one.run_count - other.run_count;
    if (id === "running") return runningOf(one) - runningOf(other);
    return changedOf(one) - changedOf(other);
  };
  return some.sort((one, other) => (descending ? by(other, one) : by(one, other)));
}

interface HeadProps {
  readonly id: string;
  readonly title: string;
  readonly sort: string;
  readonly isNumber?: boolean;
  readonly onSort: (sort: string) => void;
}

function Head({ id, title, sort, isNumber = false, onSort }: HeadProps) {
  const order = sort === id ? "ascending" : sort === `-${id}` ? "descending" : "none";
  // Names begin with the first one, all else with the most.
  const next = order === "none" ? (id === "name" ? id : `-${id}`) : order === "ascending" ? `-${id}` : id;
  return (
    <th className={isNumber ? "number" : undefined} aria-sort={order}>
      <button type="button" className="head-sort" onClick={() => onSort(next)}>
        {title}
        {order !== "none" && <Icon name={order === "descending" ? "fall" : "up"} />}
      </button>
    </th>
  );
}

function Gap({ height }: { height: number }) {
  return height > 0 ? <tr style={{ height }} /> : null;
}

function Tags({ tags }: { tags: Readonly<Record<string, string>> }) {
  return (
    <span className="tags tags-line">
      {Object.entries(tags)
        .filter(([name]) => !isOwnTag(name))
        .map(([name, value]) => (
          <span key={name} className="tag" title={`${name} = ${value}`}>
            <span className="dim">{name}</span> {value}
          </span>
        ))}
    </span>
  );
}

function Nothing() {
  return (
    <div className="empty nothing">
      <h1>No runs yet</h1>
      <p>Log one, and it shows up here while it goes on:</p>
      <div className="snippet">
        <pre>{SNIPPET}</pre>
        <Copy text={SNIPPET} what="the example" />
      </div>
    </div>
  );
}
