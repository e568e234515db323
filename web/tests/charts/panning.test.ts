import { expect, it } from "vitest";
import { panBy, zoomBy } from "../../src/charts/panning";

it("nothing is panned beyond what there is", () => {
  expect(panBy([10, 20], [0, 100], 5)).toEqual([15, 25]);
  expect(panBy([10, 20], [0, 100], -50)).toEqual([0, 10]);
  expect(panBy([85, 95], [0, 100], 50)).toEqual([90, 100]);
  expect(panBy([0, 100], [0, 100], 7)).toEqual([0, 100]);
});

it("zooming keeps the place that is zoomed to, and ends where all is shown", () => {
  expect(zoomBy([0, 100], [0, 100], 50, 0.5)).toEqual([25, 75]);
  expect(zoomBy([25, 75], [0, 100], 50, 2)).toBeNull();
  expect(zoomBy([0, 10], [0, 100], 0, 2)).toEqual([0, 20]);
});
