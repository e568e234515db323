import { expect, it } from "vitest";
import type { Series } from "../../src/api/points";
import { Lines, type Made, type Manner, makeLines, type Source, shownExtent } from "../../src/charts/drawing";

const PLAIN: Manner = { axis: "step", isLogX: false, smoothing: 0 };

function series(steps: readonly number[], values: readonly number[], times = steps): Series {
  return {
    run: "r",
    name: "loss",
    steps: BigInt64Array.from(steps.map(BigInt)),
    timestamps_us: BigInt64Array.from(times.map((one) => BigInt(one) * 1_000_000n)),
    values: Float64Array.from(values),
  };
}

function makeLine(from: Source, manner: Manner): Made {
  const [made] = makeLines(from, manner);
  if (made === undefined) throw new Error("no line");
  return made;
}

function source(whole: Series, more: Partial<Source> = {}): Source {
  return { whole, near: null, over: null, overNear: null, ...more };
}

it("a metric as the axis gives each step its last value by then", () => {
  const over = { series: series([0, 10, 20], [0, 1, 2]), isThinned: false };
  const { line } = makeLine(source(series([-5, 0, 9, 10, 25], [1, 2, 3, 4, 5]), { over }), {
    ...PLAIN,
    axis: "metric:epoch",
  });
  expect([...line.x]).toEqual([0, 0, 1, 2]);
  expect([...line.values]).toEqual([2, 3, 4, 5]);
});

it("a thinned metric as the axis is read off its line between its points", () => {
  const over = { series: series([0, 100], [0, 10]), isThinned: true };
  const { line } = makeLine(source(series([0, 25, 50, 100], [1, 2, 3, 4]), { over }), {
    ...PLAIN,
    axis: "metric:epoch",
  });
  expect([...line.x]).toEqual([0, 2.5, 5, 10]);
});

it("a metric as the axis that goes down is gone through in its own order", () => {
  const over = { series: series([0, 1, 2], [3, 2, 1]), isThinned: false };
  const { line } = makeLine(source(series([0, 1, 2], [10, 20, 30]), { over }), { ...PLAIN, axis: "metric:size" });
  expect([...line.x]).toEqual([1, 2, 3]);
  expect([...line.values]).toEqual([30, 20, 10]);
  expect([...line.steps]).toEqual([2n, 1n, 0n]);
});

it("a logarithmic axis leaves out what has no logarithm and says so", () => {
  const made = makeLine(source(series([0, 1, 10, 100], [1, 2, 3, 4])), { ...PLAIN, isLogX: true });
  expect([...made.line.x]).toEqual([0, 1, 2]);
  expect([...made.line.values]).toEqual([2, 3, 4]);
  expect(made.isLeftOut).toBe(true);
});

it("smoothing within a zoom goes on from what lies before it", () => {
  const steps = Array.from({ length: 1000 }, (_, at) => at);
  const values = steps.map((at) => (at < 500 ? 0 : 1));
  const whole = series(steps, values);
  const near = series(steps.slice(505, 520), values.slice(505, 520));
  const manner = { ...PLAIN, smoothing: 0.99 };
  const all = makeLine(source(whole), manner).smoothed ?? [];
  const zoomed = makeLine(source(whole, { near }), manner).smoothed ?? [];
  expect(zoomed[0]).toBeCloseTo(all[505] ?? Number.NaN, 9);
  expect(zoomed[14]).toBeCloseTo(all[519] ?? Number.NaN, 9);
});

it("a line is made once for as long as its points and the manner stay", () => {
  const lines = new Lines();
  const whole = source(series([0, 1], [1, 2]));
  const first = lines.of("r", whole, PLAIN);
  expect(lines.of("r", { ...whole }, PLAIN)).toBe(first);
  expect(lines.of("r", whole, { ...PLAIN })).not.toBe(first);
  expect(lines.of("r", source(series([], [])), PLAIN)).toEqual([]);
});

it("a zoom is what is shown, whatever the lines reach", () => {
  expect(shownExtent([], [5, 6], false)).toEqual([5, 6]);
  expect(shownExtent([], [10, 1000], true)).toEqual([1, 3]);
});
