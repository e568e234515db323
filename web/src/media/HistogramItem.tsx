/** A histogram as bars; how tall one is says how dense values lie there, whatever the widths of the bins. */

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { Artifact } from "../api/queries";
import { count, full, short } from "../look/numbers";
import { Failure } from "../parts/Failure";
import { binOf, type HistogramDocument, leftOut, type Range, rangeOf, shareOf, valueAt } from "./histogramDocument";
import { histogramQuery, useHeld } from "./objects";

const WIDTH = 1000;
const HEIGHT = 100;

interface Props {
  readonly artifact: Artifact;
  readonly colour: string;
  readonly range?: Range | undefined;
}

export function HistogramItem({ artifact, colour, range }: Props) {
  const sha256 = artifact.sha256 ?? "";
  const found = useQuery(histogramQuery(sha256));
  const held = useHeld(sha256, found.data);
  if (found.isError) {
    return <Failure what="The histogram can't be read." error={found.error} retry={() => void found.refetch()} />;
  }
  if (held === null) return <div className="media-wait" role="status" aria-label="Reading the histogram" />;
  return <Bars document={held.value} colour={colour} range={range ?? rangeOf([held.value])} name={artifact.name} />;
}

interface BarsProps {
  readonly document: HistogramDocument;
  readonly colour: string;
  readonly range: Range;
  readonly name: string;
}

function Bars({ document, colour, range, name }: BarsProps) {
  const [pointed, setPointed] = useState(-1);
  const { edges, counts } = document;
  const at = (edge: number) => shareOf(edges[edge] ?? 0, range) * WIDTH;
  const density = counts.map((one, bin) => one / Math.max(at(bin + 1) - at(bin), 1e-9));
  const most = Math.max(...density, 0);
  const path = density
    .map((one, bin) => {
      const top = HEIGHT - (most === 0 ? 0 : (one / most) * HEIGHT);
      return one === 0 ? "" : `M${at(bin)} ${HEIGHT}V${top}H${at(bin + 1)}V${HEIGHT}Z`;
    })
    .join("");
  const others = leftOut(document);
  const point = (event: React.PointerEvent<SVGSVGElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    setPointed(binOf(document, valueAt((event.clientX - box.left) / box.width, range)));
  };
  const inside = counts.reduce((sum, one) => sum + one, 0);
  return (
    <div className="bars">
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`Histogram ${name}: ${count(document.count)} values${others === "" ? "" : `, ${others}`}`}
        onPointerMove={point}
        onPointerLeave={() => setPointed(-1)}
      >
        {pointed >= 0 && (
          <rect className="bars-pointed" x={at(pointed)} y={0} width={at(pointed + 1) - at(pointed)} height={HEIGHT} />
        )}
        <path d={path} fill={colour} />
      </svg>
      <div className="bars-axis dim" aria-hidden="true">
        <span title={full(range.low)}>{short(range.low)}</span>
        <span>{short(valueAt(0.5, range))}</span>
        <span title={full(range.high)}>{short(range.high)}</span>
      </div>
      <p className="media-note">
        {pointed >= 0 ? (
          <>
            {short(edges[pointed] ?? 0)} to {short(edges[pointed + 1] ?? 0)}:{" "}
            <strong>{count(counts[pointed] ?? 0)}</strong> (
            {short((100 * (counts[pointed] ?? 0)) / Math.max(1, inside))} %)
          </>
        ) : (
          <span className="dim">
            {count(document.count)} values
            {document.mean !== null && `, mean ${short(document.mean)} ± ${short(document.std ?? 0)}`}
            {others !== "" && <span className="media-warn">, {others}</span>}
          </span>
        )}
      </p>
    </div>
  );
}
