/** All experiments: how many runs, what went on lately, when last. */

import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useMemo } from "react";
import { type Experiment, experimentsQuery, newestRunsQuery, type Run } from "../api/queries";
import { count } from "../look/numbers";
import { ago, iso } from "../look/times";
import { Activity, activityOf } from "../parts/Activity";
import { Copy } from "../parts/Copy";
import { Failure, Skeleton } from "../parts/Failure";
import { useNow } from "../parts/now";
import { useTitle } from "../parts/title";
import { useTexts } from "../url/useTexts";

const SNIPPET = `from assay import Run

with Run(experiment_name="digits") as run:
    run.log_parameter("lr", 0.1)
    for step in range(100):
        run.log_metric("loss", 1 / (step + 1), step=step)
`;

export function ExperimentsPage() {
  useTitle();
  const [texts, change] = useTexts();
  const find = texts.find ?? "";
  const experiments = useQuery(experimentsQuery);
  const newest = useQuery(newestRunsQuery);
  const now_ms = useNow();
  const lately = useMemo(() => latelyOf(newest.data ?? []), [newest.data]);
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
  const wanted = find.trim().toLowerCase();
  const shown = experiments.data.filter((one) => isMeant(one, wanted));
  return (
    <div className="experiments">
      <div className="bar">
        <h1>Experiments</h1>
        <span className="dim">{count(experiments.data.length)}</span>
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
      <div className="list-scroll">
        <table className="list">
          <thead>
            <tr>
              <th>Name</th>
              <th className="number">Runs</th>
              <th className="number">Running</th>
              <th className="wide-only">Started in the last 12 weeks</th>
              <th>Last change</th>
              <th className="wide-only">Tags</th>
            </tr>
          </thead>
          <tbody>
            {shown.map((one) => {
              const recent = lately.get(one.uid);
              const last_us = recent?.last_us ?? one.created_us;
              return (
                <tr key={one.uid}>
                  <td>
                    <Link to="/experiments/$name" params={{ name: one.name }} className="list-name">
                      {one.display_name || one.name}
                    </Link>
                    {one.description !== "" && <div className="dim cut list-note">{one.description}</div>}
                  </td>
                  <td className="number">{count(one.run_count)}</td>
                  <td className="number">{recent?.running ? <span className="running">{recent.running}</span> : ""}</td>
                  <td className="wide-only">
                    {recent !== undefined && <Activity weeks={activityOf(recent.starts_us, now_ms)} />}
                  </td>
                  <td title={iso(last_us)} className="dim">
                    {ago(last_us, now_ms)}
                  </td>
                  <td className="wide-only">
                    <Tags tags={one.tags} />
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
        {shown.length === 0 && <p className="empty dim">No experiment has “{find}” in its name or tags.</p>}
      </div>
    </div>
  );
}

function isMeant(one: Experiment, wanted: string): boolean {
  if (wanted === "") return true;
  return [one.name, one.display_name, one.description, ...Object.entries(one.tags).flat()].some((text) =>
    text.toLowerCase().includes(wanted),
  );
}

interface Lately {
  running: number;
  last_us: number;
  readonly starts_us: number[];
}

function latelyOf(runs: readonly Run[]): Map<string, Lately> {
  const found = new Map<string, Lately>();
  for (const run of runs) {
    const one = found.get(run.experiment_uid) ?? { running: 0, last_us: 0, starts_us: [] };
    if (run.status === "InProgress") one.running += 1;
    one.last_us = Math.max(one.last_us, run.end_us ?? run.start_us ?? run.created_us);
    one.starts_us.push(run.created_us);
    found.set(run.experiment_uid, one);
  }
  return found;
}

function Tags({ tags }: { tags: Readonly<Record<string, string>> }) {
  return (
    <span className="tags">
      {Object.entries(tags).map(([name, value]) => (
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
