import { expect, it } from "vitest";
import { cellText, parseTable } from "../../src/parts/tableDocument";

it("a table's columns come with what they are", () => {
  const text = '{"type":"Table","version":1,"rows":2,"columns":[{"name":"p","type":"float","values":[0.5,"NaN"]}]}';
  expect(parseTable(text)).toEqual({ rows: 2, columns: [{ name: "p", isNumber: true, values: [0.5, "NaN"] }] });
});

it("a table of a newer version is refused", () => {
  expect(() => parseTable('{"type":"Table","version":2,"rows":0,"columns":[]}')).toThrow("newer");
});

it("a value that says what it is shows what it holds", () => {
  expect(cellText({ type: "datetime", value: "2026-01-31" })).toBe("2026-01-31");
  expect(cellText(null)).toBe("");
});
