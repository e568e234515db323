import { expect, it } from "vitest";
import { dimensionOf } from "../../src/charts/dimensions";
import { scaleOf } from "../../src/charts/scale";
import { nearestPoint, paretoFront, placesOf } from "../../src/charts/scatter";
import { foundRun } from "./foundRuns";

const x = Float64Array.of(1, 2, 3, 2, 4, Number.NaN, 2);
const y = Float64Array.of(5, 3, 4, 4, 1, 0, 3);
const all = new Uint8Array(7).fill(1);

it("the front holds whom none beats, in the order of what is across, and both of two that are alike", () => {
  expect(paretoFront(x, y, ["min", "min"], all)).toEqual([0, 1, 6, 4]);
});

it("where more is better the other corner is good", () => {
  expect(paretoFront(x, y, ["max", "max"], all)).toEqual([4, 2, 0]);
  expect(paretoFront(x, y, ["min", "max"], all)).toEqual([0]);
});

it("runs that are not drawn are no part of it", () => {
  expect(paretoFront(x, y, ["min", "min"], Uint8Array.of(1, 0, 1, 1, 0, 1, 0))).toEqual([0, 3]);
});

it("the nearest drawn point within reach is pointed at", () => {
  const points = { xs: Float64Array.of(0, 10, Number.NaN), ys: Float64Array.of(0, 0, 0) };
  expect(nearestPoint(points, Uint8Array.of(1, 1, 1), 7, 0, 5)).toBe(1);
  expect(nearestPoint(points, Uint8Array.of(1, 0, 1), 7, 0, 5)).toBe(-1);
});

it("runs of one category are spread, numbers stay where they are", () => {
  const runs = Array.from({ length: 40 }, (_, at) => foundRun(String(at), { kind: at % 2 ? "a" : "b", n: at % 2 }));
  const kind = dimensionOf(runs, "params.kind");
  const places = placesOf(kind, scaleOf(kind, "category"));
  expect(new Set(places).size).toBe(40);
  expect(Math.max(...[...places].filter((_, at) => at % 2 === 1))).toBeLessThan(0.2);
  const n = dimensionOf(runs, "params.n");
  expect(new Set(placesOf(n, scaleOf(n, "linear"))).size).toBe(2);
});
