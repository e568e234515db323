/** How charts are looked at, as addresses have it: axis, scale, smoothing, zoom, the one that fills the screen. */

import { oneOf } from "./text";

export const X_AXES = ["step", "relative", "wall"] as const;
export type XAxis = (typeof X_AXES)[number];

/** How all charts of a page are looked at. */
export interface ChartView {
  readonly x: XAxis;
  readonly log: boolean;
  /** From 0, none, to below 1. */
  readonly smoothing: number;
  /** The stretch of the x axis that is looked at; all of it where there is none. */
  readonly zoom: readonly [number, number] | null;
  /** The metric whose chart fills the page. */
  readonly metric: string;
  /** What metrics' names must contain. */
  readonly find: string;
}

export const PLAIN: ChartView = { x: "step", log: false, smoothing: 0, zoom: null, metric: "", find: "" };

/** The view that an address names. */
export function parseChartView(texts: Record<string, unknown>): ChartView {
  return {
    x: oneOf(texts.x, X_AXES, "step"),
    log: String(texts.log) === "1",
    smoothing: smoothingOf(texts.s),
    zoom: zoomOf(texts.zoom),
    metric: typeof texts.metric === "string" ? texts.metric : "",
    find: typeof texts.find === "string" ? texts.find : "",
  };
}

/** The same as texts of an address; what is as usual is left out. */
export function writeChartView(view: ChartView): Record<string, string | undefined> {
  return {
    x: view.x === "step" ? undefined : view.x,
    log: view.log ? "1" : undefined,
    s: view.smoothing === 0 ? undefined : String(view.smoothing),
    zoom: view.zoom === null ? undefined : view.zoom.join(":"),
    metric: view.metric || undefined,
    find: view.find || undefined,
  };
}

function smoothingOf(text: unknown): number {
  const value = Number(text);
  return Number.isFinite(value) && value > 0 && value < 1 ? value : 0;
}

function zoomOf(text: unknown): readonly [number, number] | null {
  const [first, last] = String(text ?? "")
    .split(":")
    .map((one) => (one === "" ? Number.NaN : Number(one)));
  if (first === undefined || last === undefined || !Number.isFinite(first) || !Number.isFinite(last)) return null;
  return first < last ? [first, last] : null;
}
