import { expect, it } from "vitest";
import { complete } from "../../src/parts/completion";

const NAMES = { params: ["lr", "depth"], metrics: ["train/loss", "val loss"], tags: ["team"] };
const words = (text: string) => complete(text, text.length, NAMES)?.words ?? [];

it("a filter begins with a field", () => {
  expect(words("")).toContain("metrics.");
  expect(words("sta")).toEqual(["status", "started"]);
});

it("names that runs have follow their kind, quoted where they must be", () => {
  expect(words("metrics.")).toEqual(["metrics.train/loss", 'metrics."val loss"']);
  expect(words("params.lr > 1 and params.d")).toEqual(["params.depth"]);
});

it("a part of a name finds it", () => {
  expect(words("metrics.loss")).toEqual(["metrics.train/loss", 'metrics."val loss"']);
});

it("behind a field comes a comparison, behind a comparison a word between", () => {
  expect(words("params.lr ")).toContain("<=");
  expect(words("params.lr < 1 ")).toEqual(["and", "or"]);
});

it("behind status come the states", () => {
  expect(words("status = '")).toContain("'Failed'");
});

it("what is taken replaces the word that was typed", () => {
  expect(complete("params.lr > 1 and met", 21, NAMES)).toMatchObject({ start: 18, end: 21 });
});
