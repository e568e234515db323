/** The runs that brushes keep, by name, with what the axes show of them. */

import { Link } from "@tanstack/react-router";
import { useMemo } from "react";
import type { FoundRun } from "../api/queries";
import { type Dimension, goalOf } from "../charts/dimensions";
import { count } from "../look/numbers";
import { columnOf } from "../url/fields";
import { writeList } from "../url/text";

interface Props {
  readonly runs: readonly FoundRun[];
  readonly kept: Uint8Array;
  readonly dimensions: readonly Dimension[];
  /** What they are ordered by, the best first. */
  readonly order: Dimension | null;
  readonly colours: readonly string[];
  readonly emphasis: number | null;
  readonly onEmphasis: (at: number | null) => void;
  readonly isBrushed: boolean;
  readonly onAll: () => void;
}

const LISTED = 50;
/** So many runs can be compared value by value. */
const COMPARABLE = 60;

export function KeptRuns(props: Props) {
  const { runs, kept, dimensions, order, colours } = props;
  const places = useMemo(() => ordered(runs, kept, order), [runs, kept, order]);
  const chosen = places.slice(0, COMPARABLE).flatMap((at) => runs[at]?.uid ?? []);
  return (
    <section aria-label="Runs that the brushes keep">
      <div className="bar">
        <span role="status">
          <strong>{count(places.length)}</strong> of {count(runs.length)} runs
        </span>
        {props.isBrushed && (
          <button type="button" className="link" onClick={props.onAll}>
            keep all
          </button>
        )}
        {chosen.length > 1 && places.length < runs.length && (
          <Link className="button" to="/compare" search={{ runs: writeList(chosen) } as never}>
            Compare {places.length > COMPARABLE ? `the first ${COMPARABLE}` : count(places.length)}
          </Link>
        )}
        {order !== null && <span className="dim">{order.title} first</span>}
      </div>
      <div className="wide-table">
        <table className="data-table kept-runs">
          <thead>
            <tr>
              <th scope="col">Run</th>
              {dimensions.map((one) => (
                <th key={one.id} scope="col" className={one.isNumber ? "number" : undefined}>
                  {one.title}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {places.slice(0, LISTED).map((at) => {
              const run = runs[at];
              if (run === undefined) return null;
              return (
                <tr
                  key={run.uid}
                  className={props.emphasis === at ? "emphasised" : undefined}
                  onPointerEnter={() => props.onEmphasis(at)}
                  onPointerLeave={() => props.onEmphasis(null)}
                >
                  <th scope="row">
                    <span className="dot" style={{ background: colours[at] }} />{" "}
                    <Link
                      to="/runs/$uid"
                      params={{ uid: run.uid }}
                      onFocus={() => props.onEmphasis(at)}
                      onBlur={() => props.onEmphasis(null)}
                    >
                      {run.display_name || run.name}
                    </Link>
                  </th>
                  {dimensions.map((one) => {
                    const value = one.values[at] ?? Number.NaN;
                    return (
                      <td key={one.id} className={one.isNumber ? "number" : undefined} title={said(one, value, true)}>
                        {said(one, value, false)}
                      </td>
                    );
                  })}
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
      {places.length > LISTED && <p className="dim">and {count(places.length - LISTED)} more</p>}
    </section>
  );
}

function said(dimension: Dimension, value: number, isFull: boolean): string {
  return Number.isNaN(value) ? "" : dimension.say(value, isFull);
}

/** The kept runs, the best first where it is known what is good, else as they came; those without a value last. */
function ordered(runs: readonly FoundRun[], kept: Uint8Array, by: Dimension | null): number[] {
  const places = [...kept.keys()].filter((at) => kept[at] === 1);
  if (by === null || !by.isNumber) return places;
  const field = columnOf(by.id);
  const isLess = field?.kind === "metrics" && goalOf(runs, field.name) === "min" ? 1 : -1;
  return places.sort((one, other) => {
    const [a, b] = [by.values[one] ?? Number.NaN, by.values[other] ?? Number.NaN];
    if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
    return a === b ? 0 : (a < b ? -1 : 1) * isLess;
  });
}
