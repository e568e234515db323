/** Where the nodes of a graph stand and how its arrows run: in layers, from left to right. */

import { Graph as Layers, layout } from "@dagrejs/dagre";
import type { Graph, GraphNode } from "./graph";

/** A node's box; x and y are its middle. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface PlacedNode extends Box {
  readonly node: GraphNode;
}

export interface PlacedEdge {
  readonly from: string;
  readonly to: string;
  /** As the attribute `d` of a path. */
  readonly path: string;
  /** Whether it leads to the left, since the graph goes round. */
  readonly isBack: boolean;
}

export interface Placed {
  readonly width: number;
  readonly height: number;
  /** In the order of reading: layer by layer, each from top to bottom. */
  readonly nodes: readonly PlacedNode[];
  readonly edges: readonly PlacedEdge[];
}

/** All of a layer are of one width, so that they stand in a line; a fold is as large as what it stands for. */
const SIZES = { run: { width: 180, height: 44 }, artifact: { width: 168, height: 28 } } as const;
const BETWEEN = 12;
const BETWEEN_LAYERS = 44;
const BELOW = 34;
/** How far an arrow back swings out to the sides: within the gap between two layers. */
const TURN = 28;
/** From so many nodes on, layers are found by a method that leaves some arrows longer and takes far less time. */
const MANY = 250;

type Point = { readonly x: number; readonly y: number };

/** Lay a graph out. */
export function layoutOf(graph: Graph): Placed {
  const layers = new Layers();
  layers.setGraph({
    rankdir: "LR",
    nodesep: BETWEEN,
    edgesep: BETWEEN / 2,
    ranksep: BETWEEN_LAYERS,
    ranker: graph.nodes.length > MANY ? "longest-path" : "network-simplex",
  });
  layers.setDefaultEdgeLabel(() => ({}));
  for (const node of graph.nodes) layers.setNode(node.id, { ...sizeOf(node) });
  for (const { from, to } of graph.edges) layers.setEdge(from, to);
  if (graph.nodes.length > 0) layout(layers);

  const boxes = new Map<string, PlacedNode>();
  for (const node of graph.nodes) {
    const { x = 0, y = 0 } = layers.node(node.id) as Partial<Point>;
    boxes.set(node.id, { node, x, y, ...sizeOf(node) });
  }
  for (const alike of alikeOf(graph, boxes)) inOrder(alike, boxes);
  const edges = graph.edges.flatMap(({ from, to }): PlacedEdge[] => {
    const [first, last] = [boxes.get(from), boxes.get(to)];
    if (first === undefined || last === undefined) return [];
    const isBack = last.x <= first.x;
    const points = ((layers.edge(from, to) as { points?: Point[] } | undefined)?.points ?? []).slice(1, -1);
    return [{ from, to, isBack, path: isBack ? pathBack(first, last, boxes) : pathThrough(first, points, last) }];
  });
  const nodes = [...boxes.values()].sort((one, other) => one.x - other.x || one.y - other.y);
  const right = Math.max(0, ...nodes.map((one) => one.x + one.width / 2));
  const bottom = Math.max(0, ...nodes.map((one) => one.y + one.height / 2));
  return { width: right, height: bottom + (edges.some((edge) => edge.isBack) ? BELOW : 0), nodes, edges };
}

function sizeOf(node: GraphNode) {
  const kind = node.kind === "fold" ? node.of : node.kind;
  return SIZES[kind === "further" ? "artifact" : kind];
}

/** Nodes of a layer that are linked with the same others: the layout cares not which stands above which. */
function alikeOf(graph: Graph, boxes: ReadonlyMap<string, PlacedNode>): PlacedNode[][] {
  const linked = new Map<string, string[]>(graph.nodes.map((node) => [node.id, []]));
  for (const { from, to } of graph.edges) {
    linked.get(from)?.push(`>${to}`);
    linked.get(to)?.push(`<${from}`);
  }
  const groups = new Map<string, PlacedNode[]>();
  for (const box of boxes.values()) {
    const key = [Math.round(box.x), box.height, ...(linked.get(box.node.id) ?? []).sort()].join("\0");
    const there = groups.get(key);
    if (there === undefined) groups.set(key, [box]);
    else there.push(box);
  }
  return [...groups.values()].filter((some) => some.length > 1);
}

/** Have them stand in the order in which they were given: as they were logged, what is folded last. */
function inOrder(alike: readonly PlacedNode[], boxes: Map<string, PlacedNode>): void {
  const places = alike.map((one) => one.y).sort((one, other) => one - other);
  alike.forEach((one, at) => {
    boxes.set(one.node.id, { ...one, y: places[at] ?? one.y });
  });
}

/** From the right of one box, through the gaps that the layers left open, to the left of another. */
function pathThrough(first: Box, points: readonly Point[], last: Box): string {
  const start = { x: first.x + first.width / 2, y: first.y };
  const end = { x: last.x - last.width / 2, y: last.y };
  // Between neighbouring layers there is nothing to go around.
  const way = [...(points.length > 1 ? points : []).filter((one) => one.x > start.x && one.x < end.x), end];
  let [path, at] = [`M${round(start.x)} ${round(start.y)}`, start];
  for (const next of way) {
    const half = round((at.x + next.x) / 2);
    path += `C${half} ${round(at.y)} ${half} ${round(next.y)} ${round(next.x)} ${round(next.y)}`;
    at = next;
  }
  return path;
}

/** From the right of one box around all that lies beneath, back to the left of another. */
function pathBack(first: Box, last: Box, boxes: ReadonlyMap<string, PlacedNode>): string {
  const [right, left] = [first.x + first.width / 2, last.x - last.width / 2];
  const beneath = [...boxes.values()].filter((one) => one.x >= left && one.x <= right);
  const low = Math.max(...beneath.map((one) => one.y + one.height / 2)) + BELOW / 2;
  const turn = (side: number, from: number, to: number, x: number) =>
    `C${round(side)} ${round(from)} ${round(side)} ${round(to)} ${round(x)} ${round(to)}`;
  const [down, up] = [turn(right + TURN, first.y, low, right), turn(left - TURN, low, last.y, left)];
  return `M${round(right)} ${round(first.y)}${down}H${round(left)}${up}`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
