/** What a confusion matrix comes to, class by class, and which pairs were confused most often; found by a class' name. */

import { useMemo, useState } from "react";
import { count, short } from "../look/numbers";
import { classScores, type MatrixDocument, mostConfused } from "./evaluation";

const PAIRS = 20;

export function ClassList({ document }: { document: MatrixDocument }) {
  const [find, setFind] = useState("");
  const [isOpen, setOpen] = useState(false);
  const { labels, matrix } = document;
  const wanted = find.trim().toLowerCase();
  const isWanted = (place: number) => (labels[place] ?? "").toLowerCase().includes(wanted);
  const scores = useMemo(() => (isOpen ? classScores(document) : []), [document, isOpen]);
  const pairs = useMemo(() => (isOpen ? mostConfused(matrix, Number.POSITIVE_INFINITY) : []), [matrix, isOpen]);
  const shown = pairs.filter(({ row, column }) => isWanted(row) || isWanted(column));
  return (
    <details className="class-list" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>Classes and the most confused pairs</summary>
      {isOpen && (
        <>
          {labels.length > 8 && (
            <input
              type="search"
              className="field"
              placeholder="Find a class"
              aria-label="Find a class"
              value={find}
              onChange={(event) => setFind(event.target.value)}
            />
          )}
          <div className="class-tables">
            {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by keys */}
            <section className="class-scroll" aria-label="Confused pairs" tabIndex={0}>
              <table className="data-table">
                <thead>
                  <tr>
                    <th scope="col">True</th>
                    <th scope="col">Predicted</th>
                    <th scope="col" className="number">
                      Rows
                    </th>
                  </tr>
                </thead>
                <tbody>
                  {shown.slice(0, PAIRS).map(({ row, column, many }) => (
                    <tr key={`${row} ${column}`}>
                      <td title={labels[row]}>
                        <bdi>{labels[row]}</bdi>
                      </td>
                      <td title={labels[column]}>
                        <bdi>{labels[column]}</bdi>
                      </td>
                      <td className="number">{count(many)}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
              {shown.length === 0 && <p className="dim">None.</p>}
              {shown.length > PAIRS && <p className="dim">and {count(shown.length - PAIRS)} more</p>}
            </section>
            {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by keys */}
            <section className="class-scroll" aria-label="Scores of classes" tabIndex={0}>
              <table className="data-table">
                <thead>
                  <tr>
                    <th scope="col">Class</th>
                    {["Rows", "Precision", "Recall", "F1"].map((one) => (
                      <th key={one} scope="col" className="number">
                        {one}
                      </th>
                    ))}
                  </tr>
                </thead>
                <tbody>
                  {scores
                    .filter((one) => isWanted(one.place))
                    .map((one) => (
                      <tr key={one.place}>
                        <td title={one.label}>
                          <bdi>{one.label}</bdi>
                        </td>
                        <td className="number">{count(one.rows)}</td>
                        {[one.precision, one.recall, one.f1].map((value, at) => (
                          <td key={at} className="number">
                            {Number.isNaN(value) ? "–" : short(value)}
                          </td>
                        ))}
                      </tr>
                    ))}
                </tbody>
              </table>
            </section>
          </div>
        </>
      )}
    </details>
  );
}
