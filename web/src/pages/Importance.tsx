/** Which parameters a metric depends on, by a forest and by rank. */

import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import type { FoundRun } from "../api/queries";
import { byGoal, dimensionOf, goalOf, partingIds } from "../charts/dimensions";
import { type Importance as Found, LEAST_RUNS, type Weight, weigh } from "../charts/importance";
import { inSlices } from "../charts/inSlices";
import { count, full, short } from "../look/numbers";
import { Choice } from "../parts/Choice";
import { Failure, Skeleton } from "../parts/Failure";
import { namesOf } from "../parts/runColumns";
import { columnId, columnOf } from "../url/fields";
import { useTexts } from "../url/useTexts";

/** So many parameters are weighed; more of them take long and say little each. */
const MOST_PARAMETERS = 100;
const MANY = 30;

export function ImportanceView({ runs }: { runs: readonly FoundRun[] }) {
  const [texts, change] = useTexts();
  const [done, setDone] = useState(0);
  const names = useMemo(() => namesOf(runs), [runs]);
  const targets = names.metrics.map((name) => columnId({ kind: "metrics", name }));
  const usual = useMemo(() => byGoal(runs, names.metrics)[0] ?? "", [runs, names]);
  const chosen = targets.find((id) => id === texts.of) ?? columnId({ kind: "metrics", name: usual });
  const metric = useMemo(() => dimensionOf(runs, chosen), [runs, chosen]);
  const parameters = useMemo(() => {
    const ids = names.params.map((name) => columnId({ kind: "params", name }));
    return partingIds(runs, ids);
  }, [runs, names]);
  const weighed = useMemo(
    () => parameters.slice(0, MOST_PARAMETERS).map((id) => dimensionOf(runs, id)),
    [runs, parameters],
  );
  const withValue = metric.values.filter((one) => Number.isFinite(one)).length;
  const isEnough = withValue >= LEAST_RUNS && weighed.length > 0;
  // What was found of these values stays found, however often the page is gone from and come back to.
  const marks = useMemo(() => fingerprint(runs, [metric, ...weighed]), [runs, metric, weighed]);
  const found = useQuery<Found>({
    queryKey: ["importance", chosen, marks],
    enabled: isEnough,
    staleTime: Number.POSITIVE_INFINITY,
    // While runs go on, what was found before stands until the next is there.
    placeholderData: (before, query) => (query?.queryKey[1] === chosen ? before : undefined),
    queryFn: ({ signal }) => {
      const uids = runs.map((run) => run.uid);
      return inSlices(weigh(weighed, metric, uids), signal, (share) => setDone(Math.round(share * 100)));
    },
  });
  const goal = goalOf(runs, columnOf(chosen)?.name ?? "");
  if (targets.length === 0) return <p className="empty dim">None of these runs has metrics.</p>;
  return (
    <div className="explore">
      <div className="bar">
        <Choice
          label="of"
          ids={targets}
          chosen={chosen}
          onChoose={(id) => change({ of: id === usual ? undefined : id })}
        />
        <span className="dim">
          n = {count(withValue)} runs with a finite value
          {goal !== null && `, ${goal === "min" ? "less" : "more"} is better`}
        </span>
      </div>
      {!isEnough ? (
        <p className="empty dim">
          {weighed.length === 0
            ? "These runs have all the same parameters: there is nothing that could matter more or less."
            : `Too few runs: ${withValue} have a finite ${metric.title}, from ${LEAST_RUNS} on it says something.`}
        </p>
      ) : found.isError ? (
        <Failure what="The parameters can't be weighed." error={found.error} retry={() => void found.refetch()} />
      ) : found.data === undefined ? (
        <>
          <p className="dim">Growing trees: {done} %</p>
          <Skeleton lines={8} label="Weighing parameters" />
        </>
      ) : (
        <>
          <Weights weights={found.data.weights} metric={metric.title} />
          <p className="dim explore-note">
            <strong>Importance</strong> is by what share of the variance of {metric.title} a random forest errs more on
            runs that it has not seen once the values of that parameter are shuffled, ± the standard deviation of 25
            shuffles. This forest explains {short(Math.max(0, found.data.explained) * 100)} % of the variance of such
            runs{found.data.explained < 0.2 && ": so little that its order means nothing much"}. Parameters that move
            together share what they matter. <strong>Rank correlation</strong> (Spearman) is + where {metric.title}{" "}
            rises with the parameter, − where it falls.
            {parameters.length > MOST_PARAMETERS && ` The first ${MOST_PARAMETERS} of ${parameters.length} parameters.`}
          </p>
        </>
      )}
    </div>
  );
}

function Weights({ weights, metric }: { weights: readonly Weight[]; metric: string }) {
  const [isAll, setAll] = useState(false);
  const most = Math.max(1e-9, ...weights.map((one) => one.importance + one.deviation));
  const shown = isAll ? weights : weights.slice(0, MANY);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by keys
    <section className="wide-table" aria-label="Parameters by importance" tabIndex={0}>
      <table className="data-table weights">
        <caption className="unseen">What {metric} depends on</caption>
        <thead>
          <tr>
            <th scope="col">Parameter</th>
            <th scope="col" colSpan={2}>
              Importance
            </th>
            <th scope="col" colSpan={2}>
              Rank correlation
            </th>
          </tr>
        </thead>
        <tbody>
          {shown.map((one) => (
            <tr key={one.id}>
              <th scope="row" className="cut">
                {one.title}
              </th>
              <td className="weight-bar">
                <svg width="100%" height="14" aria-hidden="true">
                  <rect width={share(Math.max(0, one.importance) / most)} y="2" height="10" className="weight" />
                  <line
                    x1={share(Math.max(0, one.importance - one.deviation) / most)}
                    x2={share(Math.max(0, one.importance + one.deviation) / most)}
                    y1="7"
                    y2="7"
                    className="weight-deviation"
                  />
                </svg>
              </td>
              <td className="number" title={full(one.importance)}>
                {one.importance.toFixed(3)} <span className="dim">± {one.deviation.toFixed(3)}</span>
              </td>
              <td className="correlation-bar">
                <svg width="100%" height="14" aria-hidden="true">
                  <line x1="50%" x2="50%" y1="0" y2="14" className="correlation-zero" />
                  {one.correlation !== null && (
                    <rect
                      x={share(0.5 + Math.min(0, one.correlation) / 2)}
                      width={share(Math.abs(one.correlation) / 2)}
                      y="2"
                      height="10"
                      className={one.correlation < 0 ? "falling" : "rising"}
                    />
                  )}
                </svg>
              </td>
              <td
                className="number"
                title={
                  one.correlation === null ? "Not defined: several categories, or all the same" : full(one.correlation)
                }
              >
                {one.correlation === null ? <span className="dim">–</span> : signed(one.correlation)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {weights.length > MANY && (
        <button type="button" className="link" onClick={() => setAll(!isAll)}>
          {isAll ? "fewer" : `all ${weights.length}`}
        </button>
      )}
    </section>
  );
}

const share = (part: number) => `${(100 * part).toFixed(2)}%`;
const signed = (value: number) => `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(2)}`;

/** A number that is another as soon as a run or a value is another. */
function fingerprint(runs: readonly FoundRun[], dimensions: readonly { values: Float64Array; id: string }[]): number {
  let hash = 2166136261;
  const mix = (text: string) => {
    for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 16777619);
  };
  for (const run of runs) mix(run.uid);
  for (const { id, values } of dimensions) {
    mix(id);
    for (const value of values) mix(String(value));
  }
  return hash >>> 0;
}
