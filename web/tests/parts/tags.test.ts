import { expect, it } from "vitest";
import { commonTags, retagged, shownTags, tagProblem } from "../../src/parts/tags";

it("the page's own tags are in no list", () => {
  expect(shownTags({ team: "a", "assay.color": "#112233", seed10: "x", seed9: "y" })).toEqual([
    ["seed9", "y"],
    ["seed10", "x"],
    ["team", "a"],
  ]);
});

it("tags of many runs say how many have them and with which values", () => {
  expect(commonTags([{ team: "a", stage: "x" }, { team: "b" }, { team: "a", "assay.color": "#112233" }])).toEqual([
    { key: "stage", runs: 1, values: ["x"] },
    { key: "team", runs: 3, values: ["a", "b"] },
  ]);
});

it("what can be no tag says why", () => {
  expect(tagProblem("team", "")).toBeNull();
  expect(tagProblem("🦊".repeat(128), "🦊".repeat(256))).toBeNull();
  expect(tagProblem(" ", "a")).toMatch(/needs a key/);
  expect(tagProblem("assay.color", "a")).toMatch(/own/);
  expect(tagProblem("k".repeat(129), "a")).toMatch(/has 129/);
  expect(tagProblem("k", "v".repeat(257))).toMatch(/has 257/);
});

it("tags are set and taken away", () => {
  expect(retagged({ a: "1", b: "2" }, { b: "3", c: "" }, ["a"])).toEqual({ b: "3", c: "" });
});
