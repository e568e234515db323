/** What some runs were given and what came out, a column a run, a row a value. */

import { Link } from "@tanstack/react-router";
import { useMemo } from "react";
import type { FoundRun } from "../api/queries";
import { useColourOf } from "../look/useColours";
import { ColourDot } from "../parts/ColourDot";
import { cellOf, namesOf, titleOf, usualColumns } from "../parts/runColumns";
import { Status } from "../parts/Status";
import { useTexts } from "../url/useTexts";

export function CompareValues({
  runs,
  onOrder,
}: {
  runs: readonly FoundRun[];
  onOrder: (uids: readonly string[]) => void;
}) {
  const [texts, change] = useTexts();
  const isDiffering = texts.all !== "1";
  const colourOf = useColourOf();
  const names = useMemo(() => namesOf(runs), [runs]);
  const rows = usualColumns(names)
    .filter((id) => id !== "own.status")
    .map((id) => ({ id, cells: runs.map((run) => cellOf(run, id, Date.now())) }))
    .map((row) => ({ ...row, isSame: row.cells.every((cell) => cell.title === row.cells[0]?.title) }));
  const shown = isDiffering && runs.length > 1 ? rows.filter((row) => !row.isSame) : rows;
  const sections = [
    ["", "own."],
    ["Parameters", "params."],
    ["Metrics, last values", "metrics."],
    ["Tags", "tags."],
  ] as const;
  return (
    <>
      <div className="bar">
        <label>
          <input
            type="checkbox"
            checked={isDiffering}
            onChange={(event) => change({ all: event.target.checked ? undefined : "1" })}
          />{" "}
          only what differs
        </label>
        <span className="dim">
          {rows.length - rows.filter((row) => !row.isSame).length} of {rows.length} are the same
        </span>
      </div>
      <div className="wide-table compare-scroll">
        <table className="compare">
          <thead>
            <tr>
              <th scope="col" className="unseen-head">
                <span className="unseen">What</span>
              </th>
              {runs.map((run) => (
                <th key={run.uid} scope="col">
                  <ColourDot run={run} colour={colourOf(run)} />{" "}
                  <Link to="/runs/$uid" params={{ uid: run.uid }}>
                    {run.display_name || run.name}
                  </Link>
                  <div className="compare-note">
                    <Status status={run.status} message={run.status_message} />{" "}
                    <button
                      type="button"
                      className="link"
                      onClick={() => onOrder(runs.map((one) => one.uid).filter((uid) => uid !== run.uid))}
                    >
                      remove
                    </button>
                  </div>
                </th>
              ))}
            </tr>
          </thead>
          {sections.map(([title, kind]) => {
            const some = shown.filter((row) => row.id.startsWith(kind));
            if (some.length === 0) return null;
            return (
              <tbody key={kind}>
                {title !== "" && (
                  <tr className="compare-section">
                    <th scope="rowgroup" colSpan={runs.length + 1}>
                      {title}
                    </th>
                  </tr>
                )}
                {some.map((row) => (
                  <tr key={row.id} className={row.isSame ? "dim" : undefined}>
                    <th scope="row" className="cut">
                      {titleOf(row.id)}
                    </th>
                    {row.cells.map((cell, at) => (
                      <td key={runs[at]?.uid} title={cell.title} className={cell.isNumber ? "number" : undefined}>
                        {cell.text}
                      </td>
                    ))}
                  </tr>
                ))}
              </tbody>
            );
          })}
        </table>
      </div>
    </>
  );
}
