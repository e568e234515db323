import { expect, it } from "vitest";
import { dimensionOf } from "../../src/charts/dimensions";
import { roundLogs, roundNumbers, scaleOf, usualScale } from "../../src/charts/scale";
import { foundRun } from "./foundRuns";

const rates = dimensionOf(
  [1e-5, 1e-3, 1e-1].map((lr, at) => foundRun(String(at), { lr })),
  "params.lr",
);

it("values over many decades are laid out by their logarithm where nobody chose", () => {
  expect(usualScale(rates)).toBe("log");
  const scale = scaleOf(rates, "log");
  expect([...rates.values].map((one) => Number(scale.place(one).toFixed(9)))).toEqual([0, 0.5, 1]);
  expect(scale.value(0.5)).toBeCloseTo(1e-3, 12);
  expect(scale.place(0)).toBeNaN();
});

it("an infinity stands at the end of the axis and does not stretch it", () => {
  const some = dimensionOf(
    [1, 2, { nonfinite: "-Infinity" }].map((x, at) => foundRun(String(at), { x })),
    "params.x",
  );
  const scale = scaleOf(some, "linear");
  expect([...some.values].map(scale.place)).toEqual([0, 1, 0]);
});

it("numbers as categories stand equally far apart", () => {
  const sizes = dimensionOf(
    [16, 32, 512].map((x, at) => foundRun(String(at), { x })),
    "params.x",
  );
  const scale = scaleOf(sizes, "category");
  expect([16, 32, 512].map(scale.place)).toEqual([0, 0.5, 1]);
  expect(scale.value(0.5)).toBe(32);
});

it("a single value and a single category stand in the middle", () => {
  const one = dimensionOf([foundRun("a", { x: 3, text: "a" })], "params.x");
  expect(scaleOf(one, "linear").place(3)).toBe(0.5);
  const text = dimensionOf([foundRun("a", { text: "a" })], "params.text");
  expect(scaleOf(text, "category").place(0)).toBe(0.5);
});

it("ticks are round numbers within the stretch", () => {
  expect(roundNumbers(0, 1)).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1]);
  expect(roundNumbers(-3, 12)).toEqual([0, 5, 10]);
  expect(roundLogs(1e-5, 0.1)).toEqual([1e-5, 1e-4, 1e-3, 1e-2, 0.1]);
  expect(roundLogs(2, 9)).toEqual([2, 3, 5, 7]);
});
