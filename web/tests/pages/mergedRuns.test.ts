import { expect, it } from "vitest";
import type { FoundRun } from "../../src/api/queries";
import { merged, runsOfPages } from "../../src/pages/mergedRuns";

function run(uid: string, loss: number): FoundRun {
  return { uid, metrics: { loss } } as unknown as FoundRun;
}

const PAGES = {
  pages: [{ items: [run("c", 1), run("b", 1)], next_token: "2" }, { items: [run("a", 1)] }],
  pageParams: [null, "2"],
};
const told = (pages: typeof PAGES) =>
  pages.pages.map((page) => page.items.map((one) => `${one.uid}${one.metrics.loss}`));

it("a run that changed is new in its place, and pages without changes stay the same objects", () => {
  const found = merged(PAGES, [run("b", 2)], ["b"]);
  expect(told(found as typeof PAGES)).toEqual([["c1", "b2"], ["a1"]]);
  expect(found.pages[1]).toBe(PAGES.pages[1]);
});

it("a run that is new stands before all others", () => {
  expect(told(merged(PAGES, [run("d", 1)], ["d"]) as typeof PAGES)).toEqual([["d1", "c1", "b1"], ["a1"]]);
});

it("a run that no longer fits the filter, or was deleted, goes", () => {
  expect(told(merged(PAGES, [], ["a", "x"]) as typeof PAGES)).toEqual([["c1", "b1"], []]);
});

it("a run that was told of before the page that holds it was read is there once", () => {
  const told = merged(PAGES, [run("z", 2)], ["z"]);
  const pages = { ...told, pages: [...told.pages, { items: [run("z", 1), run("y", 1)] }] };
  expect(runsOfPages(pages).map((one) => `${one.uid}${one.metrics.loss}`)).toEqual(["z2", "c1", "b1", "a1", "y1"]);
});
