import { expect, it } from "vitest";
import type { ChartRun } from "../../src/charts/chartRun";
import { entriesOf, fitting } from "../../src/charts/legend";

function run(uid: string, parameters?: Record<string, unknown>): ChartRun {
  return { uid, label: `name ${uid}`, colour: "#000", parameters };
}

function labels(runs: readonly ChartRun[]): string[] {
  return entriesOf(runs).map((one) => one.label);
}

it("a legend says what differs, not what all runs share", () => {
  const runs = [run("a", { lr: 0.1, optim: "adam" }), run("b", { lr: 0.01, optim: "adam" })];
  expect(labels(runs)).toEqual(["lr 0.1", "lr 0.01"]);
});

it("a legend names as many parameters as are needed to tell runs apart", () => {
  const runs = [
    run("a", { lr: 1, depth: 2 }),
    run("b", { lr: 1, depth: 3 }),
    run("c", { lr: 2, depth: 2 }),
    run("d", { lr: 2, depth: 3 }),
  ];
  expect(new Set(labels(runs)).size).toBe(4);
  expect(labels(runs)[0]).toMatch(/lr 1.*depth 2|depth 2.*lr 1/);
});

it("runs that parameters do not tell apart go by their names", () => {
  expect(labels([run("a", { lr: 1 }), run("b", { lr: 1 })])).toEqual(["name a", "name b"]);
  expect(labels([run("a"), run("b", { lr: 1 })])).toEqual(["name a", "name b"]);
});

it("only what fits into its lines is in a legend, with room for the count of the rest", () => {
  const entries = entriesOf(Array.from({ length: 200 }, (_, at) => run(`run-${at}`)));
  const fits = fitting(entries, 300, 2);
  expect(fits).toBeGreaterThan(2);
  expect(fits).toBeLessThan(10);
  expect(fitting(entries.slice(0, 3), 1000, 1)).toBe(3);
  expect(fitting(entries, 900, 3)).toBeGreaterThan(fits);
});
