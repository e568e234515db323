import { expect, it } from "vitest";
import {
  axisFor,
  type ChartView,
  isOn,
  PLAIN,
  parseChartView,
  soloed,
  toggled,
  writeChartView,
} from "../../src/url/charts";
import { parseTexts, writeTexts } from "../../src/url/text";

function throughAddress(view: ChartView): ChartView {
  return parseChartView(parseTexts(writeTexts(writeChartView(view))));
}

it("a view of charts survives its address", () => {
  const view: ChartView = {
    x: "wall",
    log: true,
    logX: true,
    smoothing: 0.81,
    zoom: [-1.5, 2e9],
    zoomed: "wall",
    metric: "a/b",
    find: "loss",
    off: ["one,two", "three"],
    only: ["four"],
    band: "minmax",
  };
  expect(throughAddress(view)).toEqual(view);
});

it("a zoom of a chart over another metric survives beside charts over steps", () => {
  const view: ChartView = { ...PLAIN, zoom: [1, 2], zoomed: "metric:epoch@1:2" };
  expect(throughAddress(view)).toEqual(view);
});

it("a view that nobody changed leaves no trace in an address", () => {
  expect(writeTexts(writeChartView(PLAIN))).toBe("");
});

it("nonsense in an address is as if it were not there", () => {
  expect(parseChartView({ x: "up", s: "7", zoom: "5:1", log: "yes", band: "wide" })).toEqual(PLAIN);
});

it("a chart is drawn over the metric that its run defines, until another axis is chosen", () => {
  expect(axisFor(PLAIN, "loss", "epoch")).toBe("metric:epoch");
  expect(axisFor(PLAIN, "loss", null)).toBe("step");
  expect(axisFor({ ...PLAIN, x: "step" }, "loss", "epoch")).toBe("step");
  expect(axisFor({ ...PLAIN, x: "metric:loss" }, "loss", null)).toBe("step");
});

it("a legend leaves out, shows alone, and shows all again", () => {
  const without = { ...PLAIN, ...toggled(PLAIN, "a") };
  expect([isOn(without, "a"), isOn(without, "b")]).toEqual([false, true]);
  const alone = { ...PLAIN, ...soloed(without, "b") };
  expect([isOn(alone, "a"), isOn(alone, "b")]).toEqual([false, true]);
  const two = { ...PLAIN, ...toggled(alone, "c") };
  expect([isOn(two, "b"), isOn(two, "c"), isOn(two, "a")]).toEqual([true, true, false]);
  expect({ ...PLAIN, ...soloed(alone, "b") }).toEqual(PLAIN);
});
