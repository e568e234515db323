import { expect, it } from "vitest";
import { graphOf } from "../../src/lineage/graph";
import { layoutOf } from "../../src/lineage/layout";
import { rowsOf } from "../../src/lineage/rows";
import { lineageOf } from "./lineages";

/** The same numbers for the same seed. Source: Steele, Lea and Flood, "Fast splittable pseudorandom number generators" (2014). */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) % below;
  };
}

it.each(Array.from({ length: 40 }, (_, seed) => seed))(
  "any lineage is drawn whole and told whole (seed %i)",
  (seed) => {
    const next = numbers(seed);
    const [runs, artifacts] = [1 + next(60), 1 + next(60)];
    const chains = Array.from({ length: 1 + next(150) }, () => {
      const [run, artifact] = [`RUN-${next(runs)}`, `data-${next(artifacts)}`];
      return next(2) === 0 ? `${run} > ${artifact}` : `${artifact} > ${run}`;
    });
    const lineage = lineageOf(...chains);
    const focus = [null, lineage.runs[0]?.uid ?? null, lineage.artifacts[0]?.key ?? null][next(3)] ?? null;

    const graph = graphOf(lineage, focus, new Set());
    const placed = layoutOf(graph);

    const ids = new Set(graph.nodes.map((one) => one.id));
    expect(ids.size).toBe(graph.nodes.length);
    expect(graph.edges.every(({ from, to }) => ids.has(from) && ids.has(to) && from !== to)).toBe(true);
    if (focus !== null) expect(ids).toContain(focus);
    expect(placed.nodes.length).toBe(graph.nodes.length);
    expect(placed.edges.length).toBe(graph.edges.length);
    expect(placed.edges.some((edge) => /NaN|undefined|Infinity/.test(edge.path))).toBe(false);
    expect(rowsOf(lineage).reduce((sum, one) => sum + one.rows.length, 0)).toBe(lineage.links.length);
  },
);
