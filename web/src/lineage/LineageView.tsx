/** A lineage as a graph or as a list, asked for again when a run in it changes. */

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo, useRef } from "react";
import { type LineageOf, lineageQuery } from "../api/queries";
import { many } from "../look/numbers";
import "../look/lineage.css";
import { Failure, Skeleton } from "../parts/Failure";
import { late } from "../parts/late";
import { useChanges } from "../parts/live";
import { oneOf } from "../url/text";
import { useTexts } from "../url/useTexts";
import { LineageList } from "./LineageList";

const LineageGraph = late(
  () => import("./LineageGraph").then((one) => one.LineageGraph),
  () => <Skeleton lines={8} label="Drawing the lineage" />,
);

const FORMS = ["graph", "list"] as const;
const LABELS = { graph: "Graph", list: "List" } as const;
/** A lineage is asked for at most once in so long, however much goes on in its runs. */
const AT_MOST_EVERY_MS = 2_000;
/** Of so many experiments new runs are heard of. */
const MOST_EXPERIMENTS = 10;

interface Props {
  readonly of: LineageOf;
  /** What stands in place of a graph without nodes. */
  readonly empty: string;
}

export function LineageView({ of, empty }: Props) {
  const [texts, change] = useTexts();
  const found = useQuery(lineageQuery(of));
  const isNarrow = matchMedia("(max-width: 720px)").matches;
  const form = oneOf(texts.as, FORMS, isNarrow ? "list" : "graph");
  const lineage = found.data;
  useFollow(of, lineage?.runs);
  const focus = useMemo(() => {
    if ("run" in of) return of.run;
    if ("experiment" in of) return null;
    const isIt =
      "sha256" in of
        ? (one: { sha256: string | null }) => one.sha256 === of.sha256
        : (one: { value: string | null }) => one.value === of.value;
    return lineage?.artifacts.find(isIt)?.key ?? null;
  }, [of, lineage]);

  if (found.isError && lineage === undefined) {
    return <Failure what="The lineage can't be read." error={found.error} retry={() => void found.refetch()} />;
  }
  if (lineage === undefined) return <Skeleton lines={8} label="Reading the lineage" />;
  if (lineage.links.length === 0) return <p className="empty dim">{empty}</p>;
  return (
    <section className="lineage" aria-label="Lineage">
      <div className="bar">
        <span className="dim" role="status">
          {many(lineage.runs.length, "run")}, {many(lineage.artifacts.length, "artifact")}
          {lineage.truncated && " · the nearest; there are more"}
        </span>
        <span className="spring" />
        <div className="lineage-forms" role="group" aria-label="Shown as">
          {FORMS.map((one) => (
            <button
              key={one}
              type="button"
              className="button"
              aria-pressed={form === one}
              onClick={() => change({ as: one })}
            >
              {LABELS[one]}
            </button>
          ))}
        </div>
      </div>
      {form === "list" ? (
        <LineageList lineage={lineage} focus={focus} />
      ) : (
        <LineageGraph key={focus} lineage={lineage} focus={focus} />
      )}
    </section>
  );
}

/** Ask again when one of the runs changes, or another one of their experiments, which may have used what is shown. */
function useFollow(
  of: LineageOf,
  runs: readonly { readonly uid: string; readonly experiment_name: string }[] | undefined,
): void {
  const client = useQueryClient();
  const experiments = [...new Set(runs?.map((one) => one.experiment_name))].slice(0, MOST_EXPERIMENTS).join("\0");
  const uids = runs?.map((one) => one.uid).join("\0") ?? "";
  const interest = useMemo(
    () => ({
      runs: uids === "" ? [] : uids.split("\0"),
      experiments: experiments === "" ? [] : experiments.split("\0"),
    }),
    [uids, experiments],
  );
  const waiting = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => () => clearTimeout(waiting.current), []);
  const changed = useCallback(() => {
    waiting.current ??= setTimeout(() => {
      waiting.current = undefined;
      void client.invalidateQueries({ queryKey: lineageQuery(of).queryKey });
    }, AT_MOST_EVERY_MS);
  }, [client, of]);
  useChanges(interest, changed);
}
