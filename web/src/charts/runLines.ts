/** The points of runs, asked for as a chart needs them, and made into its lines. */

import { useQueries } from "@tanstack/react-query";
import { useMemo, useRef, useState } from "react";
import type { View } from "../api/batch";
import type { Series } from "../api/points";
import { pointsQuery } from "../api/queries";
import { axisMetric, type XAxis } from "../url/charts";
import type { ChartRun } from "./chartRun";
import { type Drawn, Lines, type Made, type Manner } from "./drawing";
import { type Extent, extentOfX, type Line, lineOf, type Over, placeOf } from "./lines";
import { useWriterLabels, writerKey } from "./writerLabels";

/** How runs are looked at in one chart. */
export interface RunsView {
  readonly metric: string;
  readonly runs: readonly ChartRun[];
  readonly axis: XAxis;
  readonly isLogX: boolean;
  readonly smoothing: number;
  readonly zoom: Extent | null;
  /** None are asked for where it is 0. */
  readonly maxPoints: number;
}

/** What is there of them. */
export interface RunLines {
  readonly drawn: readonly Drawn[];
  /** What the lines reach when all is looked at. */
  readonly whole: Extent | null;
  readonly isPending: boolean;
  readonly error: Error | null;
  readonly isLeftOut: boolean;
  /** How many points are shown, and the runs of which there are more; null where all points are shown. */
  readonly thinned: { readonly shown: number; readonly runs: readonly ChartRun[] } | null;
}

export function useRunLines(wanted: RunsView): RunLines {
  const { metric, runs, axis, isLogX, smoothing, zoom, maxPoints } = wanted;
  const uids = useSameList(runs.map((run) => run.uid));
  const counted = axisMetric(axis);
  const all = useMemo(() => ({ max_points: maxPoints }), [maxPoints]);
  const isOn = maxPoints > 0;
  const whole = useSeries(uids, metric, all, isOn);
  const over = useSeries(uids, counted ?? metric, all, isOn && counted !== null);

  const views = useMemo(
    () =>
      whole.series.map((series, at) =>
        zoom === null || !isOn || series === null || series.values.length < maxPoints * 0.5
          ? null
          : zoomedView(series, axis, zoom, maxPoints, overOf(over.series[at], counted, maxPoints)),
      ),
    [whole.series, over.series, counted, axis, zoom, isOn, maxPoints],
  );
  const zoomed = useZoomed(uids, metric, views, isOn && zoom !== null, zoom);
  const overZoomed = useZoomed(uids, counted ?? metric, views, isOn && zoom !== null && counted !== null, zoom);

  const [lines] = useState(() => new Lines());
  const manner = useMemo<Manner>(() => ({ axis, isLogX, smoothing }), [axis, isLogX, smoothing]);
  const made = useMemo(
    () =>
      uids.map((uid, at) => {
        const series = whole.series[at] ?? null;
        if (series === null) return [];
        const source = {
          whole: series,
          near: zoom === null ? null : (zoomed[at] ?? null),
          over: overOf(over.series[at], counted, maxPoints),
          overNear: zoom === null ? null : overOf(overZoomed[at], counted, maxPoints),
        };
        return lines.of(uid, source, manner);
      }),
    [uids, whole.series, over.series, zoomed, overZoomed, zoom, counted, maxPoints, lines, manner],
  );
  const drawn = useDrawn(runs, made);
  return useMemo(() => {
    const thin = runs.filter((_, at) => isThinned(whole.series[at], maxPoints));
    return {
      drawn,
      whole: wholeOf(whole.series, drawn, zoom, axis, isLogX),
      isPending: whole.isPending || over.isPending,
      error: whole.error ?? over.error,
      isLeftOut: made.some((some) => some.some((one) => one.isLeftOut)),
      thinned:
        zoom === null && thin.length > 0
          ? { shown: whole.series.reduce((sum, one) => sum + (one?.values.length ?? 0), 0), runs: thin }
          : null,
    };
  }, [runs, drawn, made, whole, over, zoom, axis, isLogX, maxPoints]);
}

/** What stays the same as long as neither line nor looks change, so that what was measured of it is kept. */
function useDrawn(runs: readonly ChartRun[], made: readonly (readonly Made[])[]): readonly Drawn[] {
  const labels = useWriterLabels(runs, made);
  const before = useRef(new Map<Made, Drawn>());
  return useMemo(() => {
    const now = new Map<Made, Drawn>();
    made.forEach((some, at) => {
      const run = runs[at];
      if (run === undefined) return;
      some.forEach((one, number) => {
        const old = before.current.get(one);
        const key = number === 0 ? run.uid : writerKey(run.uid, number);
        const label = one.writer === null ? run.label : `${run.label} · ${labels.get(one.writer) ?? number + 1}`;
        const isSame = old !== undefined && old.key === key && old.colour === run.colour && old.label === label;
        now.set(one, isSame ? old : { ...one, key, label, colour: run.colour, around: null });
      });
    });
    before.current = now;
    return [...now.values()];
  }, [runs, made, labels]);
}

function wholeOf(
  series: readonly (Series | null)[],
  drawn: readonly Drawn[],
  zoom: Extent | null,
  axis: XAxis,
  isLogX: boolean,
): Extent | null {
  // Without a zoom the lines are all there is.
  if (zoom === null || isLogX || axisMetric(axis) !== null) return extentOfX(drawn.map((one) => one.line));
  return extentOfX(series.flatMap((one) => (one === null ? [] : [lineOf(one, axis)])));
}

interface Found {
  readonly series: readonly (Series | null)[];
  readonly isPending: boolean;
  readonly error: Error | null;
}

const NOTHING: Found = { series: [], isPending: false, error: null };

function useSeries(uids: readonly string[], name: string, view: View, isOn: boolean): Found {
  const queries = useMemo(
    () => (isOn ? uids.map((uid) => pointsQuery(uid, name, view)) : []),
    [uids, name, view, isOn],
  );
  const found = useQueries({ queries, combine: seriesOf });
  return isOn ? found : NOTHING;
}

/** Series in a zoom. While those of another view are on their way, what was there for the same zoom stays. */
function useZoomed(
  uids: readonly string[],
  name: string,
  views: readonly (View | null)[],
  isOn: boolean,
  zoom: Extent | null,
): readonly (Series | null)[] {
  const wanted = useMemo(
    () => (isOn ? uids.map((uid, at) => [uid, views[at] ?? null] as const).filter(([, view]) => view !== null) : []),
    [uids, views, isOn],
  );
  const queries = useMemo(() => wanted.map(([uid, view]) => pointsQuery(uid, name, view as View)), [wanted, name]);
  const found = useQueries({ queries, combine: seriesOf });
  const kept = useRef({ zoom, series: new Map<string, Series>() });
  return useMemo(() => {
    if (kept.current.zoom !== zoom) kept.current = { zoom, series: new Map() };
    wanted.forEach(([uid], at) => {
      const series = found.series[at] ?? null;
      if (series !== null) kept.current.series.set(uid, series);
    });
    return uids.map((uid, at) => (views[at] == null ? null : (kept.current.series.get(uid) ?? null)));
  }, [uids, views, wanted, found, zoom]);
}

function seriesOf(
  results: readonly { data?: Series | null | undefined; isLoading: boolean; error: Error | null }[],
): Found {
  return {
    series: results.map((one) => one.data ?? null),
    isPending: results.some((one) => one.isLoading),
    error: results.find((one) => one.error !== null)?.error ?? null,
  };
}

function overOf(series: Series | null | undefined, counted: string | null, maxPoints: number): Over | null {
  if (counted === null || series === null || series === undefined) return null;
  return { series, isThinned: isThinned(series, maxPoints) };
}

/** Whether there are more points than these. */
function isThinned(series: Series | null | undefined, maxPoints: number): boolean {
  if (series === null || series === undefined) return false;
  return (series.parts ?? [series]).some((one) => one.values.length >= maxPoints * 0.9);
}

/** Steps are asked for to here; the server takes 64 bits, and JSON's numbers are not exact there. */
const LAST_STEP = 2 ** 63 - 2 ** 11;

/**
 * The steps to ask for in a zoom: a tenth more on either side, so that the line and its smoothing come from outside.
 * Over steps it depends on the zoom alone, so that what comes in later asks for nothing anew.
 */
export function zoomedView(
  series: Series,
  axis: XAxis,
  [low, high]: Extent,
  maxPoints: number,
  over: Over | null,
): View | null {
  const room = (high - low) / 10;
  if (axis === "step") return viewOf(maxPoints, Math.floor(low - room), Math.ceil(high + room));
  const line: Line = lineOf(series, axis, undefined, over);
  const first = line.steps[Math.max(0, placeOf(line.x, low - room) - 1)];
  const last = line.steps[Math.min(line.steps.length - 1, placeOf(line.x, high + room))];
  if (first === undefined || last === undefined) return null;
  const [from, to] = first < last ? [first, last] : [last, first];
  return viewOf(maxPoints, Number(from), Number(to));
}

function viewOf(maxPoints: number, first: number, last: number): View {
  return {
    max_points: maxPoints,
    ...(first > -LAST_STEP && first < LAST_STEP ? { first_step: first } : {}),
    ...(last < LAST_STEP ? { end_step: last + 1 } : {}),
  };
}

/** The list of before where it says the same. */
function useSameList(list: readonly string[]): readonly string[] {
  const kept = useRef(list);
  if (kept.current.length !== list.length || kept.current.some((one, at) => one !== list[at])) kept.current = list;
  return kept.current;
}
