/** What lies under the pointer: the lines by their values there. It alone is rendered anew while a pointer moves. */

import { useSyncExternalStore } from "react";
import { full, short } from "../look/numbers";
import { duration, iso, moment } from "../look/times";
import { axisMetric, type XAxis } from "../url/charts";
import type { Drawn } from "./drawing";
import type { Emphasis } from "./emphasis";
import type { Pointed } from "./pointing";
import { type Reading, readings } from "./reading";

/** Where a pointer is, told to the tooltip alone. */
export class Pointer {
  private watcher: () => void = () => {};
  private current: Pointed | null = null;

  point(pointed: Pointed | null): void {
    if (pointed === null && this.current === null) return;
    this.current = pointed;
    this.watcher();
  }

  readonly watch = (watcher: () => void): (() => void) => {
    this.watcher = watcher;
    return () => {
      this.watcher = () => {};
    };
  };

  readonly get = (): Pointed | null => this.current;
}

interface Props {
  readonly pointer: Pointer;
  readonly lines: readonly Drawn[];
  readonly axis: XAxis;
  readonly width: number;
  readonly emphasis: Emphasis;
}

const ROWS = 10;

export function Tooltip({ pointer, lines, axis, width }: Props) {
  const pointed = useSyncExternalStore(pointer.watch, pointer.get);
  if (pointed === null || pointed.nearest < 0) return null;
  const rows = readings(pointed, lines);
  if (rows.length === 0) return null;
  const nearest = rows.findIndex((row) => row.at === pointed.nearest);
  const start = Math.max(0, Math.min(nearest - ROWS / 2, rows.length - ROWS));
  const some = rows.slice(start, start + ROWS);
  const isRight = pointed.left > width / 2;
  return (
    <div
      className="tooltip"
      style={isRight ? { right: width - pointed.left } : { left: pointed.left + 64 }}
      aria-live="polite"
    >
      <div className="tooltip-head">{headOf(pointed, lines, axis)}</div>
      <table>
        <tbody>
          {some.map((row) => (
            <TooltipRow key={row.at} row={row} isNearest={row.at === pointed.nearest} />
          ))}
        </tbody>
      </table>
      {rows.length > some.length && <div className="dim">and {rows.length - some.length} more</div>}
    </div>
  );
}

function TooltipRow({ row, isNearest }: { row: Reading; isNearest: boolean }) {
  const { place, drawn, shown } = row;
  const value = drawn.line.values[place] ?? Number.NaN;
  const { around } = drawn;
  return (
    <tr className={isNearest ? "emphasised" : undefined}>
      <td className="cut">
        <span className="dot" style={{ background: drawn.colour }} /> {drawn.label}
      </td>
      <td className="number" title={full(shown)}>
        {short(shown)}
      </td>
      {drawn.smoothed !== null && <td className="number dim">{short(value)}</td>}
      {around !== null && (
        <td className="number dim">
          {short(around.low[place] ?? Number.NaN)} – {short(around.high[place] ?? Number.NaN)}, n {around.n[place]}
        </td>
      )}
    </tr>
  );
}

function headOf(pointed: Pointed, lines: readonly Drawn[], axis: XAxis): string {
  const drawn = lines[pointed.nearest];
  const place = pointed.places[pointed.nearest] ?? -1;
  const step = drawn?.line.steps[place];
  if (drawn === undefined || step === undefined) return "";
  const parts = [`step ${step.toLocaleString("en-US")}`];
  const time = drawn.line.timestamps_us[place];
  if (time !== undefined) parts.push(Math.abs(Number(time)) < 8e15 ? moment(Number(time)) : iso(Number(time)));
  const counted = axisMetric(axis);
  if (counted !== null) parts.unshift(`${counted} ${short(pointed.x)}`);
  else if (axis === "relative") parts.unshift(duration(drawn.line.x[place] ?? 0));
  return parts.join(" · ");
}
