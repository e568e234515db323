import { expect, it } from "vitest";
import { bytes, full, many, short } from "../../src/look/numbers";
import { duration } from "../../src/look/times";

it("numbers have four significant digits", () => {
  expect([0.123456, 1234.5678, 0.000012345, 123456789.5, -0.5, 0, 42, 1e308].map(short)).toEqual([
    "0.1235",
    "1,235",
    "1.234e−5",
    "1.235e8",
    "−0.5",
    "0",
    "42",
    "1e308",
  ]);
});

it("what is no number is called by its name", () => {
  expect([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0].map(short)).toEqual([
    "NaN",
    "∞",
    "−∞",
    "−0",
  ]);
  expect(full(-0)).toBe("-0");
});

it("sizes, counts and lengths of time have units", () => {
  expect([999, 1500, 41_200_000].map(bytes)).toEqual(["999 B", "1.50 kB", "41.2 MB"]);
  expect([many(1, "run"), many(1200, "run")]).toEqual(["1 run", "1,200 runs"]);
  expect([0.0123, 5, 59.9, 61, 3700, 90000].map(duration)).toEqual([
    "12 ms",
    "5.0 s",
    "1 m 0 s",
    "1 m 1 s",
    "1 h 1 m",
    "1 d 1 h",
  ]);
});
