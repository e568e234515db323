import { expect, it } from "vitest";
import { columnOf, fieldText, orderText, parseSort, writeSort } from "../../src/url/fields";
import { oneOf, parseList, parseTexts, writeList, writeTexts } from "../../src/url/text";

it("an address keeps texts of any kind", () => {
  const texts = { filter: `metrics."a b" < 1 & params.x = '%'`, cols: "metrics.train/loss,params.lr", emoji: "🦊" };
  expect(parseTexts(writeTexts(texts))).toEqual(texts);
});

it("what is empty is left out of an address", () => {
  expect(writeTexts({ a: "", b: undefined, c: "1" })).toBe("?c=1");
  expect(writeTexts({})).toBe("");
});

it("a list keeps commas and backslashes", () => {
  const list = ["a,b", "c\\d", "", "e"];
  expect(parseList(writeList(list))).toEqual(list);
  expect(parseList("")).toEqual([]);
});

it("a text that is none of some is as usual", () => {
  expect(oneOf("x", ["a", "b"], "a")).toBe("a");
});

it("names of any kind are written as the filter language has them", () => {
  expect(fieldText({ kind: "metrics", name: "train/loss" })).toBe("metrics.train/loss");
  expect(fieldText({ kind: "metrics", name: "acc.max" })).toBe('metrics."acc.max"');
  expect(fieldText({ kind: "params", name: 'say "hi"' })).toBe('params."say ""hi"""');
  expect(fieldText({ kind: "own", name: "created" })).toBe("created");
});

it("a sort survives its address and is written for the server", () => {
  const sort = { id: "metrics.val loss", descending: true };
  expect(parseSort(writeSort(sort))).toEqual(sort);
  expect(orderText(sort)).toBe('metrics."val loss" desc');
  expect(parseSort("nonsense")).toBeNull();
  expect(columnOf("params.a.b")).toEqual({ kind: "params", name: "a.b" });
});
