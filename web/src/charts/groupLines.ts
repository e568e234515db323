/** Groups of runs as lines: the mean, and around it what the group's runs spread over. */

import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo } from "react";
import { type Grouped, groupedQuery } from "../api/grouped";
import { live } from "../parts/live";
import type { BandKind } from "../url/charts";
import type { ChartGroup } from "./chartRun";
import type { Drawn } from "./drawing";
import { type Extent, extentOfX, inPowers, type Line, numbersOf } from "./lines";
import { smooth } from "./smoothing";

/** How groups are looked at in one chart. */
export interface GroupsView {
  readonly metric: string;
  readonly groups: readonly ChartGroup[];
  readonly band: BandKind;
  readonly isLogX: boolean;
  readonly smoothing: number;
  readonly zoom: Extent | null;
  readonly maxPoints: number;
}

interface GroupLines {
  readonly drawn: readonly Drawn[];
  readonly isPending: boolean;
  readonly error: Error | null;
}

/** Changes are gathered for so long before the figures are asked for again. */
const GATHER_MS = 1500;

export function useGroupLines(wanted: GroupsView): GroupLines {
  const { metric, groups, band, isLogX, smoothing, zoom, maxPoints } = wanted;
  const view = useMemo(() => {
    const room = zoom === null ? 0 : (zoom[1] - zoom[0]) / 10;
    return {
      name: metric,
      groups: groups.map(({ key, uids }) => ({ key, runs: uids })),
      max_points: maxPoints,
      ...(zoom === null ? {} : { first_step: Math.floor(zoom[0] - room), end_step: Math.ceil(zoom[1] + room) + 1 }),
    };
  }, [metric, groups, maxPoints, zoom]);
  const query = groupedQuery(view);
  const found = useQuery({
    ...query,
    enabled: maxPoints > 0 && groups.length > 0,
    placeholderData: keepPreviousData,
  });
  useFresh(groups, query.queryKey);
  const drawn = useMemo(() => {
    const byKey = new Map(found.data?.map((one) => [one.key, one]));
    return groups.flatMap((group) => {
      const one = byKey.get(group.key);
      return one === undefined || one.steps.length === 0 ? [] : [lineOfGroup(group, one, band, isLogX, smoothing)];
    });
  }, [found.data, groups, band, isLogX, smoothing]);
  return { drawn, isPending: found.isLoading, error: found.error };
}

/** A group as it is drawn. */
export function lineOfGroup(
  group: ChartGroup,
  found: Grouped,
  band: BandKind,
  isLogX: boolean,
  smoothing: number,
): Drawn {
  const plain: Line = {
    run: group.key,
    x: numbersOf(found.steps),
    values: found.mean,
    steps: found.steps,
    timestamps_us: new BigInt64Array(0),
  };
  const line = isLogX ? inPowers(plain) : plain;
  const gone = plain.x.length - line.x.length;
  const reach = extentOfX([line]);
  const spread = spreadOf(found, band);
  return {
    key: group.key,
    label: `${group.label} (${found.runs})`,
    colour: group.colour,
    line,
    abandoned: [],
    smoothed: smoothing > 0 ? smooth(line.x, line.values, smoothing, reach === null ? 0 : reach[1] - reach[0]) : null,
    around:
      spread === null
        ? null
        : { low: spread.low.subarray(gone), high: spread.high.subarray(gone), n: found.n.subarray(gone) },
  };
}

function spreadOf({ mean, std, min, max, n }: Grouped, band: BandKind) {
  if (band === "none") return null;
  if (band === "minmax") return { low: min, high: max };
  const away = (at: number) => (std[at] ?? 0) / (band === "stderr" ? Math.sqrt(Math.max(1, n[at] ?? 1)) : 1);
  return { low: mean.map((one, at) => one - away(at)), high: mean.map((one, at) => one + away(at)) };
}

/** Ask again when one of the runs went on. */
function useFresh(groups: readonly ChartGroup[], queryKey: readonly unknown[]): void {
  const client = useQueryClient();
  const text = JSON.stringify(queryKey);
  useEffect(() => {
    const uids = new Set(groups.flatMap((group) => group.uids));
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stop = live.listen(({ run }) => {
      if (!uids.has(run)) return;
      timer ??= setTimeout(() => {
        timer = undefined;
        void client.invalidateQueries({ queryKey: JSON.parse(text) as unknown[] });
      }, GATHER_MS);
    });
    return () => {
      clearTimeout(timer);
      stop();
    };
  }, [groups, text, client]);
}
