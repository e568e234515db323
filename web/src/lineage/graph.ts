/**
 * What is drawn of a lineage: runs, artifacts, and arrows from input to run to output. Many of a kind that are linked
 * alike are folded into one node, which opens.
 */

import type { Lineage, LineageArtifact, LineageRun } from "../api/queries";

export type GraphNode =
  | { readonly kind: "run"; readonly id: string; readonly run: LineageRun }
  | {
      readonly kind: "artifact";
      readonly id: string;
      readonly artifact: LineageArtifact;
      /** How many runs logged it that are not in the answer. */
      readonly elsewhere: number;
    }
  | { readonly kind: "fold"; readonly id: string; readonly of: "run" | "artifact"; readonly count: number };

/** An arrow. */
export interface GraphEdge {
  readonly from: string;
  readonly to: string;
}

export interface Graph {
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
}

/** More than so many that are linked alike are folded. */
export const FOLDED_FROM = 16;
/** So many of them are shown all the same. */
export const SHOWN_OF_FOLDED = 8;

/**
 * The graph of a lineage.
 *
 * @param lineage What the server gave.
 * @param focus The id of a run or the key of an artifact that is never folded.
 * @param open The ids of folds that were opened.
 */
export function graphOf(lineage: Lineage, focus: string | null, open: ReadonlySet<string>): Graph {
  const edges = edgesOf(lineage);
  const linked = linksOf(edges);
  /** What stands for a node that is not shown; null where nothing does, since its only run is folded too. */
  const stands = new Map<string, string | null>();
  const folds: GraphNode[] = [];

  /** Whether an artifact belongs to one run alone, and goes where that goes. */
  const isPrivate = (key: string) =>
    key !== focus && new Set((linked.get(key) ?? []).map((one) => one.slice(1))).size === 1;
  const fold = (of: "run" | "artifact", ids: readonly string[], linkedAs: (id: string) => readonly string[]) => {
    for (const [signature, alike] of grouped(ids, linkedAs)) {
      if (alike.length <= FOLDED_FROM) continue;
      const id = `${of}s-${hashOf(signature)}`;
      if (open.has(id)) continue;
      const hidden = alike.filter((one) => one !== focus).slice(SHOWN_OF_FOLDED);
      folds.push({ kind: "fold", id, of, count: hidden.length });
      for (const one of hidden) {
        stands.set(one, id);
        if (of === "artifact") continue;
        for (const link of linked.get(one) ?? []) {
          const key = link.slice(1);
          if (isPrivate(key)) stands.set(key, null);
        }
      }
    }
  };
  fold(
    "run",
    lineage.runs.map((run) => run.uid),
    (uid) => (linked.get(uid) ?? []).filter((link) => !isPrivate(link.slice(1))),
  );
  fold(
    "artifact",
    lineage.artifacts.map((one) => one.key).filter((key) => !stands.has(key)),
    (key) => linked.get(key) ?? [],
  );

  const drawn = new Map<string, GraphEdge>();
  for (const { from, to } of edges) {
    const first = stands.has(from) ? stands.get(from) : from;
    const last = stands.has(to) ? stands.get(to) : to;
    if (first && last) drawn.set(`${first}\0${last}`, { from: first, to: last });
  }
  return {
    nodes: [
      ...lineage.runs.map((run): GraphNode => ({ kind: "run", id: run.uid, run })),
      ...lineage.artifacts.map(
        (artifact): GraphNode => ({
          kind: "artifact",
          id: artifact.key,
          artifact,
          elsewhere: Math.max(0, artifact.made_by + artifact.used_by - (linked.get(artifact.key)?.length ?? 0)),
        }),
      ),
    ]
      .filter((node) => !stands.has(node.id))
      .concat(folds),
    edges: [...drawn.values()],
  };
}

/** The ids of all nodes before and after one, and its own. */
export function pathOf(edges: readonly GraphEdge[], id: string): ReadonlySet<string> {
  const met = new Set([id]);
  for (const [from, to] of [
    ["from", "to"],
    ["to", "from"],
  ] as const) {
    const next = new Map<string, string[]>();
    for (const edge of edges) {
      const there = next.get(edge[from]);
      if (there === undefined) next.set(edge[from], [edge[to]]);
      else there.push(edge[to]);
    }
    const seen = new Set([id]);
    const waiting = [id];
    for (let one = waiting.pop(); one !== undefined; one = waiting.pop()) {
      for (const other of next.get(one) ?? []) {
        if (seen.has(other)) continue;
        seen.add(other);
        met.add(other);
        waiting.push(other);
      }
    }
  }
  return met;
}

/** The arrows of a lineage, each once, also where a run logged the same under several names. */
export function edgesOf(lineage: Lineage): GraphEdge[] {
  const found = new Map<string, GraphEdge>();
  for (const { run, artifact, is_output } of lineage.links) {
    const edge = is_output ? { from: run, to: artifact } : { from: artifact, to: run };
    found.set(`${edge.from}\0${edge.to}`, edge);
  }
  return [...found.values()];
}

/** What each node is linked with, behind a sign that says in which direction. */
function linksOf(edges: readonly GraphEdge[]): Map<string, string[]> {
  const links = new Map<string, string[]>();
  const add = (id: string, link: string) => {
    const there = links.get(id);
    if (there === undefined) links.set(id, [link]);
    else there.push(link);
  };
  for (const { from, to } of edges) {
    add(from, `>${to}`);
    add(to, `<${from}`);
  }
  return links;
}

function grouped(ids: readonly string[], linkedAs: (id: string) => readonly string[]): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const id of ids) {
    const signature = [...linkedAs(id)].sort().join("\0");
    const there = groups.get(signature);
    if (there === undefined) groups.set(signature, [id]);
    else there.push(id);
  }
  return groups;
}

/** FNV-1a: short enough for an address. */
function hashOf(text: string): string {
  let hash = 2166136261;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 16777619);
  return (hash >>> 0).toString(36);
}
