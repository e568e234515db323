/** Media that a run logged, as series of items by step. */

import type { Artifact } from "../api/queries";
import { byName } from "../charts/sections";

export type MediaKind = "image" | "figure" | "table" | "text" | "histogram";

/** All that was logged under a name, by step; an item without a step is there from the beginning. */
export interface MediaSeries {
  readonly key: string;
  readonly name: string;
  readonly kind: MediaKind;
  readonly items: readonly Artifact[];
}

const KINDS: readonly string[] = ["image", "figure", "table", "text", "histogram"];
/** These are media also where they have no step; a table or a text without one is an artifact like others. */
const LOOKED_AT: readonly string[] = ["image", "figure", "histogram"];
const LOG = /\.(log|out|err)$/i;

/** Whether an artifact is among a run's media. */
export function isMedia({ kind, step, name, sha256 }: Artifact): boolean {
  if (sha256 === null || !KINDS.includes(kind) || (kind === "text" && LOG.test(name))) return false;
  return step !== null || LOOKED_AT.includes(kind);
}

/** The series of some artifacts, by name. Of a step that was logged again the last item counts. */
export function seriesOf(artifacts: readonly Artifact[]): MediaSeries[] {
  const found = new Map<string, Map<number | null, Artifact>>();
  for (const one of artifacts) {
    if (!isMedia(one)) continue;
    const key = `${one.is_output ? "" : "in:"}${one.name}`;
    const items = found.get(key) ?? new Map<number | null, Artifact>();
    items.set(one.step, one);
    found.set(key, items);
  }
  return [...found]
    .map(([key, items]) => {
      const sorted = [...items.values()].sort((one, other) => stepOf(one) - stepOf(other));
      const last = sorted[sorted.length - 1];
      return { key, name: last?.name ?? key, kind: last?.kind as MediaKind, items: sorted };
    })
    .sort((one, other) => byName(one.name, other.name));
}

/** The step of an item, for ordering. */
export function stepOf({ step }: Artifact): number {
  return step ?? Number.NEGATIVE_INFINITY;
}

/** Every step at which any of these series has an item, in order. */
export function stepsOf(series: readonly MediaSeries[]): number[] {
  const found = new Set<number>();
  for (const { items } of series) for (const { step } of items) if (step !== null) found.add(step);
  return [...found].sort((one, other) => one - other);
}

/** The place of the last item at or before a step; -1 where all come later. */
export function placeAt(items: readonly Artifact[], step: number): number {
  return lastAtMost(items.length, (at) => stepOf(items[at] as Artifact), step);
}

/** The place of the last step at or before one; the first where all come later. */
export function nearestStep(steps: readonly number[], step: number): number {
  return Math.max(
    0,
    lastAtMost(steps.length, (at) => steps[at] ?? 0, step),
  );
}

function lastAtMost(length: number, valueAt: (at: number) => number, most: number): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (valueAt(middle) <= most) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
