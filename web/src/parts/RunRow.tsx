/**
 * A row of the run table. Rows are taken again for other runs as the table scrolls, so they are plain elements: no
 * function is made for a cell, and what is done to any of them is heard by the table.
 */

import { memo } from "react";
import type { FoundRun } from "../api/queries";
import { ago } from "../look/times";
import { ColourDot } from "./ColourDot";
import { Icon } from "./Icon";
import { cellOf, type Known } from "./runColumns";
import { Status } from "./Status";
import type { Place } from "./tableWindow";

/** A writer that said nothing for so long is called silent; it says something each ten seconds. */
const SILENT_AFTER_US = 60_000_000;

interface Props {
  readonly run: FoundRun;
  readonly id: string;
  readonly top: number;
  readonly place: number;
  readonly cells: readonly Place[];
  readonly nameWidth: number;
  readonly isNarrow: boolean;
  readonly isShown: boolean;
  readonly isSelected: boolean;
  readonly isEmphasised: boolean;
  readonly isFocused: boolean;
  readonly isIndented: boolean;
  readonly colour: string;
  readonly now_ms: number;
  readonly known: Known;
}

/** Where a run's page is. */
export function runAddress(uid: string): string {
  return `#/runs/${encodeURIComponent(uid)}`;
}

export const RunRow = memo(function RunRow(props: Props) {
  const { run, cells, isNarrow, isShown, isSelected, known, now_ms } = props;
  const name = run.display_name || run.name;
  const marks = `${isSelected ? " run-selected" : ""}${props.isEmphasised ? " run-emphasised" : ""}`;
  return (
    <div
      className={`run-row${marks}${props.isFocused ? " run-focused" : ""}${props.isIndented ? " run-indented" : ""}`}
      role="row"
      id={props.id}
      data-uid={run.uid}
      aria-rowindex={props.place + 2}
      aria-selected={isSelected}
      tabIndex={-1}
      style={{ transform: `translateY(${props.top}px)` }}
    >
      <div className="run-cell run-name" role="rowheader" style={isNarrow ? undefined : { width: props.nameWidth }}>
        <input
          type="checkbox"
          data-act="select"
          checked={isSelected}
          readOnly
          tabIndex={-1}
          aria-label={`Select ${name}`}
        />
        <button
          type="button"
          className="quiet eye"
          data-act="show"
          tabIndex={-1}
          aria-pressed={isShown}
          aria-label={`Show ${name} in charts`}
        >
          <Icon name={isShown ? "eye" : "closed"} />
        </button>
        <ColourDot run={run} colour={props.colour} isShown={isShown} />
        <a className="cut run-link" href={runAddress(run.uid)} tabIndex={-1}>
          {name}
        </a>
        {isNarrow && <Status status={run.status} message={run.status_message} isShort />}
      </div>
      {cells.map((place) => {
        const style = place.isPinned
          ? { insetInlineStart: place.left, width: place.width }
          : { left: place.left, width: place.width };
        const pin = place.isPinned ? " run-pinned" : "";
        if (place.id === "own.status") {
          return (
            <div key={place.id} className={`run-cell${pin}`} role="gridcell" style={style}>
              <Status status={run.status} message={run.status_message} />
              <Silence run={run} known={known} now_ms={now_ms} />
            </div>
          );
        }
        const cell = cellOf(run, place.id, now_ms, known);
        return (
          <div
            key={place.id}
            className={`run-cell cut${cell.isNumber ? " number" : ""}${pin}`}
            role="gridcell"
            data-column={place.id}
            style={style}
          >
            {cell.text}
          </div>
        );
      })}
    </div>
  );
});

/** How long nothing was heard of a run that goes on. It may be a network: nobody says that it crashed. */
function Silence({ run, known, now_ms }: { run: FoundRun; known: Known; now_ms: number }) {
  if (run.status !== "InProgress") return null;
  const heard_us = known.attemptOf(run.uid)?.heard_us;
  if (heard_us === undefined || heard_us === null || now_ms * 1000 - heard_us < SILENT_AFTER_US) return null;
  return <span className="silence">silent since {ago(heard_us, now_ms).replace(" ago", "")}</span>;
}
