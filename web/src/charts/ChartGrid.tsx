/** The charts of some runs, a panel for each metric, in sections; a panel draws itself when it comes near the screen. */

import { memo, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { short } from "../look/numbers";
import { Icon } from "../parts/Icon";
import { late } from "../parts/late";
import { type ChartView, writeChartView } from "../url/charts";
import { useTexts } from "../url/useTexts";
import type { ChartRun } from "./LineChart";
import type { Extent } from "./lines";
import { PanelMenu } from "./PanelMenu";
import { MANY_PANELS, sectionsOf } from "./sections";

const LineChart = late(
  () => import("./LineChart").then((one) => one.LineChart),
  ({ height }) => <div style={{ height }} />,
);

/** The runs of a panel; a function, since the totals of points differ by metric. */
export type RunsOf = (metric: string) => readonly ChartRun[];

interface Props {
  readonly metrics: readonly string[];
  readonly runsOf: RunsOf;
  readonly view: ChartView;
  readonly emphasis: string | null;
  readonly onEmphasis: (run: string | null) => void;
  readonly empty: string;
}

const HEIGHT = 208;
const NEAR = "600px 0px";

export function ChartGrid({ metrics, runsOf, view, emphasis, onEmphasis, empty }: Props) {
  const [, change] = useTexts();
  const sections = useMemo(() => sectionsOf(metrics, view.find), [metrics, view.find]);
  const onZoom = useCallback((zoom: Extent | null) => change(writeZoom(zoom)), [change]);
  if (view.metric !== "" && metrics.includes(view.metric)) {
    return (
      <FullPanel
        metric={view.metric}
        {...{ runsOf, view, emphasis, onEmphasis, onZoom }}
        close={() => change({ metric: undefined })}
      />
    );
  }
  if (sections.length === 0)
    return <p className="empty dim">{view.find === "" ? empty : `No metric has “${view.find}” in its name.`}</p>;
  return (
    <>
      {sections.map((section) => (
        <details
          key={section.name}
          className="chart-section"
          open={section.metrics.length <= MANY_PANELS || sections.length === 1 || view.find !== ""}
        >
          <summary>
            <h2>{section.name}</h2> <span className="dim">{section.metrics.length}</span>
          </summary>
          <div className="chart-grid">
            {section.metrics.map((metric) => (
              <Panel key={metric} {...{ metric, runsOf, view, emphasis, onEmphasis, onZoom }} />
            ))}
          </div>
        </details>
      ))}
    </>
  );
}

function writeZoom(zoom: Extent | null) {
  return { zoom: zoom === null ? undefined : `${Number(zoom[0].toPrecision(12))}:${Number(zoom[1].toPrecision(12))}` };
}

interface PanelProps extends Omit<Props, "metrics" | "empty"> {
  readonly metric: string;
  readonly onZoom: (zoom: Extent | null) => void;
}

const Panel = memo(function Panel({ metric, runsOf, view, emphasis, onEmphasis, onZoom }: PanelProps) {
  const element = useRef<HTMLElement>(null);
  const isNear = useNear(element);
  const runs = useMemo(() => runsOf(metric), [runsOf, metric]);
  return (
    <figure className="panel" ref={element}>
      <figcaption>
        <span className="cut" title={metric}>
          {metric}
        </span>
        <PanelMenu metric={metric} runs={runs} panel={element} />
      </figcaption>
      {isNear && runs.length > 0 ? (
        <LineChart {...{ metric, runs, view, emphasis, onEmphasis, onZoom }} height={HEIGHT} />
      ) : (
        <div style={{ height: HEIGHT }}>
          {runs.length === 0 && <p className="chart-note dim">No run that is shown has this metric</p>}
        </div>
      )}
    </figure>
  );
});

function FullPanel({ close, ...props }: PanelProps & { close: () => void }) {
  const element = useRef<HTMLElement>(null);
  const [height, setHeight] = useState(480);
  const runs = useMemo(() => props.runsOf(props.metric), [props.runsOf, props.metric]);
  useEffect(() => {
    const measure = () =>
      setHeight(Math.max(260, innerHeight - (element.current?.getBoundingClientRect().top ?? 0) - 64));
    measure();
    addEventListener("resize", measure);
    const keyed = (event: KeyboardEvent) => {
      if (event.key === "Escape" && !event.defaultPrevented) close();
    };
    addEventListener("keydown", keyed);
    return () => {
      removeEventListener("resize", measure);
      removeEventListener("keydown", keyed);
    };
  }, [close]);
  return (
    <figure className="panel panel-full" ref={element}>
      <figcaption>
        <span className="cut">{props.metric}</span>
        <PanelMenu metric={props.metric} runs={runs} panel={element} />
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
      <LineChart {...props} runs={runs} height={height} />
    </figure>
  );
}

function useNear(element: React.RefObject<HTMLElement | null>): boolean {
  const [isNear, setNear] = useState(false);
  useEffect(() => {
    if (element.current === null) return;
    const watcher = new IntersectionObserver(([entry]) => setNear(entry?.isIntersecting ?? false), {
      rootMargin: NEAR,
    });
    watcher.observe(element.current);
    return () => watcher.disconnect();
  }, [element]);
  return isNear;
}

/** What all charts of a page have in common: axis, scale, smoothing, zoom. */
export function ChartBar({ view }: { view: ChartView }) {
  const [, change] = useTexts();
  const set = (patch: Partial<ChartView>, step = true) => change(writeChartView({ ...view, ...patch }), step);
  return (
    <div className="chart-bar" role="group" aria-label="Charts">
      <input
        type="search"
        className="field"
        placeholder="Find a metric"
        aria-label="Find a metric"
        value={view.find}
        onChange={(event) => set({ find: event.target.value }, false)}
      />
      <label>
        <span className="dim">x</span>
        <select
          className="field"
          value={view.x}
          onChange={(event) => set({ x: event.target.value as ChartView["x"], zoom: null })}
        >
          <option value="step">step</option>
          <option value="relative">relative time</option>
          <option value="wall">wall time</option>
        </select>
      </label>
      <label>
        <input type="checkbox" checked={view.log} onChange={(event) => set({ log: event.target.checked })} /> log y
      </label>
      <label className="smoothing">
        <span className="dim">smoothing</span>
        <input
          type="range"
          min={0}
          max={0.999}
          step={0.001}
          value={Math.sqrt(view.smoothing)}
          onChange={(event) => set({ smoothing: Number((Number(event.target.value) ** 2).toFixed(4)) }, false)}
        />
        <span className="dim">{view.smoothing === 0 ? "off" : short(view.smoothing)}</span>
      </label>
      {view.zoom !== null && (
        <button
          type="button"
          className="button"
          onClick={() => set({ zoom: null })}
          title="Show the whole axis (double-click a chart)"
        >
          Zoom out
        </button>
      )}
    </div>
  );
}
