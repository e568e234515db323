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
  | {
      readonly kind: "fold";
      readonly id: string;
      /** What it stands for: runs or artifacts that are alike, or all that is farther away. */
      readonly of: "run" | "artifact" | "further";
      readonly count: number;
    };

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
/** So many of the nearest are shown at first: more can be drawn, and nobody finds a way through them. */
export const NEAREST = 60;

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
  const { stands, folds, opened } = folded(lineage, linked, focus, open);
  const drawn = new Map<string, GraphEdge>();
  for (const { from, to } of edges) {
    const first = stands.has(from) ? stands.get(from) : from;
    const last = stands.has(to) ? stands.get(to) : to;
    if (first && last) drawn.set(`${first}\0${last}`, { from: first, to: last });
  }
  const runs = lineage.runs.map((run): GraphNode => ({ kind: "run", id: run.uid, run }));
  const artifacts = lineage.artifacts.map((artifact): GraphNode => {
    const elsewhere = artifact.made_by + artifact.used_by - (linked.get(artifact.key)?.length ?? 0);
    return { kind: "artifact", id: artifact.key, artifact, elsewhere: Math.max(0, elsewhere) };
  });
  const nodes = [...runs, ...artifacts].filter((node) => !stands.has(node.id));
  const whole: Graph = { nodes: [...nodes, ...folds], edges: [...drawn.values()] };
  return focus === null ? whole : nearest(whole, focus, open, NEAREST + opened);
}

interface Folded {
  /** What stands for a node that is not shown; null where nothing does, since its only run is folded too. */
  readonly stands: ReadonlyMap<string, string | null>;
  readonly folds: readonly GraphNode[];
  /** How many nodes are shown because somebody opened what they were folded into. */
  readonly opened: number;
}

type Links = ReadonlyMap<string, readonly string[]>;

/** Fold runs that share all that they share with others, with what each has alone; then artifacts of the same runs. */
function folded(lineage: Lineage, linked: Links, focus: string | null, open: ReadonlySet<string>): Folded {
  const stands = new Map<string, string | null>();
  const folds: GraphNode[] = [];
  let opened = 0;
  const others = (id: string) => (linked.get(id) ?? []).map((link) => link.slice(1));
  const isPrivate = (key: string) => key !== focus && new Set(others(key)).size === 1;

  const fold = (of: "run" | "artifact", ids: readonly string[], linkedAs: (id: string) => readonly string[]) => {
    for (const [signature, alike] of grouped(ids, linkedAs)) {
      if (alike.length <= FOLDED_FROM) continue;
      const id = `${of}s-${hashOf(signature)}`;
      const hidden = alike.filter((one) => one !== focus).slice(SHOWN_OF_FOLDED);
      const along = of === "run" ? hidden.flatMap(others).filter(isPrivate) : [];
      if (open.has(id)) {
        opened += hidden.length + along.length;
        continue;
      }
      folds.push({ kind: "fold", id, of, count: hidden.length });
      for (const one of hidden) stands.set(one, id);
      for (const one of along) stands.set(one, null);
    }
  };
  const runs = lineage.runs.map((run) => run.uid);
  fold("run", runs, (uid) => (linked.get(uid) ?? []).filter((link) => !isPrivate(link.slice(1))));
  const artifacts = lineage.artifacts.map((one) => one.key).filter((key) => !stands.has(key));
  fold("artifact", artifacts, (key) => linked.get(key) ?? []);
  return { stands, folds, opened };
}

const BEFORE = "further-before";
const AFTER = "further-after";

/** The nearest of a graph's nodes, with one that stands for all others on either side. */
function nearest(graph: Graph, focus: string, open: ReadonlySet<string>, most: number): Graph {
  if (graph.nodes.length <= most || !graph.nodes.some((node) => node.id === focus)) return graph;
  const [into, outOf] = [waysOf(graph.edges, "to", "from"), waysOf(graph.edges, "from", "to")];
  const [before, after] = [reach(into, focus), reach(outOf, focus)];
  // One step on either side in turn; what is beside both, through what they share, is the farthest.
  const near = new Set(alternating([...before], [...after]).slice(0, most));
  const placeOf = (id: string) => {
    const side = before.has(id) ? BEFORE : AFTER;
    return near.has(id) || open.has(side) ? id : side;
  };
  const counts = new Map<string, number>();
  const nodes = graph.nodes.filter((node) => {
    const place = placeOf(node.id);
    if (place === node.id) return true;
    counts.set(place, (counts.get(place) ?? 0) + (node.kind === "fold" ? node.count : 1));
    return false;
  });
  const edges = new Map<string, GraphEdge>();
  for (const edge of graph.edges) {
    const [from, to] = [placeOf(edge.from), placeOf(edge.to)];
    // An arrow back from what is farther would say that it lies before what is near.
    if (from !== AFTER && to !== BEFORE) edges.set(`${from}\0${to}`, { from, to });
  }
  const folds = [...counts].map(([id, count]): GraphNode => ({ kind: "fold", id, of: "further", count }));
  return { nodes: [...nodes, ...folds], edges: [...edges.values()] };
}

function alternating(some: readonly string[], others: readonly string[]): string[] {
  const length = Math.max(some.length, others.length);
  const all = Array.from({ length }, (_, at) => [some[at], others[at]]).flat();
  return [...new Set(all.filter((one) => one !== undefined))];
}

/** The ids of all nodes before and after one, and its own. */
export function pathOf(edges: readonly GraphEdge[], id: string): ReadonlySet<string> {
  return new Set([...reach(waysOf(edges, "to", "from"), id), ...reach(waysOf(edges, "from", "to"), id)]);
}

type Ways = ReadonlyMap<string, readonly string[]>;

function waysOf(edges: readonly GraphEdge[], first: "from" | "to", last: "from" | "to"): Ways {
  const ways = new Map<string, string[]>();
  for (const edge of edges) {
    const there = ways.get(edge[first]);
    if (there === undefined) ways.set(edge[first], [edge[last]]);
    else there.push(edge[last]);
  }
  return ways;
}

/** A node and all that is met from it, the nearest first. */
function reach(ways: Ways, id: string): ReadonlySet<string> {
  const met = new Set([id]);
  // What is added to a set while one goes through it is gone through too.
  for (const one of met) for (const other of ways.get(one) ?? []) met.add(other);
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
