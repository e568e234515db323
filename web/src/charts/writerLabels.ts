/** What writers are called that wrote side by side: their rank where it is known, else their process. */

import { useQueries } from "@tanstack/react-query";
import { useMemo } from "react";
import { type Attempt, attemptsQuery } from "../api/queries";
import type { ChartRun } from "./chartRun";
import type { Made } from "./drawing";

const BETWEEN = "#";

/** The key of another line of a run than its first. */
export function writerKey(uid: string, number: number): string {
  return `${uid}${BETWEEN}${number + 1}`;
}

/** The run whose line a key means. */
export function runOfKey(key: string): string {
  const at = key.indexOf(BETWEEN);
  // Keys of groups are of any form; those of runs have no such sign.
  return at < 0 || !/^\d+$/.test(key.slice(at + 1)) ? key : key.slice(0, at);
}

/** What each writer is called; asked for only where a run has several side by side. */
export function useWriterLabels(
  runs: readonly ChartRun[],
  made: readonly (readonly Made[])[],
): ReadonlyMap<string, string> {
  const several = useMemo(
    () => runs.filter((_, at) => (made[at]?.length ?? 0) > 1).map((run) => attemptsQuery(run.uid)),
    [runs, made],
  );
  return useQueries({ queries: several, combine: labelsOf });
}

function labelsOf(results: readonly { data?: readonly Attempt[] | undefined }[]): ReadonlyMap<string, string> {
  return new Map(results.flatMap(({ data = [] }) => data.map((one) => [one.writer, labelOf(one)] as const)));
}

function labelOf({ process, number }: Attempt): string {
  const { label, rank, pid } = process as { label?: unknown; rank?: unknown; pid?: unknown };
  if (typeof label === "string" && label !== "") return label;
  if (typeof rank === "number" || typeof rank === "string") return `rank ${rank}`;
  return typeof pid === "number" ? `process ${pid}` : `attempt ${number}`;
}
