/** What some runs were given and what came out, a column a run, a row a value. */

import { Link } from "@tanstack/react-router";
import { useMemo } from "react";
import { numberOf } from "../api/numbers";
import type { FoundRun } from "../api/queries";
import { cell as csvCell } from "../charts/csv";
import { goalOf } from "../charts/dimensions";
import { moved } from "../charts/parallel";
import { useColourOf } from "../look/useColours";
import { ColourDot } from "../parts/ColourDot";
import { Copy } from "../parts/Copy";
import { type Cell, cellOf, namesOf, titleOf, usualColumns } from "../parts/runColumns";
import { Status } from "../parts/Status";
import { columnOf } from "../url/fields";
import { useTexts } from "../url/useTexts";
import { differenceText, isBetter, wordDiff } from "./valueDiff";

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
  const base = runs.find((run) => run.uid === texts.base) ?? null;
  const heads = runs.map((run) => run.display_name || run.name);
  const plain = shown.map((row) => [titleOf(row.id), ...row.cells.map((cell) => cell.title)]);
  const uids = runs.map((run) => run.uid);
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
        <label>
          <span className="dim">difference to</span>{" "}
          <select
            className="field"
            value={base?.uid ?? ""}
            onChange={(event) => change({ base: event.target.value || undefined })}
          >
            <option value="">none</option>
            {runs.map((run) => (
              <option key={run.uid} value={run.uid}>
                {run.display_name || run.name}
              </option>
            ))}
          </select>
        </label>
        <span className="copy-table">
          <Copy text={markdownOf(heads, plain)} what="the table as Markdown" /> <span className="dim">Markdown</span>
        </span>
        <span className="copy-table">
          <Copy text={csvOf(heads, plain)} what="the table as CSV" /> <span className="dim">CSV</span>
        </span>
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
              {runs.map((run, at) => (
                <th key={run.uid} scope="col">
                  <ColourDot run={run} colour={colourOf(run)} />{" "}
                  <Link to="/runs/$uid" params={{ uid: run.uid }}>
                    {run.display_name || run.name}
                  </Link>
                  <div className="compare-note">
                    <Status status={run.status} message={run.status_message} />{" "}
                    {([-1, 1] as const)
                      .filter((by) => at + by >= 0 && at + by < runs.length)
                      .map((by) => (
                        <button
                          key={by}
                          type="button"
                          className="link"
                          aria-label={`Move ${heads[at]} ${by < 0 ? "left" : "right"}`}
                          title={`Move ${by < 0 ? "left" : "right"}`}
                          onClick={() => onOrder(moved(uids, at, at + by))}
                        >
                          {by < 0 ? "←" : "→"}
                        </button>
                      ))}
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
                        <Value run={runs[at]} base={base} id={row.id} cell={cell} />
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

interface ValueProps {
  readonly run: FoundRun | undefined;
  readonly base: FoundRun | null;
  readonly id: string;
  readonly cell: Cell;
}

/** A value, and beside a baseline what parts it from that one's. */
function Value({ run, base, id, cell }: ValueProps) {
  if (run === undefined || base === null || run.uid === base.uid) return cell.text;
  const field = columnOf(id);
  if (field === null || field.kind === "own") return cell.text;
  const of = (one: FoundRun) => (field.kind === "metrics" ? one.metrics : one.parameters)[field.name];
  const [value, other] = [numberOf(of(run)), numberOf(of(base))];
  if (value !== undefined && other !== undefined && field.kind !== "tags") {
    const told = differenceText(value, other);
    const better = isBetter(value, other, field.kind === "metrics" ? goalOf([run, base], field.name) : null);
    const name = better === null ? "dim" : better ? "better" : "worse";
    return (
      <>
        {cell.text}
        {told !== "" && (
          <span className={`difference ${name}`} title={better === null ? undefined : name}>
            {told}
          </span>
        )}
      </>
    );
  }
  const before = cellOf(base, id, 0).title;
  const words = before === "" || cell.title === "" || before === cell.title ? null : wordDiff(before, cell.title);
  if (words === null) return cell.text;
  return words.map(({ kind, text }, at) =>
    kind === "same" ? text : kind === "gone" ? <del key={at}>{text}</del> : <ins key={at}>{text}</ins>,
  );
}

function markdownOf(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((one) => one.replace(/[\\|]/g, "\\$&").replace(/\s*\n\s*/g, " ")).join(" | ")} |`;
  return [line(["", ...heads]), line(["", ...heads].map(() => "---")), ...rows.map(line)].join("\n");
}

function csvOf(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  // A number with a minus is no formula.
  const one = (text: string) => (Number.isNaN(Number(text)) ? csvCell(text) : text);
  return [["", ...heads], ...rows].map((cells) => cells.map(one).join(",")).join("\n");
}
