/** Precision over recall, or true over false positives, of one or several runs; the nearest point tells its threshold. */

import { useState } from "react";
import { short } from "../look/numbers";
import { type Curve, nearestVertex } from "./evaluation";

/** A curve and whose it is. */
export interface DrawnCurve {
  readonly key: string;
  readonly label: string;
  readonly colour: string;
  readonly curve: Curve;
}

interface Props {
  readonly kind: "PrecisionRecallCurve" | "ROCCurve";
  readonly curves: readonly DrawnCurve[];
  readonly noSkill: number | null;
}

const SIDE = 320;
const LEFT = 44;
const BOTTOM = 34;
const TOP = 8;
const RIGHT = 10;
const TICKS = [0, 0.2, 0.4, 0.6, 0.8, 1];

const across = (x: number) => LEFT + x * (SIDE - LEFT - RIGHT);
const up = (y: number) => TOP + (1 - y) * (SIDE - TOP - BOTTOM);

interface Near {
  readonly drawn: DrawnCurve;
  readonly place: number;
}

export function CurveChart({ kind, curves, noSkill }: Props) {
  const [near, setNear] = useState<Near | null>(null);
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const isRoc = kind === "ROCCurve";
  const [xName, yName, scoreName] = isRoc
    ? ["False positive rate", "True positive rate", "AUC"]
    : ["Recall", "Precision", "Average precision"];
  const shown = curves.filter((one) => !hidden.has(one.key));
  const point = (event: React.PointerEvent<SVGSVGElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    const x = (((event.clientX - box.left) / box.width) * SIDE - LEFT) / (SIDE - LEFT - RIGHT);
    const y = 1 - (((event.clientY - box.top) / box.height) * SIDE - TOP) / (SIDE - TOP - BOTTOM);
    let best: Near | null = null;
    let distance = 0.05;
    for (const drawn of shown) {
      const place = nearestVertex(drawn.curve, x, y);
      const away = ((drawn.curve.x[place] ?? 9) - x) ** 2 + ((drawn.curve.y[place] ?? 9) - y) ** 2;
      if (place >= 0 && away < distance) {
        distance = away;
        best = { drawn, place };
      }
    }
    setNear(best);
  };
  return (
    <div className="curve-chart">
      <svg
        viewBox={`0 0 ${SIDE} ${SIDE}`}
        onPointerMove={point}
        onPointerLeave={() => setNear(null)}
        role="img"
        aria-label={saidOf(isRoc, shown, scoreName)}
      >
        {TICKS.map((tick) => (
          <g key={tick}>
            <path
              d={`M${across(tick)} ${up(0)}V${up(1)}M${across(0)} ${up(tick)}H${across(1)}`}
              className="grid-line"
            />
            <text x={across(tick)} y={up(0) + 14} textAnchor="middle">
              {tick}
            </text>
            <text x={across(0) - 6} y={up(tick) + 4} textAnchor="end">
              {tick}
            </text>
          </g>
        ))}
        <text x={across(0.5)} y={SIDE - 4} textAnchor="middle">
          {xName}
        </text>
        <text transform={`translate(11 ${up(0.5)}) rotate(-90)`} textAnchor="middle">
          {yName}
        </text>
        {isRoc && <path d={`M${across(0)} ${up(0)}L${across(1)} ${up(1)}`} className="no-skill" />}
        {!isRoc && noSkill !== null && <path d={`M${across(0)} ${up(noSkill)}H${across(1)}`} className="no-skill" />}
        {shown.map((drawn) => (
          <path
            key={drawn.key}
            d={pathOf(drawn.curve)}
            fill="none"
            stroke={drawn.colour}
            strokeWidth={near?.drawn.key === drawn.key ? 2.6 : 1.5}
            strokeLinejoin="round"
          />
        ))}
        {near !== null && (
          <circle
            cx={across(near.drawn.curve.x[near.place] ?? 0)}
            cy={up(near.drawn.curve.y[near.place] ?? 0)}
            r="4"
            fill={near.drawn.colour}
          />
        )}
      </svg>
      <div className="curve-side">
        <p className="curve-read" aria-live="polite">
          {near === null ? (
            <span className="dim">Point at a curve for its threshold</span>
          ) : (
            <Reading near={near} names={[xName, yName]} />
          )}
        </p>
        <ul className="legend" aria-label="Curves">
          {curves.map((one) => (
            <li key={one.key}>
              <button
                type="button"
                className="legend-one"
                aria-pressed={!hidden.has(one.key)}
                onClick={() => setHidden((before) => toggled(before, one.key))}
                onDoubleClick={() =>
                  setHidden(new Set(curves.map((other) => other.key).filter((key) => key !== one.key)))
                }
                title="Click to hide, double-click to see it alone"
              >
                <span
                  className="dot"
                  style={
                    hidden.has(one.key)
                      ? { boxShadow: "inset 0 0 0 1px var(--line-strong)" }
                      : { background: one.colour }
                  }
                />
                <span className="cut">{one.label}</span>
                <span className="number">{one.curve.score === null ? "–" : short(one.curve.score)}</span>
              </button>
            </li>
          ))}
        </ul>
        <p className="dim">{scoreName}</p>
      </div>
    </div>
  );
}

function Reading({ near, names }: { near: Near; names: readonly [string, string] }) {
  const { curve, label } = { ...near.drawn, label: near.drawn.label };
  const threshold = curve.thresholds?.[near.place];
  return (
    <>
      <strong>{label}</strong>
      <br />
      {curve.thresholds !== null && (
        <>
          threshold {threshold === null || threshold === undefined ? "above all" : short(threshold)}
          <br />
        </>
      )}
      {names[0].toLowerCase()} {short(curve.x[near.place] ?? Number.NaN)}
      <br />
      {names[1].toLowerCase()} {short(curve.y[near.place] ?? Number.NaN)}
    </>
  );
}

function toggled(before: ReadonlySet<string>, key: string): ReadonlySet<string> {
  const next = new Set(before);
  if (!next.delete(key)) next.add(key);
  return next;
}

function pathOf({ x, y }: Curve): string {
  let path = "";
  for (let at = 0; at < x.length; at += 1) {
    const [a, b] = [x[at], y[at]];
    if (a === null || a === undefined || b === null || b === undefined) continue;
    path += `${path === "" ? "M" : "L"}${across(a).toFixed(2)} ${up(b).toFixed(2)}`;
  }
  return path;
}

function saidOf(isRoc: boolean, curves: readonly DrawnCurve[], score: string): string {
  const said = curves.map(
    (one) => `${one.label}: ${one.curve.score === null ? "not defined" : short(one.curve.score)}`,
  );
  return `${isRoc ? "ROC curve" : "Precision-recall curve"}. ${score} of ${said.join("; ")}`;
}
