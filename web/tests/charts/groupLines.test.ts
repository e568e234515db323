import { expect, it } from "vitest";
import type { Grouped } from "../../src/api/grouped";
import { lineOfGroup } from "../../src/charts/groupLines";

const GROUP = { key: "lr=1", label: "lr 1", colour: "#123456", uids: ["a", "b"] };
const FOUND: Grouped = {
  key: "lr=1",
  steps: BigInt64Array.from([0n, 10n]),
  mean: Float64Array.from([1, 2]),
  std: Float64Array.from([0.5, 0.25]),
  min: Float64Array.from([0, 1]),
  max: Float64Array.from([3, 4]),
  n: Float64Array.from([4, 1]),
  runs: 4,
};

it("a group is its mean within the band that was chosen, with how many runs it is of", () => {
  const std = lineOfGroup(GROUP, FOUND, "std", false, 0);
  expect([...std.line.values]).toEqual([1, 2]);
  expect([...(std.around?.low ?? [])]).toEqual([0.5, 1.75]);
  expect([...(std.around?.high ?? [])]).toEqual([1.5, 2.25]);
  expect([...(std.around?.n ?? [])]).toEqual([4, 1]);
  expect(std.label).toBe("lr 1 (4)");
  expect([...(lineOfGroup(GROUP, FOUND, "stderr", false, 0).around?.low ?? [])]).toEqual([0.75, 1.75]);
  expect([...(lineOfGroup(GROUP, FOUND, "minmax", false, 0).around?.high ?? [])]).toEqual([3, 4]);
  expect(lineOfGroup(GROUP, FOUND, "none", false, 0).around).toBeNull();
});

it("a group on a logarithmic axis keeps band and mean together", () => {
  const { line, around } = lineOfGroup(GROUP, FOUND, "minmax", true, 0);
  expect([...line.x]).toEqual([1]);
  expect([...(around?.low ?? [])]).toEqual([1]);
});
