/** The head of a group in the run table: what its runs share, how many they are, their means. */

import { memo } from "react";
import { count, many } from "../look/numbers";
import { Icon } from "./Icon";
import type { Known } from "./runColumns";
import { type Group, groupCellOf } from "./runGroups";
import type { Place } from "./tableWindow";

interface Props {
  readonly group: Group;
  readonly isOpen: boolean;
  readonly isShown: boolean;
  readonly isSelected: boolean;
  readonly isFocused: boolean;
  readonly colour: string;
  readonly id: string;
  readonly top: number;
  readonly place: number;
  readonly cells: readonly Place[];
  readonly nameWidth: number;
  readonly isNarrow: boolean;
  readonly known: Known;
}

/** What a group is called. */
export function groupName(group: Group): string {
  return group.values.join(" · ");
}

export const GroupRow = memo(function GroupRow(props: Props) {
  const { group, cells, isNarrow, isShown } = props;
  const name = groupName(group);
  return (
    <div
      className={`run-row group-row${props.isFocused ? " run-focused" : ""}${props.isSelected ? " run-selected" : ""}`}
      role="row"
      id={props.id}
      data-group={group.key}
      aria-rowindex={props.place + 2}
      aria-expanded={props.isOpen}
      aria-selected={props.isSelected}
      tabIndex={-1}
      style={{ transform: `translateY(${props.top}px)` }}
    >
      <div className="run-cell run-name" role="rowheader" style={isNarrow ? undefined : { width: props.nameWidth }}>
        <button
          type="button"
          className={`quiet chevron${props.isOpen ? " chevron-open" : ""}`}
          data-act="open"
          tabIndex={-1}
          aria-label={`${props.isOpen ? "Close" : "Open"} ${name}`}
        >
          <Icon name="right" />
        </button>
        <input
          type="checkbox"
          data-act="select"
          checked={props.isSelected}
          readOnly
          tabIndex={-1}
          aria-label={`Select the group ${name}`}
        />
        <button
          type="button"
          className="quiet eye"
          data-act="show"
          tabIndex={-1}
          aria-pressed={isShown}
          aria-label={`Show the group ${name} in charts`}
        >
          <Icon name={isShown ? "eye" : "closed"} />
        </button>
        <span
          className="dot"
          style={isShown ? { background: props.colour } : { boxShadow: "inset 0 0 0 1px var(--line-strong)" }}
        />
        <span className="cut group-name" title={name}>
          {name}
        </span>
        <span className="dim group-count" title={many(group.runs.length, "run")}>
          {count(group.runs.length)}
        </span>
      </div>
      {cells.map((place) => {
        const cell = groupCellOf(group, place.id, props.known);
        return (
          <div
            key={place.id}
            className={`run-cell cut${cell.isNumber ? " number" : ""}${place.isPinned ? " run-pinned" : ""}`}
            role="gridcell"
            data-column={place.id}
            style={
              place.isPinned
                ? { insetInlineStart: place.left, width: place.width }
                : { left: place.left, width: place.width }
            }
          >
            {cell.text}
          </div>
        );
      })}
    </div>
  );
});
