import { describe, expect, it } from "vitest";
import { smooth } from "../../src/charts/smoothing";

const X = Float64Array.from({ length: 1001 }, (_, at) => at);

describe("smoothing", () => {
  it("by nothing changes nothing", () => {
    const values = Float64Array.from([1, 5, 2]);
    expect(smooth(X.slice(0, 3), values, 0, 1000)).toBe(values);
  });

  it("begins at the first value and leaves a constant as it is", () => {
    const found = smooth(X, new Float64Array(1001).fill(7), 0.9, 1000);
    expect(found[0]).toBe(7);
    expect(Math.max(...found.map((one) => Math.abs(one - 7)))).toBeLessThan(1e-9);
  });

  it("weighs a point by how far it lies behind", () => {
    const found = smooth(Float64Array.from([0, 1]), Float64Array.from([0, 1]), 0.5, 1000);
    expect(found[1]).toBeCloseTo(2 / 3);
  });

  it("does not depend on how often a stretch was logged", () => {
    const sparse = smooth(Float64Array.from([0, 500, 1000]), Float64Array.from([0, 1, 1]), 0.99, 1000);
    const x = Float64Array.from([0, ...Array.from({ length: 501 }, (_, at) => 500 + at)]);
    const dense = smooth(
      x,
      Float64Array.from(x, (one) => (one < 500 ? 0 : 1)),
      0.99,
      1000,
    );
    expect(dense[dense.length - 1]).toBeCloseTo(sparse[2] ?? 0, 1);
  });

  it("passes over what is no number", () => {
    const found = smooth(X.slice(0, 3), Float64Array.from([4, Number.NaN, 4]), 0.9, 1000);
    expect([...found]).toEqual([4, Number.NaN, 4]);
  });
});
