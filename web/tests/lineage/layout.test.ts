import { expect, it } from "vitest";
import { graphOf } from "../../src/lineage/graph";
import { layoutOf, type Placed } from "../../src/lineage/layout";
import { lineageOf, many } from "./lineages";

function laidOut(...chains: string[]): Placed {
  return layoutOf(graphOf(lineageOf(...chains), null, new Set()));
}

function boxOf(placed: Placed, id: string) {
  const found = placed.nodes.find((one) => one.node.id === id);
  if (found === undefined) throw new Error(`no ${id}`);
  return found;
}

it("every arrow leads to the right, however long its way", () => {
  const placed = laidOut("data > FIT > model > JUDGE > report", "data > JUDGE");

  for (const { from, to } of placed.edges) expect(boxOf(placed, to).x).toBeGreaterThan(boxOf(placed, from).x);
  expect(placed.edges.every((one) => !one.isBack)).toBe(true);
});

it("no two nodes lie over each other, and all lie within the measures that are given", () => {
  const placed = laidOut(...many(12, (one) => `data-${one % 3} > RUN-${one} > model-${one % 5} > JUDGE`));

  for (const one of placed.nodes) {
    expect(one.x - one.width / 2).toBeGreaterThanOrEqual(0);
    expect(one.y - one.height / 2).toBeGreaterThanOrEqual(0);
    expect(one.x + one.width / 2).toBeLessThanOrEqual(placed.width);
    expect(one.y + one.height / 2).toBeLessThanOrEqual(placed.height);
    for (const other of placed.nodes) {
      if (one === other) continue;
      const isApart =
        Math.abs(one.x - other.x) >= (one.width + other.width) / 2 ||
        Math.abs(one.y - other.y) >= (one.height + other.height) / 2;
      expect(isApart, `${one.node.id} over ${other.node.id}`).toBe(true);
    }
  }
});

it("what ends alike stands in the order of logging, what is folded last", () => {
  const placed = laidOut(...many(30, (one) => `FIT > part-${one}`));
  const ends = placed.nodes.filter((one) => one.node.kind !== "run");

  expect(ends.map((one) => one.node.id).slice(0, 3)).toEqual(["part-0", "part-1", "part-2"]);
  expect(ends.at(-1)?.node.kind).toBe("fold");
});

it("a run whose output is its own input has an arrow back", () => {
  const placed = laidOut("state > LOOP > state");

  expect(placed.edges.map((one) => one.isBack).sort()).toEqual([false, true]);
  expect(placed.edges.every((one) => !one.path.includes("NaN"))).toBe(true);
});

it("an arrow ends at the sides of its nodes", () => {
  const placed = laidOut("data > FIT");
  const [data, fit] = [boxOf(placed, "data"), boxOf(placed, "FIT")];

  expect(placed.edges[0]?.path.startsWith(`M${data.x + data.width / 2} ${data.y}C`)).toBe(true);
  expect(placed.edges[0]?.path.endsWith(` ${fit.x - fit.width / 2} ${fit.y}`)).toBe(true);
});

it("nothing is laid out as nothing", () => {
  expect(laidOut()).toMatchObject({ width: 0, height: 0, nodes: [], edges: [] });
});

it("five hundred nodes are laid out while one looks", () => {
  const started = performance.now();
  const placed = laidOut(...many(160, (one) => `data-${one % 7} > FIT-${one} > model-${one} > JUDGE-${one % 13}`));

  expect(placed.nodes.length).toBeGreaterThan(300);
  expect(performance.now() - started).toBeLessThan(10_000);
});
