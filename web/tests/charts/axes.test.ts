import { expect, it } from "vitest";
import { evenSplits, splitsOf, textOfPower, unitOf } from "../../src/charts/axes";

it("ticks stand at even places", () => {
  expect(evenSplits(-0.25, 0.35, 0.1)).toEqual([-0.2, -0.1, 0, 0.1, 0.2, 0.3]);
});

it("where numbers lie farther apart than ticks would, the ends alone have one", () => {
  const far = 2 ** 60;
  expect(evenSplits(far, far + 512, 1)).toEqual([far, far + 512]);
  expect(evenSplits(0, 1e9, 1)).toEqual([0, 1e9]);
});

it("ticks of a logarithmic axis are powers, parts of them where few fit, and even where not even those do", () => {
  expect(splitsOf(0, 4)).toEqual([0, 1, 2, 3, 4]);
  expect(splitsOf(0, 1).map(textOfPower)).toEqual(["1", "2", "5", "10"]);
  expect(splitsOf(0.01, 0.02)).toHaveLength(5);
  expect(splitsOf(-300, 300).length).toBeLessThan(10);
});

it("an axis of huge values counts in a power of ten", () => {
  expect(unitOf([-1e308, 1e308])).toBe(1e308);
  expect(unitOf([0, 5])).toBe(1);
  expect(unitOf([0, 0])).toBe(1);
});
