import { expect, it } from "vitest";
import { byGoal, dimensionOf, goalOf, partingIds } from "../../src/charts/dimensions";
import { foundRun } from "./foundRuns";

it("a parameter that is a number everywhere is one of numbers, with nothing where a run has none", () => {
  const runs = [foundRun("a", { lr: 0.1 }), foundRun("b", {}), foundRun("c", { lr: { nonfinite: "Infinity" } })];
  const found = dimensionOf(runs, "params.lr");
  expect(found.isNumber).toBe(true);
  expect([...found.values]).toEqual([0.1, Number.NaN, Number.POSITIVE_INFINITY]);
});

it("one text among numbers makes it one of categories, in natural order", () => {
  const runs = ["layer10", "layer2", 3].map((value, at) => foundRun(String(at), { start: value }));
  const found = dimensionOf(runs, "params.start");
  expect(found.categories).toEqual(["3", "layer2", "layer10"]);
  expect([...found.values]).toEqual([2, 1, 0]);
  expect(found.say(2)).toBe("layer10");
});

it("true and false are categories", () => {
  const runs = [foundRun("a", { ema: true }), foundRun("b", { ema: false })];
  expect(dimensionOf(runs, "params.ema").categories).toEqual(["false", "true"]);
});

it("what is the same in all runs parts none of them; what one run lacks does", () => {
  const runs = [foundRun("a", { same: 1, some: 2 }), foundRun("b", { same: 1 })];
  expect(partingIds(runs, ["params.same", "params.some"])).toEqual(["params.some"]);
});

it("metrics with a goal come first", () => {
  const runs = [foundRun("a", {}), foundRun("b", {}, {}, { goals: { loss: { goal: "min" } } as never })];
  expect(goalOf(runs, "loss")).toBe("min");
  expect(goalOf(runs, "accuracy")).toBe(null);
  expect(byGoal(runs, ["accuracy", "loss"])).toEqual(["loss", "accuracy"]);
});
