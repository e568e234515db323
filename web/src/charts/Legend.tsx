/** Which line is which: a click leaves one out, a double click shows it alone. */

import { useEffect, useState } from "react";
import { count } from "../look/numbers";
import { type ChartView, isOn, soloed, toggled, writeChartView } from "../url/charts";
import { useTexts } from "../url/useTexts";
import type { Emphasis } from "./emphasis";
import { type Entry, fitting } from "./legend";

interface Props {
  readonly entries: readonly Entry[];
  readonly view: ChartView;
  readonly emphasis: Emphasis;
  readonly width: number;
  readonly lines: number;
}

export const LEGEND_LINE = 20;

/** So many lines a legend is given in a small panel. */
export function legendLines(entries: number): number {
  return entries < 2 ? 0 : entries < 3 ? 1 : 2;
}

export function Legend({ entries, view, emphasis, width, lines }: Props) {
  const [, change] = useTexts();
  const [isOpen, setOpen] = useState(false);
  const [pointed, setPointed] = useState(emphasis.key);
  useEffect(() => emphasis.watch(setPointed), [emphasis]);
  if (lines === 0) return null;
  const fits = width === 0 ? 0 : fitting(entries, width, lines);
  const shown = isOpen ? entries : entries.slice(0, fits);
  const click = (key: string, isSolo: boolean) =>
    change(pick(isSolo ? soloed(view, key) : toggled(view, key), view), isSolo);
  return (
    <ul
      className={`panel-legend${isOpen ? " panel-legend-open" : ""}`}
      style={isOpen ? undefined : { height: lines * LEGEND_LINE }}
      aria-label="Legend"
    >
      {shown.map((entry) => (
        <li key={entry.key}>
          <button
            type="button"
            className={entry.key === pointed ? "emphasised" : undefined}
            title={`${entry.title}\nClick: show or leave out. Double click: show alone.`}
            aria-pressed={isOn(view, entry.key)}
            onClick={(event) => click(entry.key, event.detail === 2 || event.shiftKey)}
            onPointerEnter={() => emphasis.point(entry.key)}
            onPointerLeave={() => emphasis.point(null)}
          >
            <span className="dot" style={{ background: entry.colour }} />
            <span className="cut">{entry.label}</span>
          </button>
        </li>
      ))}
      {entries.length > fits && width > 0 && (
        <li>
          <button type="button" className="dim" onClick={() => setOpen(!isOpen)} aria-expanded={isOpen}>
            {isOpen ? "fewer" : `+ ${count(entries.length - fits)}`}
          </button>
        </li>
      )}
    </ul>
  );
}

function pick(patch: Pick<ChartView, "off" | "only">, view: ChartView) {
  const { off, only } = writeChartView({ ...view, ...patch });
  return { off, only };
}
