/** Runs that have the same in some columns, and what they have in the others: mean and standard deviation. */

import { numberOf } from "../api/numbers";
import type { FoundRun } from "../api/queries";
import { byName } from "../charts/sections";
import { full, short } from "../look/numbers";
import { duration } from "../look/times";
import { columnOf } from "../url/fields";
import { type Cell, cellOf, figureOf, type Known, rawOf } from "./runColumns";

/** Runs of the same values in the columns that group. */
export interface Group {
  /** The same for the same values, whichever runs are found. */
  readonly key: string;
  /** What its runs have in each of the columns. */
  readonly values: readonly string[];
  readonly runs: readonly FoundRun[];
}

/** A line of the table: a run, or the head of a group. */
export type Line = { readonly run: FoundRun } | { readonly group: Group; readonly isOpen: boolean };

const NONE = "none";

/** The groups of runs, in the order of their values. */
export function groupsOf(runs: readonly FoundRun[], ids: readonly string[]): Group[] {
  const found = new Map<string, { values: string[]; runs: FoundRun[] }>();
  for (const run of runs) {
    const values = ids.map((id) => cellOf(run, id, 0).title || NONE);
    const key = values.join("\u001f");
    const there = found.get(key);
    if (there === undefined) found.set(key, { values, runs: [run] });
    else there.runs.push(run);
  }
  return [...found]
    .map(([key, one]) => ({ key, ...one }))
    .sort((one, other) => {
      for (const [at, value] of one.values.entries()) {
        const order = inOrder(value, other.values[at] ?? "");
        if (order !== 0) return order;
      }
      return 0;
    });
}

/** Numbers by their value, and before all else. */
function inOrder(one: string, other: string): number {
  const [first, second] = [Number(one), Number(other)];
  const isFirst = one !== "" && !Number.isNaN(first);
  const isSecond = other !== "" && !Number.isNaN(second);
  if (isFirst && isSecond) return first - second;
  return isFirst === isSecond ? byName(one, other) : isFirst ? -1 : 1;
}

/** The lines of groups: the head of each, and the runs of those that are open. */
export function linesOf(groups: readonly Group[], open: ReadonlySet<string>): Line[] {
  return groups.flatMap((group): Line[] => {
    const isOpen = open.has(group.key);
    return [{ group, isOpen }, ...(isOpen ? group.runs.map((run) => ({ run })) : [])];
  });
}

/** Mean and standard deviation, of how many; the deviation is that of a sample. */
export interface Spread {
  readonly mean: number;
  readonly std: number;
  readonly n: number;
}

/** The spread of numbers; what is not finite is left out, as it is of a run's own mean. */
export function spreadOf(numbers: Iterable<number>): Spread | null {
  let n = 0;
  let mean = 0;
  let squares = 0;
  for (const one of numbers) {
    if (!Number.isFinite(one)) continue;
    n += 1;
    const off = one - mean;
    mean += off / n;
    squares += off * (one - mean);
  }
  return n === 0 ? null : { mean, std: n > 1 ? Math.sqrt(squares / (n - 1)) : 0, n };
}

const cells = new WeakMap<Group, Map<string, Cell>>();
const EMPTY: Cell = { text: "", title: "", isNumber: false };

/** What a group has in a column: mean ± deviation of numbers, else the value that all of its runs share. */
export function groupCellOf(group: Group, id: string, known: Known): Cell {
  const field = columnOf(id);
  if (field === null) return EMPTY;
  // Figures arrive a while later than runs, so what they come to is not kept.
  if (field.figure !== undefined) return spreadCell(group, figures(group, id, known));
  let kept = cells.get(group);
  if (kept === undefined) {
    kept = new Map();
    cells.set(group, kept);
  }
  let cell = kept.get(id);
  if (cell === undefined) {
    cell = id === "own.duration" ? durationCell(group) : plainCell(group, id, known);
    kept.set(id, cell);
  }
  return cell;
}

function* figures(group: Group, id: string, known: Known): Iterable<number> {
  const field = columnOf(id);
  if (field === null) return;
  for (const run of group.runs) {
    const value = figureOf(known.summaryOf(run.uid, field.name), run, field);
    if (value !== undefined) yield value;
  }
}

function plainCell(group: Group, id: string, known: Known): Cell {
  const field = columnOf(id);
  if (field === null) return EMPTY;
  if (field.kind === "metrics" || field.kind === "params") {
    const numbers = group.runs.map((run) => numberOf(rawOf(run, field))).filter((one) => one !== undefined);
    if (numbers.length > 0) return spreadCell(group, numbers);
  }
  return sharedCell(group, id, known);
}

function sharedCell(group: Group, id: string, known: Known): Cell {
  const texts = new Set(group.runs.map((run) => cellOf(run, id, 0, known).text));
  texts.delete("");
  const [only = ""] = texts;
  if (texts.size > 1)
    return { text: `${texts.size} values`, title: [...texts].slice(0, 20).join("\n"), isNumber: false };
  return { text: only, title: only, isNumber: false };
}

function spreadCell(group: Group, numbers: Iterable<number>): Cell {
  const found = spreadOf(numbers);
  if (found === null) return EMPTY;
  const some = found.n === group.runs.length ? "" : ` (${found.n})`;
  const spread = found.n > 1 && found.std > 0 ? ` ± ${short(Number(found.std.toPrecision(2)))}` : "";
  return {
    text: `${short(found.mean)}${spread}${some}`,
    title: `mean ${full(found.mean)}, standard deviation ${full(found.std)}, n = ${found.n}`,
    isNumber: true,
  };
}

function durationCell(group: Group): Cell {
  const field = columnOf("own.duration");
  if (field === null) return EMPTY;
  const found = spreadOf(group.runs.map((run) => rawOf(run, field)).filter((one) => typeof one === "number"));
  if (found === null) return EMPTY;
  const text = duration(found.mean / 1e6);
  return {
    text: found.n > 1 && found.std > 0 ? `${text} ± ${duration(found.std / 1e6)}` : text,
    title: `mean ${found.mean / 1e6} s, standard deviation ${found.std / 1e6} s, n = ${found.n}`,
    isNumber: true,
  };
}
