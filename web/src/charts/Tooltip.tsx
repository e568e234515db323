/** What lies under the pointer: the runs by their values there. */

import { full, short } from "../look/numbers";
import { duration, iso, moment } from "../look/times";
import type { XAxis } from "../url/charts";
import type { ChartRun } from "./LineChart";
import type { Drawn, Pointed } from "./plot";

interface Props {
  readonly pointed: Pointed;
  readonly lines: readonly Drawn[];
  readonly runs: readonly ChartRun[];
  readonly axis: XAxis;
  readonly width: number;
  readonly emphasis: string | null;
}

const ROWS = 10;

interface Row {
  readonly at: number;
  readonly run: ChartRun | undefined;
  readonly value: number;
  readonly smoothed: number | undefined;
}

export function Tooltip({ pointed, lines, runs, axis, width, emphasis }: Props) {
  const byUid = new Map(runs.map((run) => [run.uid, run]));
  const rows: Row[] = [];
  pointed.places.forEach((place, at) => {
    const drawn = lines[at];
    if (place < 0 || drawn === undefined) return;
    rows.push({
      at,
      run: byUid.get(drawn.line.run),
      value: drawn.line.values[place] ?? Number.NaN,
      smoothed: drawn.smoothed?.[place],
    });
  });
  rows.sort((one, other) => rank(other) - rank(one));
  const nearest = rows.findIndex((row) => row.at === pointed.nearest);
  const start = Math.max(0, Math.min(nearest - ROWS / 2, rows.length - ROWS));
  const some = rows.slice(start, start + ROWS);
  const isRight = pointed.left > width / 2;
  return (
    <div
      className="tooltip"
      style={isRight ? { right: width - pointed.left } : { left: pointed.left + 64 }}
      aria-hidden="true"
    >
      <div className="tooltip-head">{headOf(pointed, lines, axis)}</div>
      <table>
        <tbody>
          {some.map(({ at, run, value, smoothed }) => (
            <tr key={at} className={run?.uid === emphasis ? "emphasised" : undefined}>
              <td className="cut">
                <span className="dot" style={{ background: run?.colour }} /> {run?.label}
              </td>
              <td className="number" title={full(value)}>
                {short(smoothed ?? value)}
              </td>
              {smoothed !== undefined && <td className="number dim">{short(value)}</td>}
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length > some.length && <div className="dim">and {rows.length - some.length} more</div>}
    </div>
  );
}

function rank({ value, smoothed }: Row): number {
  const shown = smoothed ?? value;
  return Number.isNaN(shown) ? Number.NEGATIVE_INFINITY : shown;
}

function headOf(pointed: Pointed, lines: readonly Drawn[], axis: XAxis): string {
  const drawn = lines[pointed.nearest];
  const place = pointed.places[pointed.nearest] ?? -1;
  const step = drawn?.line.steps[place];
  const time = drawn?.line.timestamps_us[place];
  if (step === undefined || time === undefined) return "";
  const at = Math.abs(Number(time)) < 8e15 ? moment(Number(time)) : iso(Number(time));
  const relative = axis === "relative" ? `${duration(drawn?.line.x[place] ?? 0)} · ` : "";
  return `${relative}step ${step.toLocaleString("en-US")} · ${at}`;
}
