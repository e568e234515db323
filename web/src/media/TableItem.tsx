/** A table that a run logged; of a long one only the rows on the screen are drawn. */

import { useVirtualizer } from "@tanstack/react-virtual";
import { useRef } from "react";
import { count, short } from "../look/numbers";
import { cellText, type Table } from "../parts/tableDocument";

const ROW = 24;

export function TableItem({ table, name }: { table: Table; name: string }) {
  const scroll = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({
    count: table.rows,
    getScrollElement: () => scroll.current,
    estimateSize: () => ROW,
    overscan: 8,
  });
  const some = rows.getVirtualItems();
  const before = some[0]?.start ?? 0;
  const after = rows.getTotalSize() - (some[some.length - 1]?.end ?? 0);
  const across = table.columns.length + 1;
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what is longer than its box is scrolled by keys */}
      <div className="media-table" ref={scroll} tabIndex={0} role="region" aria-label={name}>
        <table>
          <thead>
            <tr>
              <th className="number dim">#</th>
              {table.columns.map((column) => (
                <th key={column.name} className={column.isNumber ? "number" : undefined}>
                  {column.name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {before > 0 && (
              <tr>
                <td colSpan={across} style={{ height: before }} />
              </tr>
            )}
            {some.map(({ index }) => (
              <tr key={index} style={{ height: ROW }}>
                <td className="number dim">{index}</td>
                {table.columns.map((column) => (
                  <Cell key={column.name} value={column.values[index]} isNumber={column.isNumber} />
                ))}
              </tr>
            ))}
            {after > 0 && (
              <tr>
                <td colSpan={across} style={{ height: after }} />
              </tr>
            )}
          </tbody>
        </table>
      </div>
      <p className="dim media-note">
        {count(table.rows)} rows, {count(table.columns.length)} columns
      </p>
    </>
  );
}

function Cell({ value, isNumber }: { value: unknown; isNumber: boolean }) {
  const text = cellText(value);
  return (
    <td className={isNumber ? "number" : undefined} title={text}>
      {value === null || value === undefined ? (
        <span className="dim">–</span>
      ) : typeof value === "number" ? (
        short(value)
      ) : (
        text
      )}
    </td>
  );
}
