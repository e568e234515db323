/** Histograms of all steps: a column a step, a row a range of values, the stronger the more values lie there. */

import { useEffect, useRef, useState } from "react";
import type { Artifact } from "../api/queries";
import { count, short } from "../look/numbers";
import { useTheme } from "../look/theme";
import { type Range, rowsOf, valueAt } from "./histogramDocument";
import { type Placed, strideOf } from "./useHistograms";

interface Props {
  readonly items: readonly Artifact[];
  readonly placed: readonly Placed[];
  readonly range: Range;
  readonly place: number;
  readonly colour: string;
  readonly onStep: (step: number) => void;
  readonly name: string;
}

const ROWS = 64;
const HEIGHT = 110;

export function HeatMap({ items, placed, range, place, colour, onStep, name }: Props) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const theme = useTheme();
  const [at, setAt] = useState<readonly [column: number, row: number] | null>(null);
  const stride = strideOf(items.length);
  const columns = Math.ceil(items.length / stride);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the theme decides the colour
  useEffect(() => {
    const element = canvas.current;
    const context = element?.getContext("2d");
    if (element === null || context === null || context === undefined) return;
    element.width = columns;
    element.height = ROWS;
    context.clearRect(0, 0, columns, ROWS);
    context.fillStyle = colour;
    const drawn = placed.map(({ place: from, document }) => {
      const rows = rowsOf(document, range, ROWS);
      const all = document.counts.reduce((sum, one) => sum + one, 0);
      return { column: Math.floor(from / stride), shares: rows.map((one) => (all === 0 ? 0 : one / all)) };
    });
    const most = Math.max(0, ...drawn.map(({ shares }) => Math.max(...shares)));
    for (const { column, shares } of drawn) {
      shares.forEach((share, row) => {
        if (share === 0) return;
        // The root keeps rare values in sight.
        context.globalAlpha = Math.max(0.06, Math.sqrt(share / most));
        context.fillRect(column, ROWS - 1 - row, 1, 1);
      });
    }
  }, [placed, range, colour, theme, columns, stride]);
  const placeOf = (event: React.PointerEvent<HTMLElement> | React.MouseEvent<HTMLElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    const column = Math.max(0, Math.min(columns - 1, Math.floor(((event.clientX - box.left) / box.width) * columns)));
    const row = Math.max(0, Math.min(ROWS - 1, ROWS - 1 - Math.floor(((event.clientY - box.top) / box.height) * ROWS)));
    return [column, row] as const;
  };
  const pointed = at === null ? undefined : placed.find((one) => Math.floor(one.place / stride) === at[0]);
  const said = at === null ? undefined : items[at[0] * stride];
  return (
    <div className="heat">
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: the slider and the arrow keys go to a step too */}
      {/* biome-ignore lint/a11y/noStaticElementInteractions: as above */}
      <div
        className="heat-map"
        style={{ height: HEIGHT }}
        onPointerMove={(event) => setAt(placeOf(event))}
        onPointerLeave={() => setAt(null)}
        onClick={(event) => {
          const step = items[placeOf(event)[0] * stride]?.step;
          if (step !== null && step !== undefined) onStep(step);
        }}
      >
        <canvas ref={canvas} role="img" aria-label={`${name} at ${count(items.length)} steps, values upwards`} />
        {place >= 0 && (
          <span className="heat-now" style={{ left: `${((Math.floor(place / stride) + 0.5) / columns) * 100}%` }} />
        )}
      </div>
      <p className="media-note dim">
        {at !== null && said !== undefined ? (
          <>
            step {count(said.step ?? 0)}, {short(valueAt(at[1] / ROWS, range))} to{" "}
            {short(valueAt((at[1] + 1) / ROWS, range))}:{" "}
            {pointed === undefined
              ? "not read yet"
              : `about ${count(Math.round(rowsOf(pointed.document, range, ROWS)[at[1]] ?? 0))}`}
          </>
        ) : (
          <>
            steps {count(items[0]?.step ?? 0)} to {count(items[items.length - 1]?.step ?? 0)}, values {short(range.low)}{" "}
            to {short(range.high)}
            {stride > 1 && `; every ${stride}th of ${count(items.length)}`}
          </>
        )}
      </p>
    </div>
  );
}
