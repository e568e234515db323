import { expect, it } from "vitest";
import { differenceText, isBetter, wordDiff } from "../../src/pages/valueDiff";

it("a difference is told absolute and in % of the baseline", () => {
  expect(differenceText(0.4, 0.5)).toBe("−0.1 (−20 %)");
  expect(differenceText(-1, -2)).toBe("+1 (+50 %)");
  expect(differenceText(3, 0)).toBe("+3");
  expect(differenceText(3, 3)).toBe("");
  expect(differenceText(Number.NaN, 3)).toBe("");
});

it("what is better depends on the goal, and without one nothing is", () => {
  expect(isBetter(1, 2, "min")).toBe(true);
  expect(isBetter(1, 2, "max")).toBe(false);
  expect(isBetter(1, 2, null)).toBe(null);
  expect(isBetter(2, 2, "min")).toBe(null);
});

it("texts and lists differ by words", () => {
  expect(wordDiff("[1,2,3]", "[1,20,3]")).toEqual([
    { kind: "same", text: "[1," },
    { kind: "gone", text: "2" },
    { kind: "new", text: "20" },
    { kind: "same", text: ",3]" },
  ]);
  expect(wordDiff("", "new")).toEqual([{ kind: "new", text: "new" }]);
  expect(wordDiff("x ".repeat(400), "y")).toBe(null);
});
