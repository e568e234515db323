/** How charts are looked at, as addresses have it: axes, scales, smoothing, zoom, what is left out, what fills the screen. */

import { oneOf, parseList, writeList } from "./text";

export const TIME_AXES = ["step", "relative", "wall"] as const;
/** What a chart's x counts: steps, seconds since a run's first point, the time of day, or another metric's values. */
export type XAxis = (typeof TIME_AXES)[number] | `metric:${string}`;
/** What a group's band shows around its mean. */
export const BANDS = ["std", "stderr", "minmax", "none"] as const;
export type BandKind = (typeof BANDS)[number];

/** How all charts of a page are looked at. */
export interface ChartView {
  /** "auto" is steps, or the metric that `Run.define_metric` names for a chart. */
  readonly x: XAxis | "auto";
  readonly log: boolean;
  readonly logX: boolean;
  /** From 0, none, to below 1. */
  readonly smoothing: number;
  /** The stretch of the x axis that is looked at; all of it where there is none. */
  readonly zoom: readonly [number, number] | null;
  /** The axis that the zoom is a stretch of: a chart over another one shows all. */
  readonly zoomed: XAxis;
  /** The metric whose chart fills the page. */
  readonly metric: string;
  /** What metrics' names must contain. */
  readonly find: string;
  /** Runs and groups that the legend leaves out. */
  readonly off: readonly string[];
  /** Those that it shows alone; all but `off` where there are none. */
  readonly only: readonly string[];
  readonly band: BandKind;
}

export const PLAIN: ChartView = {
  x: "auto",
  log: false,
  logX: false,
  smoothing: 0,
  zoom: null,
  zoomed: "step",
  metric: "",
  find: "",
  off: [],
  only: [],
  band: "std",
};

/** The axis of a text; null where it names none. */
export function axisOf(text: unknown): XAxis | null {
  if (typeof text !== "string") return null;
  const plain = TIME_AXES.find((one) => one === text);
  if (plain !== undefined) return plain;
  return text.startsWith("metric:") && text.length > 7 ? (text as XAxis) : null;
}

/** The name of the metric that an axis counts; null where it counts steps or time. */
export function axisMetric(axis: XAxis): string | null {
  return axis.startsWith("metric:") ? axis.slice(7) : null;
}

/** The axis of one metric's chart. */
export function axisFor(view: ChartView, metric: string, stepMetric: string | null | undefined): XAxis {
  if (view.x !== "auto") return view.x === `metric:${metric}` ? "step" : view.x;
  return stepMetric === null || stepMetric === undefined || stepMetric === metric ? "step" : `metric:${stepMetric}`;
}

/** The stretch of an axis that is looked at; null for all of it. */
export function zoomOn(view: ChartView, axis: XAxis): readonly [number, number] | null {
  return view.zoomed === axis ? view.zoom : null;
}

/** Whether a run or a group is drawn, as far as the legend goes. */
export function isOn(view: Pick<ChartView, "off" | "only">, key: string): boolean {
  return view.only.length > 0 ? view.only.includes(key) : !view.off.includes(key);
}

/** What of the address leaves one out, or takes it in again. */
export function toggled(view: ChartView, key: string): Pick<ChartView, "off" | "only"> {
  const flip = (list: readonly string[]) => (list.includes(key) ? list.filter((one) => one !== key) : [...list, key]);
  return view.only.length > 0 ? { off: view.off, only: flip(view.only) } : { off: flip(view.off), only: [] };
}

/** What of the address shows one alone, or all again where it is alone already. */
export function soloed(view: ChartView, key: string): Pick<ChartView, "off" | "only"> {
  const isAlone = view.only.length === 1 && view.only[0] === key;
  return { off: [], only: isAlone ? [] : [key] };
}

/** The view that an address names. */
export function parseChartView(texts: Record<string, unknown>): ChartView {
  const [zoom, zoomed] = zoomOf(texts.zoom);
  return {
    x: axisOf(texts.x) ?? "auto",
    log: String(texts.log) === "1",
    logX: String(texts.logx) === "1",
    smoothing: smoothingOf(texts.s),
    zoom,
    zoomed: zoomed ?? axisOf(texts.x) ?? "step",
    metric: typeof texts.metric === "string" ? texts.metric : "",
    find: typeof texts.find === "string" ? texts.find : "",
    off: parseList(texts.off),
    only: parseList(texts.only),
    band: oneOf(texts.band, BANDS, "std"),
  };
}

/** The same as texts of an address; what is as usual is left out. */
export function writeChartView(view: ChartView): Record<string, string | undefined> {
  return {
    x: view.x === "auto" ? undefined : view.x,
    log: view.log ? "1" : undefined,
    logx: view.logX ? "1" : undefined,
    s: view.smoothing === 0 ? undefined : String(view.smoothing),
    ...writeZoom(view.zoom, view.zoomed, view.x),
    metric: view.metric || undefined,
    find: view.find || undefined,
    off: writeList(view.off) || undefined,
    only: writeList(view.only) || undefined,
    band: view.band === "std" ? undefined : view.band,
  };
}

/** A zoom as an address has it, with the axis where that is not the one of all charts. */
export function writeZoom(
  zoom: readonly [number, number] | null,
  zoomed: XAxis,
  x: XAxis | "auto",
): { zoom: string | undefined } {
  if (zoom === null) return { zoom: undefined };
  const plain = `${Number(zoom[0].toPrecision(14))}:${Number(zoom[1].toPrecision(14))}`;
  return { zoom: zoomed === (x === "auto" ? "step" : x) ? plain : `${plain}@${zoomed}` };
}

function smoothingOf(text: unknown): number {
  const value = Number(text);
  return Number.isFinite(value) && value > 0 && value < 1 ? value : 0;
}

function zoomOf(text: unknown): [readonly [number, number] | null, XAxis | null] {
  const [stretch = "", ...axis] = String(text ?? "").split("@");
  const [first, last] = stretch.split(":").map((one) => (one === "" ? Number.NaN : Number(one)));
  if (first === undefined || last === undefined || !Number.isFinite(first) || !Number.isFinite(last)) {
    return [null, null];
  }
  return [first < last ? [first, last] : null, axisOf(axis.join("@"))];
}
