/** The heads of the run table: sort by a click, move by a drag or by keys, widen at the edge. */

import { useState } from "react";
import { columnOf, isSortable, type Sort } from "../url/fields";
import { Icon } from "./Icon";
import { titleOf } from "./runColumns";
import type { Place } from "./tableWindow";

/** What can be done to columns. */
export interface ColumnActs {
  readonly onSort: (sort: Sort | null) => void;
  /** Put a column before another one, or at the end. */
  readonly onMove: (id: string, before: string | null) => void;
  readonly onStep: (id: string, by: -1 | 1) => void;
  readonly onPin: (id: string) => void;
  /** A width is being dragged to, or, where `isDone`, was. */
  readonly onWidth: (id: string, width: number | null, isDone: boolean) => void;
}

interface Props extends ColumnActs {
  readonly cells: readonly Place[];
  readonly nameWidth: number;
  readonly isNarrow: boolean;
  readonly sort: Sort | null;
  readonly selected: "none" | "some" | "all";
  readonly onSelectAll: () => void;
}

const KINDS = { metrics: "metric", params: "parameter", tags: "tag", own: "" } as const;
const LEAST_PX = 56;
const DRAGGED = "application/x-assay-column";

export function TableHead(props: Props) {
  const { cells, nameWidth, isNarrow } = props;
  return (
    <>
      <div
        className="run-cell run-head-cell run-name"
        role="columnheader"
        aria-sort={orderOf("own.name", props.sort)}
        style={isNarrow ? undefined : { width: nameWidth }}
      >
        <input
          type="checkbox"
          aria-label="Select all runs that fit"
          title="Select all runs that fit"
          checked={props.selected === "all"}
          ref={(box) => {
            if (box !== null) box.indeterminate = props.selected === "some";
          }}
          onChange={props.onSelectAll}
        />
        <SortButton id="own.name" title="Run" sort={props.sort} onSort={props.onSort} />
        {!isNarrow && <Edge id="own.name" width={nameWidth} onWidth={props.onWidth} />}
      </div>
      {cells.map((place) => (
        <Head key={place.id} place={place} {...props} />
      ))}
    </>
  );
}

function Head({ place, ...props }: Props & { readonly place: Place }) {
  const { id, isPinned } = place;
  const [isTarget, setTarget] = useState(false);
  return (
    <div
      className={`run-cell run-head-cell${isPinned ? " run-pinned" : ""}${isTarget ? " head-target" : ""}`}
      role="columnheader"
      aria-sort={orderOf(id, props.sort)}
      style={isPinned ? { insetInlineStart: place.left, width: place.width } : { left: place.left, width: place.width }}
      draggable
      onDragStart={(event) => {
        event.dataTransfer.setData(DRAGGED, id);
        event.dataTransfer.effectAllowed = "move";
      }}
      onDragOver={(event) => {
        if (!event.dataTransfer.types.includes(DRAGGED)) return;
        event.preventDefault();
        setTarget(true);
      }}
      onDragLeave={() => setTarget(false)}
      onDrop={(event) => {
        setTarget(false);
        const dragged = event.dataTransfer.getData(DRAGGED);
        event.preventDefault();
        if (dragged !== "" && dragged !== id) props.onMove(dragged, id);
      }}
      onKeyDown={(event) => {
        if (!event.altKey) return;
        if (event.key === "ArrowLeft" || event.key === "ArrowRight") {
          event.preventDefault();
          event.stopPropagation();
          props.onStep(id, event.key === "ArrowLeft" ? -1 : 1);
        } else if (event.code === "KeyP") {
          event.preventDefault();
          props.onPin(id);
        }
      }}
    >
      <SortButton id={id} title={titleOf(id)} sort={props.sort} onSort={props.onSort} />
      <Edge id={id} width={place.width} onWidth={props.onWidth} />
    </div>
  );
}

function orderOf(id: string, sort: Sort | null): "none" | "ascending" | "descending" {
  return sort?.id !== id ? "none" : sort.descending ? "descending" : "ascending";
}

interface SortProps {
  readonly id: string;
  readonly title: string;
  readonly sort: Sort | null;
  readonly onSort: (sort: Sort | null) => void;
}

function SortButton({ id, title, sort, onSort }: SortProps) {
  const kind = KINDS[columnOf(id)?.kind ?? "own"];
  const isSorted = sort?.id === id;
  const next = !isSorted ? { id, descending: true } : sort.descending ? { id, descending: false } : null;
  const move = id === "own.name" ? "" : "; drag or Alt and an arrow moves it, Alt P pins it";
  if (!isSortable(id)) {
    return (
      <button type="button" className="head-sort" aria-disabled title={`${kind} ${title}${move}`.trim()}>
        <span className="cut">{title}</span>
      </button>
    );
  }
  return (
    <button
      type="button"
      className="head-sort"
      onClick={() => onSort(next)}
      title={`${kind} ${title}: sort on the server${move}`.trim()}
    >
      <span className="cut">{title}</span>
      {isSorted && <Icon name={sort.descending ? "fall" : "up"} />}
    </button>
  );
}

interface EdgeProps {
  readonly id: string;
  readonly width: number;
  readonly onWidth: ColumnActs["onWidth"];
}

/** The edge of a head: a drag makes the column wider or narrower, a double click as usual again. */
function Edge({ id, width, onWidth }: EdgeProps) {
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: widths are for eyes and pointers
    <span
      className="head-edge"
      draggable
      onDragStart={(event) => {
        event.preventDefault();
        event.stopPropagation();
      }}
      onDoubleClick={() => onWidth(id, null, true)}
      onPointerDown={(event) => {
        const edge = event.currentTarget;
        const from = event.clientX;
        let last = width;
        edge.setPointerCapture(event.pointerId);
        const moved = (one: PointerEvent) => {
          last = Math.max(LEAST_PX, Math.round(width + one.clientX - from));
          onWidth(id, last, false);
        };
        const done = () => {
          edge.removeEventListener("pointermove", moved);
          if (last !== width) onWidth(id, last, true);
        };
        edge.addEventListener("pointermove", moved);
        edge.addEventListener("lostpointercapture", done, { once: true });
      }}
    />
  );
}
