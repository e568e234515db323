/** What runs of a group have in common, step by step, as `POST /v1/grouped` says it; of long series, in stretches of steps. */

import type { Columns } from "./points";

/** Figures of a group, in columns of one length; what is no number is wrapped as everywhere. */
export interface GroupItem {
  readonly key: string;
  readonly runs: number;
  readonly steps: number[];
  readonly mean: unknown[];
  readonly std: unknown[];
  readonly min: unknown[];
  readonly max: unknown[];
  readonly n: number[];
}

interface Cell {
  /** Each run's last value here. */
  readonly last: Map<number, number>;
  step: number;
  min: number;
  max: number;
}

/** The figures of series of one metric; steps that more than `most` have are put together. */
export function grouped(key: string, series: readonly Columns[], most: number): GroupItem {
  const steps = series.map((one) => Array.from(one.steps, Number));
  const distinct = new Set(steps.flat());
  const first = [...distinct].reduce((least, step) => Math.min(least, step), Number.POSITIVE_INFINITY);
  const end = [...distinct].reduce((greatest, step) => Math.max(greatest, step), Number.NEGATIVE_INFINITY) + 1;
  const cellOf = (step: number) => (distinct.size <= most ? step : Math.floor(((step - first) / (end - first)) * most));
  const cells = new Map<number, Cell>();
  series.forEach((columns, run) => {
    steps[run]?.forEach((step, at) => {
      const value = columns.values[at] as number;
      const cell = cells.get(cellOf(step)) ?? { last: new Map(), step, min: Number.NaN, max: Number.NaN };
      cells.set(cellOf(step), cell);
      cell.step = Math.max(cell.step, step);
      // Of a step that was logged again only the last counts: points of one step stand side by side.
      if (Number.isNaN(value) || steps[run]?.[at + 1] === step) return;
      cell.last.set(run, value);
      cell.min = value < cell.min || Number.isNaN(cell.min) ? value : cell.min;
      cell.max = value > cell.max || Number.isNaN(cell.max) ? value : cell.max;
    });
  });
  const rows = [...cells.values()].sort((one, other) => one.step - other.step);
  const means = rows.map((cell) => mean([...cell.last.values()]));
  const spreads = rows.map((cell, at) => {
    const apart = [...cell.last.values()].map((value) => (value - (means[at] as number)) ** 2);
    return Math.sqrt(mean(apart));
  });
  return {
    key,
    runs: series.length,
    steps: rows.map((cell) => cell.step),
    mean: means.map(wrapped),
    std: spreads.map(wrapped),
    min: rows.map((cell) => wrapped(cell.min)),
    max: rows.map((cell) => wrapped(cell.max)),
    n: rows.map((cell) => cell.last.size),
  };
}

/** NaN of none. */
function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value / values.length, values.length === 0 ? Number.NaN : 0);
}

function wrapped(value: number): unknown {
  return Number.isFinite(value) ? value : { nonfinite: String(value) };
}
