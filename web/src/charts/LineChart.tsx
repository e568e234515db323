/** One metric of some runs, over steps or time. */

import { useQueries } from "@tanstack/react-query";
import { useEffect, useMemo, useRef, useState } from "react";
import type { View } from "../api/batch";
import type { Series } from "../api/points";
import { pointsQuery } from "../api/queries";
import { count } from "../look/numbers";
import { useTheme } from "../look/theme";
import type { ChartView } from "../url/charts";
import { lastAttempt } from "./attempts";
import { type Extent, extentOfX, lineOf, placeOf } from "./lines";
import { type Drawn, Plot, type Pointed } from "./plot";
import { smooth } from "./smoothing";
import { Tooltip } from "./Tooltip";

/** A run in a chart. */
export interface ChartRun {
  readonly uid: string;
  readonly label: string;
  readonly colour: string;
  /** How many points the series has, where that is known. */
  readonly total?: number | undefined;
}

interface Props {
  readonly metric: string;
  readonly runs: readonly ChartRun[];
  readonly view: ChartView;
  readonly height: number;
  readonly emphasis: string | null;
  readonly onEmphasis: (run: string | null) => void;
  readonly onZoom: (zoom: Extent | null) => void;
}

/** Widths are rounded up to this, so that a window that is dragged wider asks for new points seldom. */
const WIDTH_STEP = 400;
/** The server keeps the least and the greatest of each stretch, so two points a pixel lose nothing. */
const POINTS_A_PIXEL = 2;

export function LineChart({ metric, runs, view, height, emphasis, onEmphasis, onZoom }: Props) {
  const element = useRef<HTMLDivElement>(null);
  const plot = useRef<Plot | null>(null);
  const [width, setWidth] = useState(0);
  const [pointed, setPointed] = useState<Pointed | null>(null);
  const [isClipped, setClipped] = useState(false);
  const theme = useTheme();

  const maxPoints = Math.ceil(Math.max(width, 1) / WIDTH_STEP) * WIDTH_STEP * POINTS_A_PIXEL;
  const whole = useQueries({
    queries: runs.map((run) => ({ ...pointsQuery(run.uid, metric, { max_points: maxPoints }), enabled: width > 0 })),
    combine: seriesOf,
  });
  const views = useMemo(
    () => whole.series.map((series) => zoomedView(series, view, maxPoints)),
    [whole.series, view, maxPoints],
  );
  const zoomed = useQueries({
    queries: runs.map((run, at) => {
      const wanted = views[at] ?? null;
      return {
        ...pointsQuery(run.uid, metric, wanted ?? { max_points: maxPoints }),
        enabled: width > 0 && wanted !== null,
      };
    }),
    combine: seriesOf,
  });

  const drawn = useMemo<Drawn[]>(
    () =>
      runs.flatMap((run, at) => {
        const all = whole.series[at] ?? null;
        const near = view.zoom === null || views[at] === null ? null : (zoomed.series[at] ?? null);
        const series = near ?? all;
        if (series === null || all === null || series.values.length === 0) return [];
        const start = Number(all.timestamps_us[0] ?? 0n);
        // Over time both attempts stand where they were; over steps they lie upon each other.
        const found = lineOf(series, view.x, start);
        const { line, abandoned } = view.x === "step" ? lastAttempt(found) : { line: found, abandoned: null };
        const reach = extentOfX([lineOf(all, view.x, start)]);
        const wide = reach === null ? 0 : reach[1] - reach[0];
        const smoothed = view.smoothing > 0 ? smooth(line.x, line.values, view.smoothing, wide) : null;
        return [{ line, abandoned, colour: run.colour, smoothed }];
      }),
    [runs, whole.series, zoomed.series, views, view.x, view.smoothing, view.zoom],
  );
  const extent = useMemo(
    () => view.zoom ?? extentOfX(drawn.map((one) => one.line)) ?? ([0, 1] as const),
    [view.zoom, drawn],
  );

  useEffect(() => {
    const box = element.current;
    if (box === null) return;
    const watcher = new ResizeObserver(([entry]) => setWidth(Math.round(entry?.contentRect.width ?? 0)));
    watcher.observe(box);
    return () => watcher.disconnect();
  }, []);

  const ways = useRef({ onZoom, onPoint: setPointed });
  ways.current = { onZoom, onPoint: setPointed };
  const isReady = width > 0;
  const size = useRef({ width, height });
  size.current = { width, height };
  // biome-ignore lint/correctness/useExhaustiveDependencies: colours are read when a plot is made, so a theme makes a new one
  useEffect(() => {
    const box = element.current;
    if (box === null || !isReady) return;
    const made = new Plot(box, size.current.width, size.current.height, view.x, view.log, {
      onZoom: (x) => ways.current.onZoom(x),
      onPoint: (x) => ways.current.onPoint(x),
      onClipped: setClipped,
    });
    plot.current = made;
    return () => {
      made.destroy();
      plot.current = null;
    };
  }, [isReady, view.x, view.log, theme]);
  useEffect(() => {
    if (width > 0) plot.current?.resize(width, height);
  }, [width, height]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new plot has nothing to show until it is told
  useEffect(() => {
    plot.current?.show({ lines: drawn, x: extent, axis: view.x, isLog: view.log });
  }, [drawn, extent, view.x, view.log, isReady, theme]);

  const nearest = pointed === null ? null : (drawn[pointed.nearest]?.line.run ?? null);
  useEffect(() => {
    plot.current?.emphasise(drawn.findIndex((one) => one.line.run === emphasis));
  }, [drawn, emphasis]);
  const told = useRef(onEmphasis);
  told.current = onEmphasis;
  useEffect(() => {
    told.current(nearest);
  }, [nearest]);

  const shown = drawn.reduce((sum, one) => sum + one.line.values.length, 0);
  const totals = runs.map((run) => run.total);
  const total = totals.every((one) => one !== undefined)
    ? totals.reduce<number>((sum, one) => sum + (one ?? 0), 0)
    : null;
  const isThinned = whole.series.some((one) => one !== null && one.values.length >= maxPoints * 0.9);
  const isEmpty = isReady && !whole.isPending && drawn.length === 0;
  return (
    <div className={`line-chart${drawn.length === 0 ? " line-chart-empty" : ""}`} style={{ height }} ref={element}>
      {whole.isPending && drawn.length === 0 && (
        <div className="chart-wait" role="status" aria-label="Loading points" />
      )}
      {whole.error !== null && drawn.length === 0 && <p className="chart-note">{whole.error.message}</p>}
      {isEmpty && whole.error === null && <p className="chart-note dim">No points</p>}
      {pointed !== null && pointed.nearest >= 0 && (
        <Tooltip pointed={pointed} lines={drawn} runs={runs} axis={view.x} width={width} emphasis={emphasis} />
      )}
      <div className="chart-badges">
        {isClipped && (
          <span title="Some values lie far outside; they are kept, the axis leaves them out">
            outliers beyond the axis
          </span>
        )}
        {view.zoom === null && isThinned && (
          <span title="At each zoom the least and the greatest value of every stretch are drawn; zoom in for all points">
            {total === null
              ? "thinned, all extremes kept"
              : `${count(shown)} of ${count(total)} points, all extremes kept`}
          </span>
        )}
      </div>
    </div>
  );
}

interface Found {
  readonly series: readonly (Series | null)[];
  readonly isPending: boolean;
  readonly error: Error | null;
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

/** The steps to ask for in a zoom: a tenth more on either side, so that the line and its smoothing come from outside. */
function zoomedView(series: Series | null, view: ChartView, maxPoints: number): View | null {
  if (series === null || view.zoom === null || series.values.length < maxPoints * 0.5) return null;
  const line = lineOf(series, view.x);
  const [low, high] = view.zoom;
  const room = (high - low) / 10;
  const first = line.steps[Math.max(0, placeOf(line.x, low - room) - 1)];
  const last = line.steps[Math.min(line.steps.length - 1, placeOf(line.x, high + room))];
  if (first === undefined || last === undefined) return null;
  return { max_points: maxPoints, first_step: Number(first), end_step: Number(last) + 1 };
}
