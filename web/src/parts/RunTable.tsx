/**
 * The table of runs. Rows and columns are made only where they are looked at, and rows are taken again for others as it
 * scrolls, so that 10,000 runs of 100 columns scroll as ten do. What is done to a row is heard here, once for all.
 */

import { memo, useCallback, useEffect, useId, useMemo, useRef, useState } from "react";
import type { FoundRun } from "../api/queries";
import type { Sort } from "../url/fields";
import { GroupRow } from "./GroupRow";
import { RunRow, runAddress } from "./RunRow";
import { cellOf, type Known, titleOf } from "./runColumns";
import { groupCellOf, type Line } from "./runGroups";
import { type ColumnActs, TableHead } from "./TableHead";
import { placesIn, placesOf, ROW_PX, useTableWindow } from "./tableWindow";

/** What a row says of itself beside its run; other functions where it says something else. */
export interface RowMarks {
  readonly isShown: (uid: string) => boolean;
  readonly isSelected: (uid: string) => boolean;
  readonly colourOf: (uid: string) => string;
  readonly isGroupShown: (key: string) => boolean;
  readonly groupColourOf: (key: string) => string;
}

/** What can be done to rows. */
export interface RowActs {
  readonly onShow: (uid: string) => void;
  readonly onShowGroup: (key: string) => void;
  readonly onOpenGroup: (key: string) => void;
  readonly onSelect: (uid: string, isRange: boolean) => void;
  readonly onSelectAll: () => void;
  readonly onSelectSome: (uids: readonly string[]) => void;
  readonly onEmphasis: (uid: string | null) => void;
}

interface Props extends RowMarks, RowActs, ColumnActs {
  readonly lines: readonly Line[];
  readonly columns: readonly string[];
  readonly pinned: readonly string[];
  readonly widths: Readonly<Record<string, number>>;
  readonly isNarrow: boolean;
  readonly sort: Sort | null;
  readonly selected: "none" | "some" | "all";
  readonly emphasis: string | null;
  readonly now_ms: number;
  readonly known: Known;
  readonly onEnd: () => void;
  /** Told which runs are looked at, when these are others. */
  readonly onSeen: (runs: readonly FoundRun[]) => void;
}

const NAME_PX = 232;
const NAME_PHONE_PX = 176;
/** A mean and its deviation. */
const GROUP_PX = 132;
const PHONE = matchMedia("(max-width: 720px)");

/** How wide a column is where nobody said otherwise. */
function usualWidth(id: string): number {
  if (id === "own.name") return PHONE.matches ? NAME_PHONE_PX : NAME_PX;
  if (id === "own.created" || id === "own.ended") return 128;
  if (id === "own.status") return 112;
  return Math.min(200, Math.max(92, titleOf(id).length * 7.2 + 28));
}

function keyOf(line: Line): string {
  return "run" in line ? line.run.uid : `group ${line.group.key}`;
}

export const RunTable = memo(function RunTable(props: Props) {
  const { lines, columns, pinned, widths, isNarrow, emphasis, known, onEnd, onSeen } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const { seen, isScrolling } = useTableWindow(scroller);
  const base = useId();
  const nameWidth = widths["own.name"] ?? usualWidth("own.name");
  const isGrouped = lines[0] !== undefined && "group" in lines[0];
  const { places, width } = useMemo(
    () =>
      isNarrow
        ? { places: [], width: 0 }
        : placesOf(
            columns,
            pinned,
            nameWidth,
            (id) => widths[id] ?? Math.max(usualWidth(id), isGrouped && !id.startsWith("own.") ? GROUP_PX : 0),
          ),
    [columns, pinned, widths, nameWidth, isNarrow, isGrouped],
  );
  const { from_px, to_px } = seen;
  const cells = useMemo(() => placesIn(places, from_px, to_px), [places, from_px, to_px]);
  const end = Math.min(seen.end, lines.length);
  const first = Math.min(seen.first, Math.max(0, end - 1));
  useEffect(() => {
    if (end >= lines.length - 50) onEnd();
  }, [end, lines.length, onEnd]);
  useEffect(() => {
    onSeen(lines.slice(first, end).flatMap((line) => ("run" in line ? [line.run] : [])));
  }, [lines, first, end, onSeen]);

  const [cursor, setCursor] = useCursor(lines, scroller);
  const acts = useActs(props, lines, scroller, isScrolling, cursor, setCursor);
  const focused = cursor < 0 ? undefined : lines[cursor];
  const rows: React.ReactNode[] = [];
  for (let place = first; place < end; place += 1) {
    const line = lines[place];
    if (line === undefined) break;
    const common = {
      id: `${base}${place}`,
      top: place * ROW_PX,
      place,
      cells,
      nameWidth,
      isNarrow,
      isFocused: place === cursor,
      known,
    };
    const slot = place % seen.slots;
    if ("group" in line) {
      const { group } = line;
      rows.push(
        <GroupRow
          key={`group ${slot}`}
          {...common}
          group={group}
          isOpen={line.isOpen}
          isShown={props.isGroupShown(group.key)}
          isSelected={group.runs.every((run) => props.isSelected(run.uid))}
          colour={props.groupColourOf(group.key)}
        />,
      );
    } else {
      const { run } = line;
      rows.push(
        <RunRow
          key={slot}
          {...common}
          run={run}
          isShown={props.isShown(run.uid)}
          isSelected={props.isSelected(run.uid)}
          isEmphasised={emphasis === run.uid}
          isIndented={isGrouped}
          colour={props.colourOf(run.uid)}
          now_ms={run.status === "InProgress" ? props.now_ms : 0}
        />,
      );
    }
  }
  const across = isNarrow ? "100%" : Math.max(width, nameWidth);
  return (
    <div
      className={`run-table${isNarrow ? " run-table-narrow" : ""}`}
      ref={scroller}
      role="grid"
      aria-label="Runs"
      aria-multiselectable
      aria-rowcount={lines.length + 1}
      aria-colcount={places.length + 1}
      aria-activedescendant={focused === undefined || cursor < first || cursor >= end ? undefined : `${base}${cursor}`}
      tabIndex={0}
      {...acts}
    >
      <div className="run-head" role="row" aria-rowindex={1} style={{ width: across }}>
        <TableHead
          cells={cells}
          nameWidth={nameWidth}
          isNarrow={isNarrow}
          sort={props.sort}
          selected={props.selected}
          onSelectAll={props.onSelectAll}
          onSort={props.onSort}
          onMove={props.onMove}
          onStep={props.onStep}
          onPin={props.onPin}
          onWidth={props.onWidth}
        />
      </div>
      <div className="run-rows" role="rowgroup" style={{ height: lines.length * ROW_PX, width: across }}>
        {rows}
      </div>
    </div>
  );
});

/** The line that keys act on: the same run where lines change, and always in sight once it moved. */
function useCursor(lines: readonly Line[], scroller: React.RefObject<HTMLDivElement | null>) {
  const [key, setKey] = useState<string | null>(null);
  const place = useMemo(() => (key === null ? -1 : lines.findIndex((line) => keyOf(line) === key)), [lines, key]);
  const move = useCallback(
    (to: number, isSeen: boolean) => {
      const line = lines[to];
      if (line === undefined) return;
      setKey(keyOf(line));
      const box = scroller.current;
      if (!isSeen || box === null) return;
      const top = to * ROW_PX;
      // The head, a row high, lies over the first row that is in sight.
      if (top < box.scrollTop) box.scrollTop = top;
      else if (top + 2 * ROW_PX > box.scrollTop + box.clientHeight) box.scrollTop = top + 2 * ROW_PX - box.clientHeight;
    },
    [lines, scroller],
  );
  return [place, move] as const;
}

/** Have the browser say all of what stands in a cell that is pointed at. */
function tell(target: HTMLElement, line: Line, { now_ms, known }: Props): void {
  const cell = target.closest<HTMLElement>("[data-column]");
  const id = cell?.dataset.column;
  if (cell !== null && id !== undefined) {
    cell.title = "run" in line ? cellOf(line.run, id, now_ms, known).title : groupCellOf(line.group, id, known).title;
  } else if ("run" in line && target.matches(".run-link")) target.title = line.run.display_name || line.run.name;
}

function useActs(
  props: Props,
  lines: readonly Line[],
  scroller: React.RefObject<HTMLDivElement | null>,
  isScrolling: () => boolean,
  cursor: number,
  setCursor: (to: number, isSeen: boolean) => void,
) {
  const latest = useRef({ props, lines, cursor, setCursor });
  latest.current = { props, lines, cursor, setCursor };
  const pointed = useRef<string | null>(null);
  return useMemo(() => {
    const act = (what: string | undefined, line: Line, isRange: boolean) => {
      const { props } = latest.current;
      if ("run" in line) {
        if (what === "select") props.onSelect(line.run.uid, isRange);
        else if (what === "show") props.onShow(line.run.uid);
      } else if (what === "open") props.onOpenGroup(line.group.key);
      else if (what === "show") props.onShowGroup(line.group.key);
      else if (what === "select") props.onSelectSome(line.group.runs.map((run) => run.uid));
    };
    const placeOf = (target: EventTarget) => {
      const row = (target as HTMLElement).closest(".run-row");
      return row === null ? -1 : Number(row.getAttribute("aria-rowindex")) - 2;
    };
    return {
      onClick: (event: React.MouseEvent) => {
        const place = placeOf(event.target);
        const line = latest.current.lines[place];
        if (line === undefined) return;
        latest.current.setCursor(place, false);
        const what = (event.target as HTMLElement).closest<HTMLElement>("[data-act]")?.dataset.act;
        if (what !== undefined) act(what, line, event.shiftKey);
        else if ("group" in line) act("open", line, false);
      },
      onMouseDown: (event: React.MouseEvent) => {
        // The focus stays with the table: a row's element is another run's when the table scrolls.
        if ((event.target as HTMLElement).closest("[data-act]") === null) return;
        event.preventDefault();
        scroller.current?.focus({ preventScroll: true });
      },
      onPointerOver: (event: React.PointerEvent) => {
        if (isScrolling()) return;
        const { props } = latest.current;
        const line = latest.current.lines[placeOf(event.target)];
        const uid = line !== undefined && "run" in line ? line.run.uid : null;
        if (uid !== pointed.current) {
          pointed.current = uid;
          props.onEmphasis(uid);
        }
        if (line !== undefined) tell(event.target as HTMLElement, line, props);
      },
      onPointerLeave: () => {
        pointed.current = null;
        latest.current.props.onEmphasis(null);
      },
      onKeyDown: (event: React.KeyboardEvent) => {
        const { lines, cursor, setCursor, props } = latest.current;
        const target = event.target as HTMLElement;
        if (target.closest(".run-head") !== null || event.altKey) return;
        const line = lines[cursor];
        const isOther = event.ctrlKey || event.metaKey;
        const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / ROW_PX) - 2);
        const to = {
          ArrowDown: cursor + 1,
          ArrowUp: cursor < 0 ? 0 : cursor - 1,
          PageDown: cursor + page,
          PageUp: cursor - page,
          Home: 0,
          End: lines.length - 1,
        }[event.key];
        if (to !== undefined && !isOther) {
          event.preventDefault();
          const place = Math.max(0, Math.min(lines.length - 1, to));
          setCursor(place, true);
          const next = lines[place];
          if (event.shiftKey && next !== undefined && "run" in next) {
            if (line !== undefined && "run" in line && !props.isSelected(line.run.uid)) act("select", line, false);
            act("select", next, true);
          }
        } else if (event.key === "a" && isOther) {
          event.preventDefault();
          props.onSelectAll();
        } else if (line === undefined || isOther) return;
        else if (event.key === " ") {
          event.preventDefault();
          act("select", line, event.shiftKey);
        } else if (event.key === "e") act("show", line, false);
        else if ("group" in line) {
          const isTurning = event.key === (line.isOpen ? "ArrowLeft" : "ArrowRight") || event.key === "Enter";
          if (!isTurning) return;
          event.preventDefault();
          act("open", line, false);
        } else if (event.key === "Enter" && target.tagName !== "A") location.hash = runAddress(line.run.uid);
      },
    };
  }, [scroller, isScrolling]);
}
