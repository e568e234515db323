import { expect, it } from "vitest";
import type { Artifact } from "../../src/api/queries";
import { isMedia, nearestStep, placeAt, seriesOf, stepsOf } from "../../src/media/series";

function artifact(name: string, step: number | null, more: Partial<Artifact> = {}): Artifact {
  return {
    name,
    step,
    is_output: true,
    kind: "image",
    value: null,
    media_type: "image/png",
    size_bytes: 1,
    sha256: `${name}${step}`,
    caption: null,
    created_us: 0,
    ...more,
  };
}

it("media are pictures, and tables and texts that have a step, and no logs", () => {
  const told = [
    artifact("a", null),
    artifact("a", 1, { kind: "table" }),
    artifact("a", null, { kind: "table" }),
    artifact("train.log", 1, { kind: "text" }),
    artifact("a", 1, { kind: "file" }),
    artifact("a", 1, { sha256: null }),
    artifact("a", null, { kind: "histogram" }),
  ].map(isMedia);
  expect(told).toEqual([true, true, false, false, false, false, true]);
});

it("items come by step, and of a step that was logged again the last counts", () => {
  const [series] = seriesOf([
    artifact("a", 5),
    artifact("a", -1),
    artifact("a", 5, { sha256: "again" }),
    artifact("a", 0),
  ]);
  expect(series?.items.map((one) => [one.step, one.sha256])).toEqual([
    [-1, "a-1"],
    [0, "a0"],
    [5, "again"],
  ]);
});

it("names are in order, as people count", () => {
  expect(seriesOf([artifact("b10", 0), artifact("b9", 0), artifact("a", 0)]).map((one) => one.name)).toEqual([
    "a",
    "b9",
    "b10",
  ]);
});

it("a series shows its nearest earlier item, and none before its first", () => {
  const [series] = seriesOf([artifact("a", 10), artifact("a", 20), artifact("a", 40)]);
  const items = series?.items ?? [];
  expect([9, 10, 19, 20, 39, 1000].map((step) => placeAt(items, step))).toEqual([-1, 0, 0, 1, 1, 2]);
  expect(placeAt([artifact("a", null)], -5)).toBe(0);
});

it("the slider has every step of any series", () => {
  const series = seriesOf([artifact("a", 10), artifact("b", 5), artifact("b", 10), artifact("c", null)]);
  const steps = stepsOf(series);
  expect(steps).toEqual([5, 10]);
  expect([0, 5, 7, 99].map((step) => nearestStep(steps, step))).toEqual([0, 0, 0, 1]);
});
