/** Columns of the run table: which there can be, which are shown, and what stands in their cells. */

import { fromWire, numberOf } from "../api/numbers";
import type { FoundRun } from "../api/queries";
import { byName } from "../charts/sections";
import { full, short } from "../look/numbers";
import { duration, iso, minute } from "../look/times";
import { columnId, columnOf, type Kind } from "../url/fields";
import { isOwnTag } from "./tags";

/** What stands in a cell: the text, all of it, and how it is set. */
export interface Cell {
  readonly text: string;
  readonly title: string;
  readonly isNumber: boolean;
}

const EMPTY: Cell = { text: "", title: "", isNumber: false };

/** Names that some runs have, in order. */
export interface Names {
  readonly params: readonly string[];
  readonly metrics: readonly string[];
  readonly tags: readonly string[];
}

/** The names of parameters, metrics and tags that these runs have. */
export function namesOf(runs: readonly FoundRun[]): Names {
  const found = { params: new Set<string>(), metrics: new Set<string>(), tags: new Set<string>() };
  for (const run of runs) {
    for (const name in run.parameters) found.params.add(name);
    for (const name in run.metrics) found.metrics.add(name);
    for (const name in run.tags) if (!isOwnTag(name)) found.tags.add(name);
  }
  const ordered = (names: Set<string>) => [...names].sort(byName);
  return { params: ordered(found.params), metrics: ordered(found.metrics), tags: ordered(found.tags) };
}

export const OWN_COLUMNS: Readonly<Record<string, string>> = {
  "own.status": "State",
  "own.created": "Created",
  "own.duration": "Duration",
  "own.ended": "Ended",
  "own.description": "Description",
};

/** What a column is called at its head. */
export function titleOf(id: string): string {
  return OWN_COLUMNS[id] ?? columnOf(id)?.name ?? id;
}

/** Every column that these names make. */
export function allColumns(names: Names): string[] {
  const [first = "", ...others] = Object.keys(OWN_COLUMNS);
  return [
    first,
    ...names.metrics.map((name) => columnId({ kind: "metrics", name })),
    ...names.params.map((name) => columnId({ kind: "params", name })),
    ...names.tags.map((name) => columnId({ kind: "tags", name })),
    ...others,
  ];
}

/** Columns that are shown where nobody chose any. */
export function usualColumns(names: Names): string[] {
  return allColumns(names).filter((id) => id !== "own.ended" && id !== "own.description");
}

/** Those columns in which these runs are not all the same. */
export function differingColumns(ids: readonly string[], runs: readonly FoundRun[]): string[] {
  return ids.filter((id) => {
    const first = runs[0];
    if (first === undefined) return true;
    const text = cellOf(first, id, 0).title;
    return runs.some((run) => cellOf(run, id, 0).title !== text);
  });
}

/** What stands in a cell. */
export function cellOf(run: FoundRun, id: string, now_ms: number): Cell {
  const dot = id.indexOf(".");
  const kind = id.slice(0, dot) as Kind;
  const name = id.slice(dot + 1);
  if (kind === "metrics") return valueCell(run.metrics[name]);
  if (kind === "params") return valueCell(run.parameters[name]);
  if (kind === "tags") return textCell(run.tags[name] ?? "");
  return ownCell(run, name, now_ms);
}

function ownCell(run: FoundRun, name: string, now_ms: number): Cell {
  if (name === "status") return textCell(run.status ?? "Created");
  if (name === "created") return timeCell(run.created_us);
  if (name === "ended") return run.end_us === null ? EMPTY : timeCell(run.end_us);
  if (name === "description") return textCell(run.description);
  if (name !== "duration" || run.start_us === null) return EMPTY;
  const end_us = run.end_us ?? (run.status === "InProgress" ? now_ms * 1000 : null);
  if (end_us === null) return EMPTY;
  const seconds = (end_us - run.start_us) / 1e6;
  return { text: duration(seconds), title: `${seconds.toFixed(3)} s`, isNumber: true };
}

/** A value that was logged, as a cell. */
export function valueCell(value: unknown): Cell {
  if (value === undefined || value === null) return EMPTY;
  const number = numberOf(value);
  if (number !== undefined) return { text: short(number), title: full(number), isNumber: true };
  if (typeof value === "string") return textCell(value);
  return textCell(JSON.stringify(fromWire(value)));
}

function textCell(text: string): Cell {
  return { text, title: text, isNumber: false };
}

function timeCell(time_us: number): Cell {
  return { text: minute(time_us, Date.now()), title: iso(time_us), isNumber: false };
}
