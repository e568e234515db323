/**
 * The table of runs. Rows and columns are made only where they are looked at, so that 10,000 runs of 100 columns scroll
 * as ten do.
 */

import { Link } from "@tanstack/react-router";
import {
  type ColumnDef,
  columnResizingFeature,
  columnSizingFeature,
  columnVisibilityFeature,
  tableFeatures,
  useTable,
} from "@tanstack/react-table";
import { useVirtualizer } from "@tanstack/react-virtual";
import { memo, useEffect, useMemo, useRef } from "react";
import type { FoundRun } from "../api/queries";
import type { Sort } from "../url/fields";
import { Icon } from "./Icon";
import { cellOf, titleOf } from "./runColumns";
import { Status } from "./Status";

/** What a row says of itself beside its run. */
export interface RowMarks {
  readonly isShown: (uid: string) => boolean;
  readonly isSelected: (uid: string) => boolean;
  readonly colourOf: (uid: string) => string;
}

interface Props extends RowMarks {
  readonly runs: readonly FoundRun[];
  /** How many there are in all, as far as that is known. */
  readonly columns: readonly string[];
  readonly isNarrow: boolean;
  readonly sort: Sort | null;
  readonly emphasis: string | null;
  readonly now_ms: number;
  readonly onSort: (sort: Sort | null) => void;
  readonly onShow: (uid: string) => void;
  readonly onSelect: (uid: string, isRange: boolean) => void;
  readonly onEmphasis: (uid: string | null) => void;
  readonly onEnd: () => void;
}

const ROW = 28;
const NAME_WIDTH = 232;
const features = tableFeatures({ columnResizingFeature, columnSizingFeature, columnVisibilityFeature });
type Definition = ColumnDef<typeof features, FoundRun>;

function widthOf(id: string): number {
  if (id === "own.created" || id === "own.ended") return 128;
  if (id === "own.status") return 104;
  return Math.min(200, Math.max(92, titleOf(id).length * 7.2 + 28));
}

export function RunTable(props: Props) {
  const { runs, columns, isNarrow, sort, onSort, onEnd, emphasis } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const definitions = useMemo<Definition[]>(
    () =>
      columns.map((id) => ({
        id,
        accessorFn: (run) => cellOf(run, id, 0).text,
        header: titleOf(id),
        size: widthOf(id),
        minSize: 60,
      })),
    [columns],
  );
  const table = useTable({
    features,
    columns: definitions,
    data: runs as FoundRun[],
    getRowId: (run) => run.uid,
    columnResizeMode: "onChange",
  });
  const rows = table.getRowModel().rows;
  const leaves = table.getVisibleLeafColumns();
  const lines = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW,
    overscan: 12,
  });
  const across = useVirtualizer({
    horizontal: true,
    count: isNarrow ? 0 : leaves.length,
    getScrollElement: () => scroller.current,
    estimateSize: (at) => leaves[at]?.getSize() ?? 100,
    overscan: 3,
    paddingStart: NAME_WIDTH,
  });
  const sizes = leaves.map((one) => one.getSize()).join();
  // biome-ignore lint/correctness/useExhaustiveDependencies: measured anew when a width changed
  useEffect(() => across.measure(), [sizes, isNarrow]);

  const lineItems = lines.getVirtualItems();
  const last = lineItems[lineItems.length - 1]?.index ?? 0;
  useEffect(() => {
    if (last >= rows.length - 50) onEnd();
  }, [last, rows.length, onEnd]);

  const cells = isNarrow ? [] : across.getVirtualItems();
  const places = cells.map((cell) => `${cell.index}:${cell.start}:${cell.size}`).join();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the same places keep their array, so that rows need not be drawn again
  const shownCells = useMemo<readonly CellPlace[]>(
    () => cells.map((cell) => ({ id: leaves[cell.index]?.id ?? "", start: cell.start, size: cell.size })),
    [places, columns],
  );
  const width = isNarrow ? "100%" : Math.max(across.getTotalSize(), NAME_WIDTH);
  return (
    <div
      className={`run-table${isNarrow ? " run-table-narrow" : ""}`}
      ref={scroller}
      role="table"
      aria-label="Runs"
      aria-rowcount={rows.length + 1}
      aria-colcount={isNarrow ? 1 : leaves.length + 1}
    >
      <div className="run-head" role="row" aria-rowindex={1} style={{ width }}>
        <Head
          id="own.name"
          title="Run"
          sort={sort}
          onSort={onSort}
          style={isNarrow ? { flex: 1 } : { width: NAME_WIDTH }}
          isName
        />
        {shownCells.map((cell) => {
          const column = leaves.find((one) => one.id === cell.id);
          const header = table.getFlatHeaders().find((one) => one.column.id === cell.id);
          if (column === undefined) return null;
          return (
            <Head
              key={cell.id}
              id={cell.id}
              title={titleOf(cell.id)}
              sort={sort}
              onSort={onSort}
              style={{ left: cell.start, width: cell.size }}
              {...(header === undefined ? {} : { onResize: header.getResizeHandler() })}
            />
          );
        })}
      </div>
      <div className="run-rows" role="rowgroup" style={{ height: lines.getTotalSize(), width }}>
        {lineItems.map((item) => {
          const run = rows[item.index]?.original;
          if (run === undefined) return null;
          return (
            <Row
              key={run.uid}
              run={run}
              top={item.start}
              place={item.index}
              cells={shownCells}
              isNarrow={isNarrow}
              isShown={props.isShown(run.uid)}
              isSelected={props.isSelected(run.uid)}
              isEmphasised={emphasis === run.uid}
              colour={props.colourOf(run.uid)}
              now_ms={run.status === "InProgress" ? props.now_ms : 0}
              onShow={props.onShow}
              onSelect={props.onSelect}
              onEmphasis={props.onEmphasis}
            />
          );
        })}
      </div>
    </div>
  );
}

interface CellPlace {
  readonly id: string;
  readonly start: number;
  readonly size: number;
}

interface HeadProps {
  readonly id: string;
  readonly title: string;
  readonly sort: Sort | null;
  readonly onSort: (sort: Sort | null) => void;
  readonly style: React.CSSProperties;
  readonly isName?: boolean;
  readonly onResize?: (event: unknown) => void;
}

function Head({ id, title, sort, onSort, style, isName = false, onResize }: HeadProps) {
  const isSorted = sort?.id === id;
  const next = !isSorted ? { id, descending: true } : sort.descending ? { id, descending: false } : null;
  const order = !isSorted ? "none" : sort.descending ? "descending" : "ascending";
  const kind = id.startsWith("metrics.")
    ? "metric"
    : id.startsWith("params.")
      ? "parameter"
      : id.startsWith("tags.")
        ? "tag"
        : "";
  return (
    <div
      className={`run-cell run-head-cell${isName ? " run-name" : ""}`}
      role="columnheader"
      aria-sort={order}
      style={style}
    >
      <button
        type="button"
        className="head-sort"
        onClick={() => onSort(next)}
        title={`${kind} ${title}: sort on the server`.trim()}
      >
        <span className="cut">{title}</span>
        {isSorted && <Icon name={sort.descending ? "fall" : "up"} />}
      </button>
      {onResize !== undefined && (
        // biome-ignore lint/a11y/noStaticElementInteractions: widths are for eyes and pointers
        <span className="head-edge" onMouseDown={onResize} onTouchStart={onResize} />
      )}
    </div>
  );
}

interface RowProps {
  readonly run: FoundRun;
  readonly top: number;
  readonly place: number;
  readonly cells: readonly CellPlace[];
  readonly isNarrow: boolean;
  readonly isShown: boolean;
  readonly isSelected: boolean;
  readonly isEmphasised: boolean;
  readonly colour: string;
  readonly now_ms: number;
  readonly onShow: (uid: string) => void;
  readonly onSelect: (uid: string, isRange: boolean) => void;
  readonly onEmphasis: (uid: string | null) => void;
}

const Row = memo(function Row(props: RowProps) {
  const { run, cells, isNarrow, isShown, isSelected, colour, now_ms } = props;
  const name = run.display_name || run.name;
  return (
    <div
      className={`run-row${isSelected ? " run-selected" : ""}${props.isEmphasised ? " run-emphasised" : ""}`}
      role="row"
      aria-rowindex={props.place + 2}
      style={{ transform: `translateY(${props.top}px)` }}
      onPointerEnter={() => props.onEmphasis(run.uid)}
      onPointerLeave={() => props.onEmphasis(null)}
    >
      <div className="run-cell run-name" role="rowheader" style={isNarrow ? { flex: 1 } : { width: NAME_WIDTH }}>
        <input
          type="checkbox"
          checked={isSelected}
          aria-label={`Select ${name}`}
          onClick={(event) => props.onSelect(run.uid, event.shiftKey)}
          onChange={() => {}}
        />
        <button
          type="button"
          className="quiet eye"
          aria-pressed={isShown}
          aria-label={`Show ${name} in charts`}
          title={isShown ? "Hide in charts" : "Show in charts"}
          onClick={() => props.onShow(run.uid)}
        >
          <Icon name={isShown ? "eye" : "closed"} />
        </button>
        <span
          className="dot"
          style={isShown ? { background: colour } : { boxShadow: "inset 0 0 0 1px var(--line-strong)" }}
        />
        <Link className="cut run-link" to="/runs/$uid" params={{ uid: run.uid }} title={name}>
          {name}
        </Link>
        {isNarrow && <Status status={run.status} message={run.status_message} isShort />}
      </div>
      {cells.map(({ id, start, size }) => {
        if (id === "own.status") {
          return (
            <div key={id} className="run-cell" role="cell" style={{ left: start, width: size }}>
              <Status status={run.status} message={run.status_message} />
            </div>
          );
        }
        const cell = cellOf(run, id, now_ms);
        return (
          <div
            key={id}
            className={`run-cell cut${cell.isNumber ? " number" : ""}`}
            role="cell"
            title={cell.title}
            style={{ left: start, width: size }}
          >
            {cell.text}
          </div>
        );
      })}
    </div>
  );
});
