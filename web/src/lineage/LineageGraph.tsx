/**
 * A lineage as a graph: layers from left to right, runs as boxes and artifacts as pills. The view is moved by dragging,
 * the wheel, keys and two fingers, and stands in the address; what is new never moves it.
 */

import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import type { Lineage } from "../api/queries";
import { Icon } from "../parts/Icon";
import { parseList, writeList } from "../url/text";
import { useTexts } from "../url/useTexts";
import { type Camera, first, fitting, moved, ORIGIN, parseCamera, showing, writeCamera, zoomed } from "./camera";
import { graphOf, pathOf } from "./graph";
import { layoutOf, type Placed, type PlacedNode } from "./layout";
import { Node } from "./Node";
import { usePointers } from "./pointers";

interface Props {
  readonly lineage: Lineage;
  /** The id of the run or the key of the artifact whose lineage it is; null where it is an experiment's. */
  readonly focus: string | null;
}

const STEP = 1.3;
const KEY_PX = 60;
/** The address is written once the view has rested for so long. */
const REST_MS = 300;

export function LineageGraph({ lineage, focus }: Props) {
  const [texts, change] = useTexts();
  const open = useMemo(() => new Set(parseList(texts.open)), [texts.open]);
  const graph = useMemo(() => graphOf(lineage, focus, open), [lineage, focus, open]);
  const placed = useMemo(() => layoutOf(graph), [graph]);
  const anchor = useMemo(() => placed.nodes.find((one) => one.node.id === focus) ?? null, [placed, focus]);
  const [traced, setTraced] = useState<string | null>(null);
  const path = useMemo(() => (traced === null ? null : pathOf(graph.edges, traced)), [graph, traced]);
  const [current, setCurrent] = useState<string | null>(focus);
  const frame = useRef<HTMLDivElement>(null);
  const { camera, look, size } = useCamera(frame, placed, anchor);
  usePointers(frame, look);

  const reachable = placed.nodes.some((one) => one.node.id === current) ? current : placed.nodes[0]?.node.id;
  const goTo = (node: PlacedNode | undefined) => {
    if (node === undefined) return;
    setCurrent(node.node.id);
    frame.current?.querySelector<HTMLElement>(`[data-node="${CSS.escape(node.node.id)}"]`)?.focus();
  };
  const keyed = (event: React.KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || size === null) return;
    const arrow = ARROWS[event.key];
    const middle = { x: size.width / 2, y: size.height / 2 };
    if (event.key === "+" || event.key === "=") look((one) => zoomed(one, STEP, middle, size));
    else if (event.key === "-") look((one) => zoomed(one, 1 / STEP, middle, size));
    else if (event.key === "0") look(() => fitting(placed, size, anchor ?? ORIGIN));
    else if (arrow !== undefined && event.shiftKey) look((one) => moved(one, -arrow[0] * KEY_PX, -arrow[1] * KEY_PX));
    else if (arrow !== undefined) goTo(neighbour(placed, event.target as HTMLElement, arrow));
    else return;
    event.preventDefault();
  };
  const onOpen = useCallback((id: string) => change({ open: writeList([...open, id]) }), [change, open]);
  const onFocus = useCallback(
    (node: PlacedNode, isByKey: boolean) => {
      setCurrent(node.node.id);
      setTraced(node.node.id);
      if (isByKey) look((one, view) => showing(one, node, view, anchor ?? ORIGIN));
    },
    [look, anchor],
  );

  return (
    <div className="lineage-graph">
      <div
        className="lineage-frame"
        role="group"
        aria-label="Graph: arrow keys lead from one to the next"
        ref={frame}
        onKeyDown={keyed}
        onPointerLeave={() => setTraced(null)}
      >
        {camera !== null && size !== null && (
          <div
            className={path === null ? "lineage-world" : "lineage-world is-tracing"}
            style={{
              transform: `translate(${size.width / 2}px, ${size.height / 2}px) scale(${camera.zoom}) translate(${-camera.x - (anchor?.x ?? 0)}px, ${-camera.y - (anchor?.y ?? 0)}px)`,
            }}
          >
            <svg className="lineage-edges" width={placed.width} height={placed.height} aria-hidden="true">
              <defs>
                {["", "-lit"].map((lit) => (
                  <marker
                    key={lit}
                    id={`lineage-tip${lit}`}
                    viewBox="0 0 8 8"
                    refX="7"
                    refY="4"
                    markerWidth="7"
                    markerHeight="7"
                    orient="auto"
                  >
                    <path d="M0 1 7 4 0 7Z" className={`lineage-tip${lit}`} />
                  </marker>
                ))}
              </defs>
              {placed.edges.map((edge) => {
                const isLit = path?.has(edge.from) === true && path.has(edge.to);
                return (
                  <path
                    key={`${edge.from}\0${edge.to}`}
                    d={edge.path}
                    className={`lineage-edge${isLit ? " is-lit" : ""}${edge.isBack ? " is-back" : ""}`}
                    markerEnd={`url(#lineage-tip${isLit ? "-lit" : ""})`}
                  />
                );
              })}
            </svg>
            {placed.nodes.map((one) => (
              <Node
                key={one.node.id}
                placed={one}
                isFocus={one.node.id === focus}
                isLit={path?.has(one.node.id) === true}
                isReachable={one.node.id === reachable}
                onOpen={onOpen}
                onTrace={setTraced}
                onFocus={onFocus}
              />
            ))}
          </div>
        )}
      </div>
      <div className="lineage-tools" role="group" aria-label="View">
        {open.size > 0 && (
          <button type="button" className="button" onClick={() => change({ open: undefined })}>
            Fold
          </button>
        )}
        <button
          type="button"
          className="quiet"
          aria-label="Nearer"
          title="Nearer (+)"
          onClick={() => look((one, view) => zoomed(one, STEP, { x: view.width / 2, y: view.height / 2 }, view))}
        >
          <Icon name="plus" />
        </button>
        <button
          type="button"
          className="quiet"
          aria-label="Farther"
          title="Farther (−)"
          onClick={() => look((one, view) => zoomed(one, 1 / STEP, { x: view.width / 2, y: view.height / 2 }, view))}
        >
          <Icon name="minus" />
        </button>
        <button
          type="button"
          className="quiet"
          aria-label="Show all"
          title="Show all (0)"
          onClick={() => look((_, view) => fitting(placed, view, anchor ?? ORIGIN))}
        >
          <Icon name="wide" />
        </button>
      </div>
    </div>
  );
}

const ARROWS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** The node that an arrow key leads to: along an arrow of the graph, or up and down within a layer. */
function neighbour(placed: Placed, from: HTMLElement, [dx, dy]: readonly [number, number]): PlacedNode | undefined {
  const id = from.closest<HTMLElement>("[data-node]")?.dataset.node;
  const here = placed.nodes.find((one) => one.node.id === id);
  if (here === undefined) return placed.nodes[0];
  const linked = new Set(
    placed.edges.flatMap((edge) => (edge.from === id ? [edge.to] : edge.to === id ? [edge.from] : [])),
  );
  const way = (one: PlacedNode) => (dx === 0 ? (one.y - here.y) * dy : Math.abs(one.y - here.y));
  return placed.nodes
    .filter((one) =>
      dx === 0 ? one.x === here.x && way(one) > 0 : linked.has(one.node.id) && (one.x - here.x) * dx > 0,
    )
    .sort((one, other) => way(one) - way(other))[0];
}

export type Look = (next: (camera: Camera, size: { width: number; height: number }) => Camera) => void;

/** Where one looks: as the address says or at what is read first, then wherever one goes; the address follows. */
function useCamera(frame: React.RefObject<HTMLDivElement | null>, placed: Placed, anchor: PlacedNode | null) {
  const [texts, change] = useTexts();
  const [size, setSize] = useState<{ width: number; height: number } | null>(null);
  const [camera, setCamera] = useState<Camera | null>(() => parseCamera(texts.at));
  useEffect(() => {
    const element = frame.current;
    if (element === null) return;
    const observer = new ResizeObserver(() => setSize({ width: element.clientWidth, height: element.clientHeight }));
    observer.observe(element);
    return () => observer.disconnect();
  }, [frame]);
  useEffect(() => {
    if (size !== null && size.width > 0 && camera === null) setCamera(first(placed, size, anchor));
  }, [size, camera, placed, anchor]);

  const resting = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => () => clearTimeout(resting.current), []);
  const latest = useRef({ size, change });
  latest.current = { size, change };
  const look: Look = useCallback((next) => {
    const { size, change } = latest.current;
    if (size === null) return;
    setCamera((before) => {
      if (before === null) return before;
      const after = next(before, size);
      clearTimeout(resting.current);
      resting.current = setTimeout(() => change({ at: writeCamera(after) }, false), REST_MS);
      return after;
    });
  }, []);
  return { camera, look, size };
}
