import { expect, it } from "vitest";
import { FOLDED_FROM, graphOf, NEAREST, pathOf, SHOWN_OF_FOLDED } from "../../src/lineage/graph";
import { lineageOf, many } from "./lineages";

const NONE = new Set<string>();

function arrows(graph: ReturnType<typeof graphOf>): string[] {
  return graph.edges.map(({ from, to }) => `${from} > ${to}`).sort();
}

it("arrows lead from an input to its run and from a run to its output", () => {
  const graph = graphOf(lineageOf("data > FIT > model > JUDGE"), "FIT", NONE);

  expect(arrows(graph)).toEqual(["FIT > model", "data > FIT", "model > JUDGE"]);
  expect(graph.nodes.map((one) => [one.kind, one.id])).toEqual([
    ["run", "FIT"],
    ["run", "JUDGE"],
    ["artifact", "data"],
    ["artifact", "model"],
  ]);
});

it("an artifact that a run logged under two names has one arrow", () => {
  const lineage = lineageOf("FIT > model", "FIT > model");

  expect(arrows(graphOf(lineage, null, NONE))).toEqual(["FIT > model"]);
});

it("an artifact says how many runs logged it that are not shown", () => {
  const lineage = lineageOf("data > FIT");
  lineage.artifacts = lineage.artifacts.map((one) => ({ ...one, used_by: 12, made_by: 1 }));

  expect(graphOf(lineage, "FIT", NONE).nodes).toContainEqual(expect.objectContaining({ id: "data", elsewhere: 12 }));
});

it("many outputs of a run are folded into one that opens", () => {
  const lineage = lineageOf(...many(40, (one) => `FIT > part-${one}`), "FIT > model > JUDGE");

  const graph = graphOf(lineage, "FIT", NONE);
  const fold = graph.nodes.find((one) => one.kind === "fold");

  expect(fold).toMatchObject({ of: "artifact", count: 40 - SHOWN_OF_FOLDED });
  expect(arrows(graph)).toContain(`FIT > ${fold?.id}`);
  expect(arrows(graph)).toContain("FIT > model");
  expect(graph.nodes.length).toBe(3 + SHOWN_OF_FOLDED + 1);
  const opened = graphOf(lineage, "FIT", new Set([fold?.id ?? ""]));
  expect(opened.nodes.length).toBe(43);
  expect(opened.nodes.some((one) => one.kind === "fold")).toBe(false);
});

it("as many as can be looked at are not folded", () => {
  const lineage = lineageOf(...many(FOLDED_FROM, (one) => `FIT > part-${one}`));

  expect(graphOf(lineage, "FIT", NONE).nodes.some((one) => one.kind === "fold")).toBe(false);
});

it("many runs that used the same are folded with what each of them left", () => {
  const lineage = lineageOf(...many(40, (one) => `data > USER-${one} > result-${one}`));

  const graph = graphOf(lineage, "data", NONE);

  expect(graph.nodes.filter((one) => one.kind === "run").length).toBe(SHOWN_OF_FOLDED);
  expect(graph.nodes.filter((one) => one.kind === "artifact").length).toBe(1 + SHOWN_OF_FOLDED);
  expect(graph.nodes.find((one) => one.kind === "fold")).toMatchObject({ of: "run", count: 40 - SHOWN_OF_FOLDED });
  expect(graph.edges.filter(({ from }) => from === "data").length).toBe(SHOWN_OF_FOLDED + 1);
});

it("what leads on is not folded with what ends", () => {
  const lineage = lineageOf(...many(40, (one) => `data > USER-${one}`), "data > FIT > model > JUDGE");

  const graph = graphOf(lineage, "data", NONE);

  expect(graph.nodes.map((one) => one.id)).toContain("FIT");
});

it("what is in focus is never folded, nor what leads to it", () => {
  const lineage = lineageOf(...many(40, (one) => `data > USER-${one} > result-${one}`));

  expect(graphOf(lineage, "USER-39", NONE).nodes.map((one) => one.id)).toContain("USER-39");
  expect(graphOf(lineage, "result-39", NONE).edges).toContainEqual({ from: "USER-39", to: "result-39" });
});

it("a fold keeps its id while runs come and go", () => {
  const foldOf = (count: number) =>
    graphOf(lineageOf(...many(count, (one) => `data > USER-${one}`)), "data", NONE).nodes.find(
      (one) => one.kind === "fold",
    )?.id;

  expect(foldOf(40)).toBe(foldOf(41));
});

it("of very much only the nearest is shown, with one for what is farther on either side", () => {
  const before = Array.from({ length: 80 }, (_, at) => `data-${at} > RUN-${at} > data-${at + 1}`);
  const lineage = lineageOf(...before);

  const graph = graphOf(lineage, "RUN-40", NONE);

  expect(graph.nodes.length).toBe(NEAREST + 2);
  expect(graph.nodes.filter((one) => one.kind === "fold")).toMatchObject([
    { id: "further-before", of: "further" },
    { id: "further-after", of: "further" },
  ]);
  const counts = graph.nodes.map((one) => (one.kind === "fold" ? one.count : 1));
  expect(counts.reduce((sum, one) => sum + one, 0)).toBe(161);
  expect(graph.edges.filter(({ from, to }) => from === "further-before" || to === "further-after").length).toBe(2);
  expect(graphOf(lineage, "RUN-40", new Set(["further-after"])).nodes.map((one) => one.id)).toContain("data-80");
});

it("the path of a node has what is before and after it, and nothing beside it", () => {
  const { edges } = graphOf(lineageOf("data > FIT > model > JUDGE", "data > OTHER > waste", "FIT > log"), null, NONE);

  expect([...pathOf(edges, "FIT")].sort()).toEqual(["FIT", "JUDGE", "data", "log", "model"]);
  expect([...pathOf(edges, "waste")].sort()).toEqual(["OTHER", "data", "waste"]);
});

it("the path of a node that leads back to itself ends", () => {
  const { edges } = graphOf(lineageOf("state > LOOP > state"), null, NONE);

  expect([...pathOf(edges, "LOOP")].sort()).toEqual(["LOOP", "state"]);
});
