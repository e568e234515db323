import { describe, expect, it } from "vitest";
import type { Series } from "../../src/api/points";
import { columnsOf, extentOfY, lineOf, nearestPlace, placeOf } from "../../src/charts/lines";

function series(steps: readonly number[], values: readonly number[], times = steps.map((step) => step * 1e6)): Series {
  return {
    run: "a",
    name: "loss",
    steps: BigInt64Array.from(steps, BigInt),
    timestamps_us: BigInt64Array.from(times, BigInt),
    values: Float64Array.from(values),
  };
}

describe("columns", () => {
  it("keep the least, the greatest and the last of each column of pixels", () => {
    const line = lineOf(series([0, 1, 2, 3, 4, 5, 6, 7], [5, 1, 9, 3, 2, 8, 4, 6]), "step");
    const found = columnsOf(line.x, line.values, 0, 8, 2);
    expect(found.count).toBe(2);
    expect([...found.low.slice(0, 2)]).toEqual([1, 2]);
    expect([...found.high.slice(0, 2)]).toEqual([9, 8]);
    expect([...found.last.slice(0, 2)]).toEqual([3, 6]);
    expect(found.isBand).toBe(true);
  });

  it("of a zoom hold one point beyond either end", () => {
    const line = lineOf(series([0, 1, 2, 3, 4, 5], [0, 1, 2, 3, 4, 5]), "step");
    const found = columnsOf(line.x, line.values, 2.5, 3.5, 100);
    expect([...found.last.slice(0, found.count)]).toEqual([2, 3, 4, 5]);
  });

  it("pass over what is no number", () => {
    const line = lineOf(series([0, 1, 2], [Number.NaN, Number.POSITIVE_INFINITY, 7]), "step");
    const found = columnsOf(line.x, line.values, 0, 2, 100);
    expect([...found.last.slice(0, found.count)]).toEqual([7]);
  });
});

describe("lines", () => {
  it("over time are in the order of time", () => {
    const line = lineOf(series([0, 1, 2], [10, 11, 12], [3e6, 1e6, 2e6]), "wall");
    expect([...line.x]).toEqual([1, 2, 3]);
    expect([...line.values]).toEqual([11, 12, 10]);
  });

  it("over relative time begin at the series' first point", () => {
    expect([...lineOf(series([0, 1], [1, 2], [5e6, 8e6]), "relative").x]).toEqual([0, 3]);
  });

  it("find the nearest of their points", () => {
    const x = Float64Array.from([0, 10, 20]);
    expect([-5, 4, 6, 15, 99].map((wanted) => nearestPlace(x, wanted))).toEqual([0, 0, 1, 1, 2]);
    expect([0, 0.5, 20, 21].map((wanted) => placeOf(x, wanted))).toEqual([0, 1, 2, 3]);
    expect(nearestPlace(new Float64Array(), 1)).toBe(-1);
  });
});

describe("the axis of values", () => {
  const of = (values: readonly number[], isLog = false) => {
    const line = lineOf(series([...values.keys()], values), "step");
    return extentOfY([columnsOf(line.x, line.values, 0, values.length, values.length)], isLog);
  };

  it("holds all values", () => {
    const { extent, isClipped } = of([0, 10]);
    expect(extent).toEqual([-0.5, 10.5]);
    expect(isClipped).toBe(false);
  });

  it("leaves an outlier out that would flatten the rest, and says so", () => {
    const values = Array.from({ length: 300 }, (_, at) => Math.sin(at));
    values[150] = 1e6;
    const { extent, isClipped } = of(values);
    expect(isClipped).toBe(true);
    expect(extent[1]).toBeLessThan(4);
  });

  it("has room around a value that never changes", () => {
    expect(of([3, 3, 3]).extent).toEqual([2.7, 3.3]);
  });

  it("is finite for the greatest numbers there are", () => {
    const { extent } = of([1e308, -1e308]);
    expect(extent.every(Number.isFinite)).toBe(true);
  });

  it("in a logarithmic scale knows positive values alone", () => {
    expect(of([-1, 0, 1, 100], true).extent).toEqual([1, 100]);
  });
});
