/** One metric of some runs, over steps, time or another metric; or of groups of runs. */

import { useLayoutEffect, useMemo, useRef, useState } from "react";
import { count } from "../look/numbers";
import { axisMetric, type ChartView, isOn, type XAxis, zoomOn } from "../url/charts";
import { ChartCanvas } from "./ChartCanvas";
import type { ChartGroup, ChartRun } from "./chartRun";
import type { Emphasis } from "./emphasis";
import { useGroupLines } from "./groupLines";
import type { Extent } from "./lines";
import { useRunLines } from "./runLines";
import { useTotal } from "./totals";

export type { ChartGroup, ChartRun, RunsOf } from "./chartRun";

interface Props {
  readonly metric: string;
  readonly runs: readonly ChartRun[];
  /** Drawn instead of the runs where there are any. */
  readonly groups?: readonly ChartGroup[];
  readonly view: ChartView;
  readonly axis: XAxis;
  readonly height: number;
  readonly emphasis: Emphasis;
  readonly onZoom: (zoom: Extent | null, axis: XAxis) => void;
}

/** Widths are rounded up to this, so that a window that is dragged wider asks for new points seldom. */
const WIDTH_STEP = 400;
/** The server keeps the least and the greatest of each stretch, so two points a pixel lose nothing. */
const POINTS_A_PIXEL = 2;

export function LineChart(props: Props) {
  const element = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    const box = element.current;
    if (box === null) return;
    // Asked for here, the points are on their way a frame earlier than a watcher would have them asked for.
    setWidth(Math.round(box.clientWidth));
    const watcher = new ResizeObserver(([entry]) => setWidth(Math.round(entry?.contentRect.width ?? 0)));
    watcher.observe(box);
    return () => watcher.disconnect();
  }, []);
  const maxPoints = width === 0 ? 0 : Math.ceil(width / WIDTH_STEP) * WIDTH_STEP * POINTS_A_PIXEL;
  const groups = props.groups ?? [];
  return (
    <div ref={element}>
      {groups.length > 0 ? (
        <GroupChart {...props} groups={groups} width={width} maxPoints={maxPoints} />
      ) : (
        <RunChart {...props} width={width} maxPoints={maxPoints} />
      )}
    </div>
  );
}

interface Sized extends Props {
  readonly width: number;
  readonly maxPoints: number;
}

function RunChart({ metric, runs, view, axis, height, emphasis, onZoom, width, maxPoints }: Sized) {
  const shown = useMemo(() => runs.filter((run) => isOn(view, run.uid)), [runs, view]);
  const zoom = zoomOn(view, axis);
  const { smoothing, log, logX } = view;
  const found = useRunLines({ metric, runs: shown, axis, isLogX: logX, smoothing, zoom, maxPoints });
  const total = useTotal(metric, shown, found.thinned?.runs ?? null);
  const isAll = found.thinned === null || (total !== null && total <= found.thinned.shown);
  const badges = !isAll && (
    <span title="At each zoom the least and the greatest value of every stretch are drawn; zoom in for all points">
      {total === null
        ? "thinned, all extremes kept"
        : `${count(found.thinned?.shown ?? 0)} of ${count(total)} points, all extremes kept`}
    </span>
  );
  return (
    <ChartCanvas
      {...{ metric, axis, zoom, width, height, emphasis, badges }}
      drawn={found.drawn}
      isLog={log}
      isLogX={logX}
      whole={found.whole}
      isLeftOut={found.isLeftOut}
      onZoom={(one) => onZoom(one, axis)}
    >
      <Absent
        isReady={width > 0}
        isEmpty={found.drawn.length === 0}
        isPending={found.isPending}
        error={found.error}
        what={axisMetric(axis) === null ? "No points" : `No points where ${axisMetric(axis)} is known`}
      />
    </ChartCanvas>
  );
}

function GroupChart({
  metric,
  groups,
  view,
  height,
  emphasis,
  onZoom,
  width,
  maxPoints,
}: Sized & { groups: readonly ChartGroup[] }) {
  const shown = useMemo(() => groups.filter((group) => isOn(view, group.key)), [groups, view]);
  // Runs have no time in common, so their mean is drawn over steps.
  const zoom = zoomOn(view, "step");
  const { smoothing, log, logX, band } = view;
  const found = useGroupLines({ metric, groups: shown, band, isLogX: logX, smoothing, zoom, maxPoints });
  const isElsewhere = view.x !== "auto" && view.x !== "step";
  return (
    <ChartCanvas
      {...{ metric, zoom, width, height, emphasis }}
      axis="step"
      drawn={found.drawn}
      isLog={log}
      isLogX={logX}
      whole={null}
      isLeftOut={false}
      onZoom={(one) => onZoom(one, "step")}
      badges={isElsewhere && <span title="Runs of a group have no time in common">groups over steps</span>}
    >
      <Absent
        isReady={width > 0}
        isEmpty={found.drawn.length === 0}
        isPending={found.isPending}
        error={found.error}
        what="No points"
      />
    </ChartCanvas>
  );
}

interface AbsentProps {
  readonly isReady: boolean;
  readonly isEmpty: boolean;
  readonly isPending: boolean;
  readonly error: Error | null;
  readonly what: string;
}

function Absent({ isReady, isEmpty, isPending, error, what }: AbsentProps) {
  if (!isEmpty) return null;
  if (!isReady || isPending) return <div className="chart-wait" role="status" aria-label="Loading points" />;
  return <p className={`chart-note${error === null ? " dim" : ""}`}>{error === null ? what : error.message}</p>;
}
