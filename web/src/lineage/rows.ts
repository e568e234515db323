/** The arrows of a lineage as rows, in the order in which one thing came from another. */

import type { Lineage, LineageArtifact, LineageRun } from "../api/queries";

export interface Row {
  readonly run: LineageRun;
  readonly artifact: LineageArtifact;
  readonly isOutput: boolean;
  /** What the run called it. */
  readonly name: string;
}

/** Rows that lead on from the same run, or from the same artifact under the same name. */
export interface RowGroup {
  readonly key: string;
  readonly rows: readonly Row[];
}

/** The rows by where they lead from: what nothing came before stands first. */
export function rowsOf(lineage: Lineage): RowGroup[] {
  const runs = new Map(lineage.runs.map((one) => [one.uid, one]));
  const artifacts = new Map(lineage.artifacts.map((one) => [one.key, one]));
  const layers = layersOf(lineage);
  const groups = new Map<string, { layer: number; rows: Row[] }>();
  for (const link of lineage.links) {
    const [run, artifact] = [runs.get(link.run), artifacts.get(link.artifact)];
    if (run === undefined || artifact === undefined) continue;
    const from = link.is_output ? run.uid : artifact.key;
    const key = link.is_output ? from : `${from}\0${link.name}`;
    const row = { run, artifact, isOutput: link.is_output, name: link.name };
    const there = groups.get(key);
    if (there === undefined) groups.set(key, { layer: layers.get(from) ?? 0, rows: [row] });
    else there.rows.push(row);
  }
  return [...groups].sort(([, one], [, other]) => one.layer - other.layer).map(([key, { rows }]) => ({ key, rows }));
}

/** How many arrows lead at most to each node; where they go round, to what is met first. */
function layersOf(lineage: Lineage): Map<string, number> {
  const before = new Map<string, string[]>();
  for (const { run, artifact, is_output } of lineage.links) {
    const [from, to] = is_output ? [run, artifact] : [artifact, run];
    const there = before.get(to);
    if (there === undefined) before.set(to, [from]);
    else there.push(from);
  }
  const layers = new Map<string, number>();
  const ahead = new Set<string>();
  const layerOf = (id: string): number => {
    const known = layers.get(id);
    if (known !== undefined) return known;
    if (ahead.has(id)) return -1;
    ahead.add(id);
    const layer = 1 + Math.max(-1, ...(before.get(id) ?? []).map(layerOf));
    ahead.delete(id);
    layers.set(id, layer);
    return layer;
  };
  for (const { run, artifact } of lineage.links) {
    layerOf(run);
    layerOf(artifact);
  }
  return layers;
}
