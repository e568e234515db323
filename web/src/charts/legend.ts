/** What a legend says of each run: only what differs from the others. */

import { short } from "../look/numbers";
import type { ChartRun } from "./chartRun";

/** An entry of a legend. */
export interface Entry {
  readonly key: string;
  readonly label: string;
  readonly title: string;
  readonly colour: string;
}

/** So many parameters tell runs apart before their names do it better. */
const MOST_PARAMETERS = 3;
/** What an entry takes besides its text, and a letter of it, in pixels of the legend's font. */
const ENTRY_PIXELS = 26;
const LETTER_PIXELS = 6.1;
const MOST_PIXELS = 190;
/** What "+ 190" takes. */
const MORE_PIXELS = 48;

/** The entries of runs: the parameters that differ where each run has some given and they suffice, else the runs' labels. */
export function entriesOf(runs: readonly ChartRun[]): Entry[] {
  const names = differing(runs);
  const texts = runs.map((run) =>
    names.map((name) => `${lastPart(name)} ${textOf(run.parameters?.[name])}`).join(", "),
  );
  const isTold = names.length > 0 && new Set(texts).size === runs.length;
  return runs.map((run, at) => ({
    key: run.uid,
    label: isTold ? (texts[at] ?? run.label) : run.label,
    title: isTold ? `${run.label}: ${texts[at]}` : run.label,
    colour: run.colour,
  }));
}

function differing(runs: readonly ChartRun[]): string[] {
  if (runs.length < 2 || runs.some((run) => run.parameters === undefined)) return [];
  const names = [...new Set(runs.flatMap((run) => Object.keys(run.parameters ?? {})))];
  const found = names
    .map((name) => ({ name, kinds: new Set(runs.map((run) => textOf(run.parameters?.[name]))).size }))
    .filter(({ kinds }) => kinds > 1)
    // What takes the most values tells the most.
    .sort((one, other) => other.kinds - one.kinds);
  const some: string[] = [];
  for (const { name } of found.slice(0, MOST_PARAMETERS)) {
    some.push(name);
    const told = new Set(runs.map((run) => some.map((one) => textOf(run.parameters?.[one])).join("\0")));
    if (told.size === runs.length) return some;
  }
  return [];
}

function lastPart(name: string): string {
  return name.slice(name.lastIndexOf(".") + 1).slice(name.lastIndexOf("/") + 1) || name;
}

function textOf(value: unknown): string {
  if (value === undefined) return "–";
  if (typeof value === "number") return short(value);
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** How many entries fit into some lines of a width, with room for the count of the rest. */
export function fitting(entries: readonly Entry[], width: number, lines: number): number {
  let line = 1;
  let left = width;
  for (let at = 0; at < entries.length; at += 1) {
    const needed = Math.min(MOST_PIXELS, ENTRY_PIXELS + (entries[at]?.label.length ?? 0) * LETTER_PIXELS);
    const isLast = at === entries.length - 1;
    const room = line === lines && !isLast ? left - MORE_PIXELS : left;
    if (needed > room) {
      if (line === lines) return at;
      line += 1;
      left = width;
      if (needed > (line === lines && !isLast ? left - MORE_PIXELS : left)) return Math.max(1, at);
    }
    left -= needed;
  }
  return entries.length;
}
