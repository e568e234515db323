/** A confusion matrix on a canvas, so that one of a hundred classes is drawn as fast as one of two. */

import { useEffect, useMemo, useRef, useState } from "react";
import { count, short } from "../look/numbers";
import { useTheme } from "../look/theme";
import { type Cells, type MatrixDocument, sharesOf } from "./evaluation";

interface Props {
  readonly document: MatrixDocument;
  readonly cells: Cells;
  /** Whether what is right stays blank, so that what is not is seen. */
  readonly isDiagonalHidden: boolean;
  /** What is taken away from each share, to see the difference to another run. */
  readonly baseline?: MatrixDocument | undefined;
}

/** Cells at least so wide have their numbers written in them. */
const READABLE = 30;
const MOST_WIDE = 560;
/** What arrow keys do: rows down, columns across. */
const STEPS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
};

export function MatrixChart({ document, cells, isDiagonalHidden, baseline }: Props) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const theme = useTheme();
  const [at, setAt] = useState<readonly [number, number] | null>(null);
  const size = document.matrix.length;
  const shares = sharesOf(document.matrix, cells);
  const other = baseline === undefined ? null : sharesOf(baseline.matrix, cells);
  const labelWidth = Math.min(110, Math.max(28, ...document.labels.map((one) => one.length * 6.6 + 10)));
  const cell = Math.max(5, Math.min(44, (MOST_WIDE - labelWidth) / Math.max(1, size)));
  const width = labelWidth + cell * size + 2;
  const height = cell * size + Math.min(110, labelWidth) + 2;

  // biome-ignore lint/correctness/useExhaustiveDependencies: the theme decides the colours that are read from the page
  useEffect(() => {
    const element = canvas.current;
    const context = element?.getContext("2d");
    if (element === null || context === null || context === undefined) return;
    const unit = devicePixelRatio;
    element.width = Math.round(width * unit);
    element.height = Math.round(height * unit);
    context.setTransform(unit, 0, 0, unit, 0, 0);
    context.clearRect(0, 0, width, height);
    paint(context, element, {
      document,
      shares,
      other,
      isRate: cells !== "counts",
      isDiagonalHidden,
      cell,
      labelWidth,
    });
  }, [document, cells, isDiagonalHidden, baseline, theme, width, height]);

  const outline =
    at === null
      ? undefined
      : {
          left: `${(100 * (labelWidth + at[1] * cell)) / width}%`,
          top: `${(100 * at[0] * cell) / height}%`,
          width: `${(100 * cell) / width}%`,
          height: `${(100 * cell) / height}%`,
        };
  const point = (event: React.PointerEvent<HTMLCanvasElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    const column = Math.floor(((event.clientX - box.left) * (width / box.width) - labelWidth) / cell);
    const row = Math.floor(((event.clientY - box.top) * (height / box.height)) / cell);
    setAt(column >= 0 && row >= 0 && column < size && row < size ? [row, column] : null);
  };
  const keyed = (event: React.KeyboardEvent) => {
    const [down, across] = STEPS[event.key] ?? [0, 0];
    if (down === 0 && across === 0) return;
    event.preventDefault();
    const inside = (place: number) => Math.max(0, Math.min(size - 1, place));
    setAt((before) => (before === null ? [0, 0] : [inside(before[0] + down), inside(before[1] + across)]));
  };
  const sums = useMemo(
    () => ({
      rows: document.matrix.map((row) => row.reduce((sum, one) => sum + one, 0)),
      columns: document.matrix.map((_, column) => document.matrix.reduce((sum, row) => sum + (row[column] ?? 0), 0)),
    }),
    [document],
  );
  const right = document.matrix.reduce((sum, row, place) => sum + (row[place] ?? 0), 0);
  const all = document.matrix.flat().reduce((sum, one) => sum + one, 0);
  const cellAt = at === null ? 0 : (document.matrix[at[0]]?.[at[1]] ?? 0);
  return (
    <div className="matrix-chart">
      <div className="matrix-plot" style={{ maxWidth: width }}>
        <canvas
          ref={canvas}
          style={{ width: "100%", maxWidth: width, aspectRatio: `${width} / ${height}` }}
          onPointerMove={point}
          onPointerLeave={() => setAt(null)}
          onKeyDown={keyed}
          tabIndex={0}
          role="img"
          aria-label={`Confusion matrix of ${size} classes; ${count(right)} of ${count(all)} right; arrow keys read cells`}
        />
        {outline !== undefined && <span className="matrix-cell" style={outline} />}
      </div>
      <p className="curve-read" aria-live="polite">
        {at === null ? (
          <span className="dim">
            Rows are true labels, columns predicted ones. Right: {count(right)} of {count(all)} (
            {short(all === 0 ? Number.NaN : (100 * right) / all)} %)
          </span>
        ) : (
          <>
            true <bdi className="label">{document.labels[at[0]]}</bdi>, predicted{" "}
            <bdi className="label">{document.labels[at[1]]}</bdi>: <strong>{count(cellAt)}</strong>,{" "}
            {percent(cellAt, sums.rows[at[0]])} of the {count(sums.rows[at[0]] ?? 0)} that are,{" "}
            {percent(cellAt, sums.columns[at[1]])} of the {count(sums.columns[at[1]] ?? 0)} called so
            {other !== null &&
              `, ${signed(((shares[at[0]]?.[at[1]] ?? 0) - (other[at[0]]?.[at[1]] ?? 0)) * 100)} points to the baseline`}
          </>
        )}
      </p>
    </div>
  );
}

function percent(part: number, whole: number | undefined): string {
  return whole === undefined || whole === 0 ? "–" : `${short(Number(((100 * part) / whole).toFixed(2)))} %`;
}

function signed(value: number): string {
  return `${value > 0 ? "+" : ""}${short(value)}`;
}

interface Drawing {
  readonly document: MatrixDocument;
  readonly shares: readonly (readonly number[])[];
  readonly other: readonly (readonly number[])[] | null;
  readonly isRate: boolean;
  /** Whether what is right stays blank, so that what is not is seen. */
  readonly isDiagonalHidden: boolean;
  readonly cell: number;
  readonly labelWidth: number;
}

function paint(context: CanvasRenderingContext2D, element: HTMLElement, drawing: Drawing): void {
  const { document, shares, other, isRate, isDiagonalHidden, cell, labelWidth } = drawing;
  const style = getComputedStyle(element);
  const text = style.color;
  const size = document.matrix.length;
  context.font = `11px ${style.fontFamily}`;
  context.textBaseline = "middle";
  for (let row = 0; row < size; row += 1) {
    for (let column = 0; column < size; column += 1) {
      if (isDiagonalHidden && row === column) continue;
      const share = shares[row]?.[column] ?? 0;
      const shown = other === null ? share : share - (other[row]?.[column] ?? 0);
      context.fillStyle = colourOf(shown, other !== null, row === column);
      context.fillRect(labelWidth + column * cell, row * cell, cell - (cell > 12 ? 1 : 0), cell - (cell > 12 ? 1 : 0));
      if (cell < READABLE) continue;
      context.fillStyle = Math.abs(shown) > 0.4 ? "#ffffff" : text;
      context.textAlign = "center";
      const number =
        other !== null
          ? signed(shown * 100)
          : isRate
            ? short(Number((share * 100).toFixed(1)))
            : String(document.matrix[row]?.[column] ?? 0);
      context.fillText(number, labelWidth + (column + 0.5) * cell, (row + 0.5) * cell, cell - 2);
    }
  }
  context.fillStyle = text;
  const every = Math.max(1, Math.ceil(11 / cell));
  for (let place = 0; place < size; place += every) {
    const label = document.labels[place] ?? "";
    context.textAlign = "right";
    context.fillText(label, labelWidth - 6, (place + 0.5) * cell, labelWidth - 8);
    context.save();
    context.translate(labelWidth + (place + 0.5) * cell, size * cell + 6);
    if (cell < labelWidth) context.rotate(-Math.PI / 2);
    context.textAlign = cell < labelWidth ? "right" : "center";
    context.fillText(label, 0, cell < labelWidth ? 0 : 6, labelWidth - 8);
    context.restore();
  }
}

/** Blue for what is right, vermillion for what is not; of differences, blue for more and vermillion for less. */
function colourOf(share: number, isDifference: boolean, isRight: boolean): string {
  const isBlue = isDifference ? share >= 0 === isRight : isRight;
  // Of a hundred classes most confusions are rare; the root keeps them in sight.
  const strength = Math.sqrt(Math.min(1, Math.abs(share)));
  return isBlue ? `rgb(0 114 178 / ${strength})` : `rgb(213 94 0 / ${strength})`;
}
