/** The charts of some runs, a panel for each metric, in sections; a panel draws itself when it comes near the screen. */

import { memo, useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import { Icon } from "../parts/Icon";
import { late } from "../parts/late";
import { axisFor, type ChartView, writeZoom, type XAxis } from "../url/charts";
import { useTexts } from "../url/useTexts";
import type { ChartGroup, GroupsOf, RunsOf, StepMetricOf } from "./chartRun";
import { type Emphasis, useEmphasis } from "./emphasis";
import { LEGEND_LINE, Legend, legendLines } from "./Legend";
import { type Entry, entriesOf } from "./legend";
import type { Extent } from "./lines";
import { PanelMenu } from "./PanelMenu";
import { MANY_PANELS, sectionsOf } from "./sections";

export { ChartBar } from "./ChartBar";
export type { ChartGroup, ChartRun, GroupsOf, RunsOf, StepMetricOf } from "./chartRun";

// Asked for with this module, so that it is here when the first points are.
const chart = import("./LineChart");
const LineChart = late(
  () => chart.then((one) => one.LineChart),
  ({ height }) => <div style={{ height }} />,
);

interface Props {
  readonly metrics: readonly string[];
  readonly runsOf: RunsOf;
  /** Groups to draw instead of runs. */
  readonly groupsOf?: GroupsOf | undefined;
  readonly stepMetricOf?: StepMetricOf | undefined;
  readonly view: ChartView;
  readonly emphasis: string | null;
  readonly onEmphasis: (run: string | null) => void;
  readonly empty: string;
}

const HEIGHT = 208;
const NEAR_PIXELS = 600;
const FULL_LEGEND_LINES = 3;
const NO_GROUPS: readonly ChartGroup[] = [];

export function ChartGrid(props: Props) {
  const { metrics, runsOf, groupsOf, stepMetricOf, view, onEmphasis, empty } = props;
  const [, change] = useTexts();
  const emphasis = useEmphasis(props.emphasis, onEmphasis);
  const sections = useMemo(() => sectionsOf(metrics, view.find), [metrics, view.find]);
  const onZoom = useCallback(
    (zoom: Extent | null, axis: XAxis) => change(writeZoom(zoom, axis, view.x)),
    [change, view.x],
  );
  const common = { runsOf, groupsOf, stepMetricOf, view, emphasis, onZoom };
  if (view.metric !== "" && metrics.includes(view.metric)) {
    return <FullPanel metric={view.metric} {...common} close={() => change({ metric: undefined })} />;
  }
  // Where all would be closed nothing would be seen: the first is open then.
  const isAnyOpen = sections.some((section) => section.metrics.length <= MANY_PANELS);
  if (sections.length === 0)
    return <p className="empty dim">{view.find === "" ? empty : `No metric has “${view.find}” in its name.`}</p>;
  return (
    <>
      {sections.map((section, at) => (
        <ChartSection
          key={section.name}
          name={section.name}
          metrics={section.metrics}
          isOpenFirst={section.metrics.length <= MANY_PANELS || view.find !== "" || (at === 0 && !isAnyOpen)}
          {...common}
        />
      ))}
    </>
  );
}

interface Common {
  readonly runsOf: RunsOf;
  readonly groupsOf: GroupsOf | undefined;
  readonly stepMetricOf: StepMetricOf | undefined;
  readonly view: ChartView;
  readonly emphasis: Emphasis;
  readonly onZoom: (zoom: Extent | null, axis: XAxis) => void;
}

interface SectionProps extends Common {
  readonly name: string;
  readonly metrics: readonly string[];
  readonly isOpenFirst: boolean;
}

/** A section; of one that is closed, no panel is made. */
function ChartSection({ name, metrics, isOpenFirst, ...common }: SectionProps) {
  const [chosen, setChosen] = useState<boolean | null>(null);
  const isOpen = chosen ?? isOpenFirst;
  return (
    <details
      className="chart-section"
      open={isOpen}
      onToggle={(event) => {
        if (event.currentTarget.open !== isOpen) setChosen(event.currentTarget.open);
      }}
    >
      <summary>
        <h2>{name}</h2> <span className="dim">{metrics.length}</span>
      </summary>
      {isOpen && (
        <div className="chart-grid">
          {metrics.map((metric) => (
            <Panel key={metric} metric={metric} {...common} />
          ))}
        </div>
      )}
    </details>
  );
}

interface PanelProps extends Common {
  readonly metric: string;
}

/** What a panel shows. */
function useShown({ metric, runsOf, groupsOf, stepMetricOf, view }: PanelProps) {
  const runs = useMemo(() => runsOf(metric), [runsOf, metric]);
  const groups = useMemo(() => groupsOf?.(metric) ?? NO_GROUPS, [groupsOf, metric]);
  const entries = useMemo<readonly Entry[]>(
    () => (groups.length > 0 ? groups.map((one) => ({ ...one, title: one.label })) : entriesOf(runs)),
    [groups, runs],
  );
  return { runs, groups, entries, axis: axisFor(view, metric, stepMetricOf?.(metric)) };
}

const Panel = memo(function Panel(props: PanelProps) {
  const { metric, view, emphasis, onZoom } = props;
  const element = useRef<HTMLElement>(null);
  const { isNear, width } = useNear(element);
  const { runs, groups, entries, axis } = useShown(props);
  const lines = legendLines(entries.length);
  const isEmpty = runs.length === 0 && groups.length === 0;
  return (
    <figure className="panel" ref={element}>
      <figcaption>
        <span className="cut" title={metric}>
          {metric}
        </span>
        {isNear && <PanelMenu metric={metric} runs={runs} groups={groups} entries={entries} panel={element} />}
      </figcaption>
      {isNear && !isEmpty ? (
        <>
          <LineChart {...{ metric, runs, groups, view, axis, emphasis, onZoom }} height={HEIGHT} />
          <Legend {...{ entries, view, emphasis, width, lines }} />
        </>
      ) : (
        <div style={{ height: HEIGHT + lines * LEGEND_LINE }}>
          {isEmpty && <p className="chart-note dim">No run that is shown has this metric</p>}
        </div>
      )}
    </figure>
  );
});

function FullPanel({ close, ...props }: PanelProps & { close: () => void }) {
  const { metric, view, emphasis, onZoom } = props;
  const element = useRef<HTMLElement>(null);
  const [size, setSize] = useState({ width: 0, height: 480 });
  const { runs, groups, entries, axis } = useShown(props);
  const lines = Math.min(FULL_LEGEND_LINES, entries.length < 2 ? 0 : Math.ceil(entries.length / 3));
  useLayoutEffect(() => {
    const measure = () => {
      const box = element.current?.getBoundingClientRect();
      const height = Math.max(260, innerHeight - (box?.top ?? 0) - 48 - lines * LEGEND_LINE);
      setSize({ width: box?.width ?? 0, height });
    };
    measure();
    addEventListener("resize", measure);
    return () => removeEventListener("resize", measure);
  }, [lines]);
  useEffect(() => {
    const keyed = (event: KeyboardEvent) => {
      if (event.key === "Escape" && !event.defaultPrevented) close();
    };
    addEventListener("keydown", keyed);
    return () => removeEventListener("keydown", keyed);
  }, [close]);
  return (
    <figure className="panel panel-full" ref={element}>
      <figcaption>
        <span className="cut">{metric}</span>
        <PanelMenu metric={metric} runs={runs} groups={groups} entries={entries} panel={element} />
        <button
          type="button"
          className="quiet"
          onClick={close}
          title="Back to all charts (Esc)"
          aria-label="Back to all charts"
        >
          <Icon name="cross" />
        </button>
      </figcaption>
      <LineChart {...{ metric, runs, groups, view, axis, emphasis, onZoom }} height={size.height} />
      <Legend {...{ entries, view, emphasis, lines }} width={size.width} />
    </figure>
  );
}

/** Whether an element is near the screen, and how wide it is. */
function useNear(element: React.RefObject<HTMLElement | null>): { isNear: boolean; width: number } {
  const [found, setFound] = useState({ isNear: false, width: 0 });
  useLayoutEffect(() => {
    const box = element.current;
    if (box === null) return;
    // Looked at once here: a watcher tells a frame later.
    const { top, bottom, width } = box.getBoundingClientRect();
    if (bottom > -NEAR_PIXELS && top < innerHeight + NEAR_PIXELS) setFound({ isNear: true, width });
    const watcher = new IntersectionObserver(
      ([entry]) => {
        if (entry !== undefined) setFound({ isNear: entry.isIntersecting, width: entry.boundingClientRect.width });
      },
      { rootMargin: `${NEAR_PIXELS}px 0px` },
    );
    watcher.observe(box);
    return () => watcher.disconnect();
  }, [element]);
  return found;
}
