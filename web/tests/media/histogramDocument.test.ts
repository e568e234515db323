import { expect, it } from "vitest";
import {
  binOf,
  type HistogramDocument,
  leftOut,
  parseHistogram,
  rangeOf,
  rowsOf,
  shareOf,
  spread,
  valueAt,
} from "../../src/media/histogramDocument";

function histogram(edges: number[], counts: number[], more: Partial<HistogramDocument> = {}): HistogramDocument {
  return parseHistogram(JSON.stringify({ type: "Histogram", version: 1, edges, counts, ...more }));
}

const sum = (rows: Float64Array) => rows.reduce((all, one) => all + one, 0);

it("what is no histogram says so", () => {
  expect(() => parseHistogram('{"type":"Table"}')).toThrow("no histogram");
  expect(() => parseHistogram('{"type":"Histogram","version":2,"edges":[0,1],"counts":[1]}')).toThrow("version 2");
  expect(() => histogram([0, 1], [1, 2])).toThrow("edges");
});

it("the range of several is that of those which have values", () => {
  expect(rangeOf([histogram([0, 1], [2]), histogram([-3, 2], [1]), histogram([-99, 99], [0])])).toEqual({
    low: -3,
    high: 2,
  });
  expect(rangeOf([])).toEqual({ low: 0, high: 1 });
});

it("every value is in a row, also where bins and rows do not meet", () => {
  const one = histogram([0, 0.3, 1.1, 2], [3, 5, 7]);
  for (const rows of [1, 2, 3, 7, 64]) expect(sum(rowsOf(one, { low: -1, high: 2 }, rows))).toBeCloseTo(15);
  expect([...rowsOf(histogram([0, 1, 2], [4, 8]), { low: 0, high: 2 }, 4)]).toEqual([2, 2, 4, 4]);
});

it("a range beyond the greatest number is drawn", () => {
  const range = { low: -1.7e308, high: 1.7e308 };
  expect(shareOf(0, range)).toBe(0.5);
  expect(valueAt(0.5, range)).toBe(0);
  expect(sum(rowsOf(histogram([-1.7e308, 0, 1.7e308], [1, 2]), range, 10))).toBeCloseTo(3);
});

it("a bin has its lower edge in it, the last its upper one too", () => {
  const one = histogram([0, 1, 2], [1, 1]);
  expect([-0.1, 0, 0.9, 1, 2, 2.1].map((value) => binOf(one, value))).toEqual([-1, 0, 0, 1, 1, -1]);
});

it("what lies in no bin is told", () => {
  expect(leftOut(histogram([0, 1], [1], { nan: 1200, below: 1 }))).toBe("1,200 NaN, 1 below");
  expect(leftOut(histogram([0, 1], [1]))).toBe("");
});

it("of many steps some are taken, the first and the last among them", () => {
  expect(spread(3, 5)).toEqual([0, 1, 2]);
  const some = spread(4000, 200);
  expect([some.length, some[0], some[199]]).toEqual([200, 0, 3999]);
});
