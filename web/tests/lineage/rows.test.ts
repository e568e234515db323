import { expect, it } from "vitest";
import { rowsOf } from "../../src/lineage/rows";
import { lineageOf } from "./lineages";

function words(...chains: string[]): string[] {
  return rowsOf(lineageOf(...chains)).map(({ rows }) => {
    const [first] = rows;
    const from = first?.isOutput ? first.run.name : first?.name;
    return `${from} > ${rows.map((one) => (one.isOutput ? one.name : one.run.name)).join(", ")}`;
  });
}

it("rows stand in the order in which one thing came from another, together where they lead from the same", () => {
  expect(words("model > JUDGE > report", "data > FIT > model", "FIT > log", "data > OTHER")).toEqual([
    "data > FIT, OTHER",
    "FIT > model, log",
    "model > JUDGE",
    "JUDGE > report",
  ]);
});

it("rows that go round all stand somewhere", () => {
  expect(words("state > LOOP > state").sort()).toEqual(["LOOP > state", "state > LOOP"]);
});
