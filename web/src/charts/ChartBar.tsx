/** What all charts of a page have in common: axes, scales, smoothing, zoom, the band of groups. */

import { short } from "../look/numbers";
import { type BandKind, type ChartView, TIME_AXES, writeChartView } from "../url/charts";
import { useTexts } from "../url/useTexts";
import type { StepMetricOf } from "./chartRun";

interface Props {
  readonly view: ChartView;
  /** Metrics that charts can be drawn over. */
  readonly metrics?: readonly string[] | undefined;
  readonly stepMetricOf?: StepMetricOf | undefined;
  /** Whether groups are drawn, whose band can be chosen. */
  readonly isGrouped?: boolean | undefined;
}

/** More metrics than these are found by typing, not in a list. */
const MANY = 200;
const AXIS_NAMES = { step: "step", relative: "relative time", wall: "wall time" } as const;
const BAND_NAMES: readonly [BandKind, string][] = [
  ["std", "± std"],
  ["stderr", "± std error"],
  ["minmax", "min to max"],
  ["none", "no band"],
];

export function ChartBar({ view, metrics = [], stepMetricOf, isGrouped = false }: Props) {
  const [, change] = useTexts();
  const set = (patch: Partial<ChartView>, step = true) => change(writeChartView({ ...view, ...patch }), step);
  const isDefined = metrics.some((metric) => (stepMetricOf?.(metric) ?? null) !== null);
  const counted = view.x.startsWith("metric:") ? view.x.slice(7) : null;
  const offered = counted === null || metrics.includes(counted) ? metrics : [counted, ...metrics];
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
          className="field chart-axis"
          aria-label="x"
          value={view.x === "auto" && !isDefined ? "step" : view.x}
          onChange={(event) => {
            const x = event.target.value as ChartView["x"];
            set({ x: x === "step" && !isDefined ? "auto" : x, zoom: null });
          }}
        >
          {isDefined && <option value="auto">as defined</option>}
          {TIME_AXES.map((axis) => (
            <option key={axis} value={axis}>
              {AXIS_NAMES[axis]}
            </option>
          ))}
          {offered.length > 0 && (
            <optgroup label="Another metric">
              {offered.slice(0, MANY).map((metric) => (
                <option key={metric} value={`metric:${metric}`}>
                  {metric}
                </option>
              ))}
            </optgroup>
          )}
        </select>
      </label>
      <span className="chart-scales">
        <span className="dim">log</span>
        <label>
          <input
            type="checkbox"
            aria-label="log x"
            checked={view.logX}
            onChange={(event) => set({ logX: event.target.checked })}
          />
          x
        </label>
        <label>
          <input
            type="checkbox"
            aria-label="log y"
            checked={view.log}
            onChange={(event) => set({ log: event.target.checked })}
          />
          y
        </label>
      </span>
      {isGrouped && (
        <label>
          <span className="dim">band</span>
          <select
            className="field"
            value={view.band}
            onChange={(event) => set({ band: event.target.value as BandKind })}
          >
            {BAND_NAMES.map(([band, name]) => (
              <option key={band} value={band}>
                {name}
              </option>
            ))}
          </select>
        </label>
      )}
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
      {(view.off.length > 0 || view.only.length > 0) && (
        <button type="button" className="button" onClick={() => set({ off: [], only: [] })}>
          Show all lines
        </button>
      )}
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
