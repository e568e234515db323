/** What is read off a chart at a place: lines by their values there. */

import { full } from "../look/numbers";
import type { Drawn } from "./drawing";
import { type Pointed, valueAt } from "./pointing";

/** A line, and its point at the place. */
export interface Reading {
  /** The line's place among the chart's. */
  readonly at: number;
  readonly drawn: Drawn;
  readonly place: number;
  /** The value that it is drawn at: the smoothed one where lines are smoothed. */
  readonly shown: number;
}

/** The lines that are there, the greatest value first, what is no number last. */
export function readings(pointed: Pointed, lines: readonly Drawn[]): Reading[] {
  const found: Reading[] = [];
  pointed.places.forEach((place, at) => {
    const drawn = lines[at];
    if (place >= 0 && drawn !== undefined) found.push({ at, drawn, place, shown: valueAt(drawn, place) });
  });
  return found.sort((one, other) => rank(other.shown) - rank(one.shown));
}

function rank(value: number): number {
  return Number.isNaN(value) ? Number.NEGATIVE_INFINITY : value;
}

/** The same as a table to paste, every digit kept. */
export function readingsTable(found: readonly Reading[]): string {
  const rows = found.map(({ drawn, place, shown }) => {
    const value = full(drawn.line.values[place] ?? Number.NaN);
    const row = [drawn.label, String(drawn.line.steps[place]), value];
    if (drawn.smoothed !== null) row.push(full(shown));
    return row.join("\t");
  });
  const head = ["run", "step", "value", ...(found.some((one) => one.drawn.smoothed !== null) ? ["smoothed"] : [])];
  return `${[head.join("\t"), ...rows].join("\n")}\n`;
}
