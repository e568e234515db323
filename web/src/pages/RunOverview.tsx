/** What a run was given and what it came to. */

import { useState } from "react";
import { numberOf } from "../api/numbers";
import type { Attempt, Run, Summary } from "../api/queries";
import { byName } from "../charts/sections";
import { count, full, short } from "../look/numbers";
import { duration, iso, moment } from "../look/times";
import { Copy } from "../parts/Copy";
import { Failure, Skeleton } from "../parts/Failure";
import { RunTags } from "../parts/RunTags";
import { valueCell } from "../parts/runColumns";
import { Status } from "../parts/Status";
import { useTexts } from "../url/useTexts";
import { RunNote } from "./RunNote";

interface Props {
  readonly run: Run;
  readonly summaries: readonly Summary[] | undefined;
  readonly attempts: readonly Attempt[];
  readonly error: Error | null;
}

export function RunOverview({ run, summaries, attempts, error }: Props) {
  const last = attempts[attempts.length - 1];
  return (
    <div className="overview">
      <RunNote run={run} />
      {run.status_message && <pre className="message">{run.status_message}</pre>}
      {last?.traceback && (
        <details className="traceback" open={run.status === "Failed"}>
          <summary>Traceback</summary>
          <pre>{last.traceback}</pre>
        </details>
      )}
      <div className="overview-columns">
        <section aria-label="Parameters">
          <Parameters parameters={run.parameters} />
          <RunTags run={run} />
          <Facts run={run} attempts={attempts} />
        </section>
        <section aria-label="Metrics">
          {error !== null && summaries === undefined ? (
            <Failure what="The metrics can't be read." error={error} />
          ) : summaries === undefined ? (
            <Skeleton lines={6} label="Reading metrics" />
          ) : (
            <Metrics summaries={summaries} />
          )}
        </section>
      </div>
    </div>
  );
}

const FINDABLE = 12;

function useFind<T>(items: readonly T[], textOf: (item: T) => string): [readonly T[], React.ReactNode] {
  const [find, setFind] = useState("");
  const wanted = find.trim().toLowerCase();
  const shown = wanted === "" ? items : items.filter((one) => textOf(one).toLowerCase().includes(wanted));
  const field =
    items.length > FINDABLE ? (
      <input
        type="search"
        className="field"
        placeholder="Find"
        aria-label="Find"
        value={find}
        onChange={(event) => setFind(event.target.value)}
      />
    ) : null;
  return [shown, field];
}

function Parameters({ parameters }: { parameters: Readonly<Record<string, unknown>> }) {
  const [shown, field] = useFind(
    Object.entries(parameters).sort(([one], [other]) => byName(one, other)),
    ([name]) => name,
  );
  return (
    <>
      <div className="head-line">
        <h2>Parameters</h2> <span className="dim">{Object.keys(parameters).length || "none"}</span> {field}
      </div>
      <table className="facts">
        <tbody>
          {shown.map(([name, value]) => {
            const cell = valueCell(value);
            return (
              <tr key={name}>
                <th scope="row">{name}</th>
                <td title={cell.title}>
                  <code>{cell.title || "None"}</code>
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </>
  );
}

function Facts({ run, attempts }: { run: Run; attempts: readonly Attempt[] }) {
  return (
    <>
      <div className="head-line">
        <h2>Run</h2>
      </div>
      <table className="facts">
        <tbody>
          <Fact name="Name">
            {run.experiment_name}/{run.name} <Copy text={`${run.experiment_name}/${run.name}`} what="the run's name" />
          </Fact>
          <Fact name="Created">
            <span title={iso(run.created_us)}>{moment(run.created_us)}</span>
          </Fact>
          {run.end_us !== null && (
            <Fact name="Ended">
              <span title={iso(run.end_us)}>{moment(run.end_us)}</span>
            </Fact>
          )}
          {run.refused > 0 && <Fact name="Refused calls">{count(run.refused)}</Fact>}
          {attempts.map((one) => (
            <Fact key={one.number} name={attempts.length === 1 ? "Process" : `Attempt ${one.number}`}>
              <Status status={one.status} message={one.message} isShort /> {String(one.process.host ?? "")}
              <span className="dim">
                {" "}
                pid {String(one.process.pid ?? "?")}
                {one.end_us !== null && `, ${duration((one.end_us - one.start_us) / 1e6)}`}
              </span>
            </Fact>
          ))}
        </tbody>
      </table>
    </>
  );
}

function Fact({ name, children }: { name: string; children: React.ReactNode }) {
  return (
    <tr>
      <th scope="row">{name}</th>
      <td>{children}</td>
    </tr>
  );
}

const MOST_ROWS = 200;

function Metrics({ summaries }: { summaries: readonly Summary[] }) {
  const [found, field] = useFind(summaries, (one) => one.name);
  const [, change] = useTexts();
  const shown = found.slice(0, MOST_ROWS);
  return (
    <>
      <div className="head-line">
        <h2>Metrics</h2> <span className="dim">{summaries.length === 0 ? "none" : count(summaries.length)}</span>{" "}
        {field}
      </div>
      {summaries.length > 0 && (
        <div className="wide-table">
          <table className="facts metrics">
            <thead>
              <tr>
                <th>Name</th>
                <th className="number">Last</th>
                <th className="number">Least</th>
                <th className="number">at step</th>
                <th className="number">Greatest</th>
                <th className="number">at step</th>
                <th className="number">Points</th>
              </tr>
            </thead>
            <tbody>
              {shown.map((one) => (
                <tr key={one.name}>
                  <th scope="row">
                    <button type="button" className="link" onClick={() => change({ tab: "charts", metric: one.name })}>
                      {one.name}
                    </button>
                  </th>
                  <Figure value={one.last} />
                  <Figure value={one.min} />
                  <Figure value={one.min_step} isDim />
                  <Figure value={one.max} />
                  <Figure value={one.max_step} isDim />
                  <td
                    className="number"
                    title={
                      one.nonfinite_count > 0 ? `${count(one.nonfinite_count)} of them NaN or infinite` : undefined
                    }
                  >
                    {count(one.count)}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {found.length > MOST_ROWS && (
        <p className="dim">and {count(found.length - MOST_ROWS)} more: type a part of the name</p>
      )}
    </>
  );
}

function Figure({ value, isDim = false }: { value: unknown; isDim?: boolean }) {
  const number = numberOf(value);
  return (
    <td className={`number${isDim ? " dim" : ""}`} title={number === undefined ? undefined : full(number)}>
      {number === undefined ? "" : short(number)}
    </td>
  );
}
