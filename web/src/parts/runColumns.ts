/** Columns of the run table: which there can be, which are shown, and what stands in their cells. */

import { fromWire, numberOf } from "../api/numbers";
import type { Attempt, FoundRun, Summary } from "../api/queries";
import { byName } from "../charts/sections";
import { full, short } from "../look/numbers";
import { duration, iso, minute } from "../look/times";
import { columnId, columnOf, type Field, type Figure } from "../url/fields";
import { isOwnTag } from "./tags";

/** What stands in a cell: the text, all of it, and how it is set. */
export interface Cell {
  readonly text: string;
  readonly title: string;
  readonly isNumber: boolean;
}

/** What is known of a run beside what a search says, where it was asked for. */
export interface Known {
  readonly summaryOf: (uid: string, metric: string) => Summary | undefined;
  readonly attemptOf: (uid: string) => Attempt | undefined;
}

const EMPTY: Cell = { text: "", title: "", isNumber: false };
export const NOTHING_KNOWN: Known = { summaryOf: () => undefined, attemptOf: () => undefined };

/** Names that some runs have, in order. */
export interface Names {
  readonly params: readonly string[];
  readonly metrics: readonly string[];
  readonly tags: readonly string[];
}

interface NameSets {
  readonly params: Set<string>;
  readonly metrics: Set<string>;
  readonly tags: Set<string>;
}

/** The names of parameters, metrics and tags that these runs have. */
export function namesOf(runs: readonly FoundRun[]): Names {
  return inOrder([setsOf(runs)]);
}

const setsByPage = new WeakMap<readonly FoundRun[], NameSets>();

/** The same of runs in pages; a page that was looked through once is not looked through again. */
export function namesOfPages(pages: readonly (readonly FoundRun[])[]): Names {
  return inOrder(
    pages.map((page) => {
      const found = setsByPage.get(page) ?? setsOf(page);
      setsByPage.set(page, found);
      return found;
    }),
  );
}

function setsOf(runs: readonly FoundRun[]): NameSets {
  const found = { params: new Set<string>(), metrics: new Set<string>(), tags: new Set<string>() };
  for (const run of runs) {
    for (const name in run.parameters) found.params.add(name);
    for (const name in run.metrics) found.metrics.add(name);
    for (const name in run.tags) if (!isOwnTag(name)) found.tags.add(name);
  }
  return found;
}

function inOrder(sets: readonly NameSets[]): Names {
  const ordered = (kind: keyof NameSets) => [...new Set(sets.flatMap((one) => [...one[kind]]))].sort(byName);
  return { params: ordered("params"), metrics: ordered("metrics"), tags: ordered("tags") };
}

/** So many runs are looked through for values, and so many values are told. */
const LOOKED_THROUGH = 2000;
const MOST_VALUES = 50;

/** The values that some of these runs have of a parameter or a tag, as a filter writes them. */
export function valuesOf(runs: readonly FoundRun[], kind: "params" | "tags", name: string): string[] {
  const found = new Set<string>();
  for (const run of runs.slice(0, LOOKED_THROUGH)) {
    const value = kind === "tags" ? run.tags[name] : (run.parameters as Readonly<Record<string, unknown>>)[name];
    if (typeof value === "string") found.add(`'${value.replaceAll("'", "''")}'`);
    else if (typeof value === "number" || typeof value === "boolean") found.add(String(value));
    if (found.size >= MOST_VALUES) break;
  }
  return [...found].sort(byName);
}

export const OWN_COLUMNS: Readonly<Record<string, string>> = {
  "own.status": "State",
  "own.created": "Created",
  "own.duration": "Duration",
  "own.ended": "Ended",
  "own.user": "User",
  "own.host": "Host",
  "own.job": "Job",
  "own.description": "Description",
};
const UNUSUAL = new Set(["own.ended", "own.user", "own.host", "own.job", "own.description"]);
/** Columns that the last attempt at a run says. */
export const OF_ATTEMPT: readonly string[] = ["own.user", "own.host", "own.job"];

/** Columns that no writer of this version says anything in: shown where an address names them, offered to nobody. */
const UNSAID = new Set(["own.user", "own.job"]);

const FIGURE_TITLES: Readonly<Record<Figure, string>> = {
  last: "last",
  min: "min",
  max: "max",
  mean: "mean",
  first: "first",
  count: "points",
  best: "best",
  best_step: "best step",
};

/** What a figure of a metric is called. */
export function figureTitle(figure: Figure): string {
  return FIGURE_TITLES[figure];
}

/** What a column is called at its head. */
export function titleOf(id: string): string {
  const field = columnOf(id);
  if (field?.figure !== undefined) return `${field.name} ${FIGURE_TITLES[field.figure]}`;
  return OWN_COLUMNS[id] ?? field?.name ?? id;
}

/** Every column that these names make, of metrics the last value alone. */
export function allColumns(names: Names): string[] {
  const [first = "", ...others] = Object.keys(OWN_COLUMNS);
  return [
    first,
    ...names.metrics.map((name) => columnId({ kind: "metrics", name })),
    ...names.params.map((name) => columnId({ kind: "params", name })),
    ...names.tags.map((name) => columnId({ kind: "tags", name })),
    ...others.filter((id) => !UNSAID.has(id)),
  ];
}

/** Columns that are shown where nobody chose any. */
export function usualColumns(names: Names): string[] {
  return allColumns(names).filter((id) => !UNUSUAL.has(id));
}

/** Those columns in which these runs are not all the same; a column that only some runs have is not the same. */
export function differingColumns(ids: readonly string[], runs: readonly FoundRun[]): string[] {
  const [first] = runs;
  return first === undefined ? [...ids] : ids.filter((id) => isDiffering(id, first, runs));
}

function isDiffering(id: string, first: FoundRun, runs: readonly FoundRun[]): boolean {
  const field = columnOf(id);
  if (field === null || field.figure !== undefined || OF_ATTEMPT.includes(id)) return true;
  const wanted = rawOf(first, field);
  const text = typeof wanted === "object" ? JSON.stringify(wanted) : undefined;
  return runs.some((run) => {
    const value = rawOf(run, field);
    return value !== wanted && (text === undefined || JSON.stringify(value) !== text);
  });
}

/** What a run has in a column, as the server gave it; undefined where it has nothing. */
export function rawOf(run: FoundRun, field: Field): unknown {
  if (field.kind === "metrics") return run.metrics[field.name];
  if (field.kind === "params") return run.parameters[field.name];
  if (field.kind === "tags") return run.tags[field.name];
  if (field.name === "status") return run.status ?? "Created";
  if (field.name === "created") return run.created_us;
  if (field.name === "ended") return run.end_us;
  if (field.name === "description") return run.description;
  if (field.name === "duration") return run.end_us === null || run.start_us === null ? null : run.end_us - run.start_us;
  return undefined;
}

const fields = new Map<string, Field | null>();

function fieldOf(id: string): Field | null {
  let found = fields.get(id);
  if (found === undefined) {
    found = columnOf(id);
    fields.set(id, found);
  }
  return found;
}

const cells = new WeakMap<FoundRun, Map<string, Cell>>();

/** What stands in a cell. What does not change with the time is written once for each run. */
export function cellOf(run: FoundRun, id: string, now_ms: number, known: Known = NOTHING_KNOWN): Cell {
  const field = fieldOf(id);
  if (field === null) return EMPTY;
  if (field.figure !== undefined) return figureCell(known.summaryOf(run.uid, field.name), run, field);
  if (id === "own.duration" || OF_ATTEMPT.includes(id)) return ownCell(run, field.name, now_ms, known);
  let kept = cells.get(run);
  if (kept === undefined) {
    kept = new Map();
    cells.set(run, kept);
  }
  let cell = kept.get(id);
  if (cell === undefined) {
    cell = field.kind === "own" ? ownCell(run, field.name, now_ms, known) : valueCell(rawOf(run, field));
    kept.set(id, cell);
  }
  return cell;
}

/** The number that a figure of a metric is; undefined where it has none, or nobody said what is best. */
export function figureOf(summary: Summary | undefined, run: FoundRun, { name, figure }: Field): number | undefined {
  if (summary === undefined) return undefined;
  if (figure === "best" || figure === "best_step") {
    const goal = (run.goals[name] as { goal?: string } | undefined)?.goal;
    if (goal !== "min" && goal !== "max") return undefined;
    return numberOf(figure === "best" ? summary[goal] : summary[`${goal}_step`]);
  }
  return figure === undefined ? numberOf(summary.last) : numberOf(summary[figure]);
}

function figureCell(summary: Summary | undefined, run: FoundRun, field: Field): Cell {
  const value = figureOf(summary, run, field);
  return value === undefined ? EMPTY : numberCell(value);
}

function ownCell(run: FoundRun, name: string, now_ms: number, known: Known): Cell {
  if (name === "status") return textCell(run.status ?? "Created");
  if (name === "created") return timeCell(run.created_us);
  if (name === "ended") return run.end_us === null ? EMPTY : timeCell(run.end_us);
  if (name === "description") return textCell(run.description);
  if (name === "user" || name === "host" || name === "job") return textCell(saidBy(known.attemptOf(run.uid), name));
  if (name !== "duration" || run.start_us === null) return EMPTY;
  const end_us = run.end_us ?? (run.status === "InProgress" ? now_ms * 1000 : null);
  if (end_us === null) return EMPTY;
  const seconds = (end_us - run.start_us) / 1e6;
  return { text: duration(seconds), title: `${seconds.toFixed(3)} s`, isNumber: true };
}

function saidBy(attempt: Attempt | undefined, name: string): string {
  const value: unknown = (attempt?.process as Record<string, unknown> | undefined)?.[name];
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}

/** A value that was logged, as a cell. */
export function valueCell(value: unknown): Cell {
  if (value === undefined || value === null) return EMPTY;
  const number = numberOf(value);
  if (number !== undefined) return numberCell(number);
  if (typeof value === "string") return textCell(value);
  return textCell(JSON.stringify(fromWire(value)));
}

function numberCell(number: number): Cell {
  return { text: short(number), title: full(number), isNumber: true };
}

function textCell(text: string): Cell {
  return { text, title: text, isNumber: false };
}

function timeCell(time_us: number): Cell {
  return { text: minute(time_us, Date.now()), title: iso(time_us), isNumber: false };
}
