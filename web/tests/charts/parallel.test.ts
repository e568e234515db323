import { expect, it } from "vitest";
import { dimensionOf } from "../../src/charts/dimensions";
import { brushOf, crossings, keptBy, moved, nearestLine } from "../../src/charts/parallel";
import { scaleOf } from "../../src/charts/scale";
import { parseBrushes, parseScales, writeBrushes, writeScales } from "../../src/url/parallel";
import { foundRun } from "./foundRuns";

const runs = [
  foundRun("a", { x: 0, kind: "one" }),
  foundRun("b", { x: 5, kind: "two" }),
  foundRun("c", { x: 10, kind: "a:b,c" }),
  foundRun("d", { kind: "two" }),
];
const dimensions = ["params.x", "params.kind"].map((id) => dimensionOf(runs, id));
const scales = dimensions.map((one) => scaleOf(one, one.isNumber ? "linear" : "category"));
const [x, kind] = dimensions as [(typeof dimensions)[0], (typeof dimensions)[0]];

it("a run is kept that is inside one brush of each axis that has any", () => {
  const kept = (...brushes: Parameters<typeof keptBy>[0]) => [...keptBy(brushes, dimensions, 4)];
  expect(kept()).toEqual([1, 1, 1, 1]);
  expect(kept({ id: "params.x", from: 4, to: 6 })).toEqual([0, 1, 0, 0]);
  expect(kept({ id: "params.x", from: 0, to: 1 }, { id: "params.x", from: 9, to: 10 })).toEqual([1, 0, 1, 0]);
  expect(kept({ id: "params.x", from: 0, to: 5 }, { id: "params.kind", from: 2, to: 2 })).toEqual([0, 1, 0, 0]);
});

it("the kept line nearest to the pointer is found, that of a run without a value too", () => {
  const crossed = crossings(dimensions, scales);
  const all = new Uint8Array(4).fill(1);
  expect(nearestLine(crossed, all, { across: 0, up: 0.98 }, 0.1, -0.05)).toBe(2);
  expect(nearestLine(crossed, all, { across: 0, up: -0.06 }, 0.02, -0.05)).toBe(3);
  expect(nearestLine(crossed, new Uint8Array([1, 1, 0, 1]), { across: 0, up: 0.98 }, 0.1, -0.05)).toBe(-1);
  expect(nearestLine(crossed, all, { across: 0.5, up: 0.75 }, 0.01, -0.05)).toBe(1);
});

it("a drag over an axis of categories takes those that it covers", () => {
  const scale = scaleOf(kind, "category");
  expect(kind.categories).toEqual(["a:b,c", "one", "two"]);
  expect(brushOf("params.kind", scale, 0.4, 1, 3)).toEqual({ id: "params.kind", from: 1, to: 2 });
  expect(brushOf("params.kind", scale, 0.05, 0.1, 3)).toEqual({ id: "params.kind", from: 0, to: 0 });
  expect(brushOf("params.x", scaleOf(x, "linear"), 0.9, 0.5, 0)).toEqual({ id: "params.x", from: 5, to: 9 });
});

it("brushes come back from an address, those of categories by name", () => {
  const brushes = [
    { id: "params.x", from: 0.25, to: 5 },
    { id: "params.kind", from: 0, to: 1 },
  ];
  const text = writeBrushes(brushes, dimensions);
  expect(parseBrushes(text, dimensions)).toEqual(brushes);
  // Another category before them moves their places, not what is kept.
  const more = dimensionOf([...runs, foundRun("e", { kind: "a" })], "params.kind");
  expect(parseBrushes(text, [more])).toEqual([{ id: "params.kind", from: 1, to: 2 }]);
  expect(parseBrushes("1:0:params.x,x:1:params.x,0:1:params.none", dimensions)).toEqual([]);
});

it("scales come back from an address", () => {
  const scales = new Map([
    ["params.a:b,c", "log" as const],
    ["metrics.loss", "category" as const],
  ]);
  expect(parseScales(writeScales(scales))).toEqual(scales);
  expect(writeScales(new Map())).toBe(undefined);
});

it("an axis goes to another place", () => {
  expect(moved(["a", "b", "c"], 0, 2)).toEqual(["b", "c", "a"]);
  expect(moved(["a", "b", "c"], 2, 0)).toEqual(["c", "a", "b"]);
});
