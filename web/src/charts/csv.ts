/** Points as a table of comma-separated values: a row a point, every digit kept. */

import type { Grouped } from "../api/grouped";
import type { Series } from "../api/points";
import { full } from "../look/numbers";

export const POINTS_HEAD = "run,metric,step,timestamp_us,value\n";
export const GROUPS_HEAD = "group,metric,step,mean,std,min,max,n\n";

/** The rows of some points of a series, with the run called by its label. */
export function pointRows(series: Series, label: string): string {
  const start = `${cell(label)},${cell(series.name)}`;
  const rows: string[] = [];
  for (let at = 0; at < series.values.length; at += 1) {
    rows.push(`${start},${series.steps[at]},${series.timestamps_us[at]},${full(series.values[at] ?? Number.NaN)}\n`);
  }
  return rows.join("");
}

/** The table of some series, with runs called by their labels. */
export function pointsCsv(series: readonly Series[], labels: ReadonlyMap<string, string>): string {
  return POINTS_HEAD + series.map((one) => pointRows(one, labels.get(one.run) ?? one.run)).join("");
}

/** The rows of a group's figures. */
export function groupRows(group: Grouped, metric: string, label: string): string {
  const start = `${cell(label)},${cell(metric)}`;
  const rows: string[] = [];
  group.steps.forEach((step, at) => {
    const figures = [group.mean, group.std, group.min, group.max].map((one) => full(one[at] ?? Number.NaN));
    rows.push(`${start},${step},${figures.join(",")},${group.n[at] ?? 0}\n`);
  });
  return rows.join("");
}

/** A text in a cell; one that a spreadsheet would run as a formula is told to be text. */
export function cell(text: string): string {
  const safe = /^[=+@\t\r-]/.test(text) ? `'${text}` : text;
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
