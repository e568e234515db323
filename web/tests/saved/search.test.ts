import { expect, test } from "vitest";
import type { FoundRun } from "../../src/api/queries";
import { search } from "../../src/saved/search";

const run = (uid: string, created_us: number, parameters: object, metrics: object = {}): FoundRun =>
  ({ uid, name: uid, experiment_name: "digits", created_us, parameters, metrics, tags: {}, start_us: null }) as never;

const runs = [
  run("a", 1, { lr: 0.5 }, { "val/loss": 2 }),
  run("b", 2, { lr: "auto" }, { "val/loss": { nonfinite: "NaN" } }),
  run("c", 3, {}, { "val/loss": { nonfinite: "-Infinity" } }),
  run("d", 4, { lr: 0.1 }),
];
const ids = (order_by: string, filter = "") => search(runs, { order_by, filter }).items.map((one) => one.uid);

test("the newest come first", () => {
  expect(ids("")).toEqual(["d", "c", "b", "a"]);
});

test("numbers stand before texts, NaN after both, and what has no value last in either direction", () => {
  expect(ids("params.lr asc")).toEqual(["d", "a", "b", "c"]);
  expect(ids("params.lr desc")).toEqual(["b", "a", "d", "c"]);
  expect(ids('metrics."val/loss" asc')).toEqual(["c", "a", "b", "d"]);
  expect(ids("metrics.val/loss desc")).toEqual(["a", "c", "b", "d"]);
});

test("runs are found by their ids and a part of their name, and other filters are refused", () => {
  expect(ids("", "id in ('c', 'a', 'x')")).toEqual(["c", "a"]);
  expect(ids("", "name ilike '%b%' or id = 'b'")).toEqual(["b"]);
  expect(() => ids("", "params.lr < 1")).toThrow("can't filter");
});
