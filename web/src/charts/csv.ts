/** Points as a table of comma-separated values: a row a point, every digit kept. */

import type { Series } from "../api/points";
import { full } from "../look/numbers";

/** The table of some series, with runs called by their labels. */
export function pointsCsv(series: readonly Series[], labels: ReadonlyMap<string, string>): string {
  const rows = ["run,metric,step,timestamp_us,value"];
  for (const one of series) {
    const start = `${cell(labels.get(one.run) ?? one.run)},${cell(one.name)}`;
    for (let at = 0; at < one.values.length; at += 1) {
      rows.push(`${start},${one.steps[at]},${one.timestamps_us[at]},${full(one.values[at] ?? Number.NaN)}`);
    }
  }
  return `${rows.join("\n")}\n`;
}

/** A text in a cell; one that a spreadsheet would run as a formula is told to be text. */
export function cell(text: string): string {
  const safe = /^[=+@\t\r-]/.test(text) ? `'${text}` : text;
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
