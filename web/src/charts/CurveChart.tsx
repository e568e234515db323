/** Precision over recall, or true over false positives, of one or several runs; the nearest point tells its threshold. */

import { useMemo, useState } from "react";
import { short } from "../look/numbers";
import { type Curve, f1Of, nearestVertex, vertexAt } from "./evaluation";

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
  /** The score from which on a row is called positive, where one is looked at; all plots of a page share it. */
  readonly threshold: number | null;
  readonly onThreshold: (threshold: number | null) => void;
}

/** Lines of equal F1 that can be drawn behind precision and recall. */
const ISO_F1 = [0.2, 0.4, 0.6, 0.8];
/** So many marks of thresholds are read out beside the plot. */
const MOST_READ = 6;

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

export function CurveChart({ kind, curves, noSkill, threshold, onThreshold }: Props) {
  const [isIso, setIso] = useState(false);
  const [near, setNear] = useState<Near | null>(null);
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const isRoc = kind === "ROCCurve";
  const [xName, yName, scoreName] = isRoc
    ? ["False positive rate", "True positive rate", "AUC"]
    : ["Recall", "Precision", "Average precision"];
  const shown = curves.filter((one) => !hidden.has(one.key));
  const marks =
    threshold === null
      ? []
      : shown.map((drawn) => ({ drawn, place: vertexAt(drawn.curve, threshold) })).filter((one) => one.place >= 0);
  const span = useMemo(() => spanOf(curves), [curves]);
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
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: the slider beside the plot sets the threshold by keys */}
      <svg
        viewBox={`0 0 ${SIDE} ${SIDE}`}
        onPointerMove={point}
        onPointerLeave={() => setNear(null)}
        onClick={() => {
          const at = near === null ? null : near.drawn.curve.thresholds?.[near.place];
          if (at !== null && at !== undefined) onThreshold(at);
        }}
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
        {isIso &&
          ISO_F1.map((f1) => (
            <g key={f1}>
              <path d={isoPath(f1)} className="iso-f1" />
              <text x={across(0.985)} y={up(f1 / (2 - f1)) - 3} textAnchor="end">
                F1 {f1}
              </text>
            </g>
          ))}
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
        {marks.map(({ drawn, place }) => (
          <circle
            key={drawn.key}
            cx={across(drawn.curve.x[place] ?? 0)}
            cy={up(drawn.curve.y[place] ?? 0)}
            r="4.5"
            fill="var(--ground)"
            stroke={drawn.colour}
            strokeWidth="2"
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
        {span !== null && (
          <label className="threshold">
            <span className="dim">threshold</span>
            <input
              type="range"
              min={span[0]}
              max={span[1]}
              step="any"
              value={threshold ?? span[0]}
              aria-valuetext={threshold === null ? "not set" : short(threshold)}
              onChange={(event) => onThreshold(Number(event.target.value))}
            />
            <span className="number">{threshold === null ? "–" : short(threshold)}</span>
            {threshold !== null && (
              <button type="button" className="link" onClick={() => onThreshold(null)}>
                none
              </button>
            )}
          </label>
        )}
        <div className="curve-read" aria-live="polite">
          {near !== null ? (
            <Reading near={near} names={[xName, yName]} isRoc={isRoc} />
          ) : marks.length > 0 ? (
            marks
              .slice(0, MOST_READ)
              .map((one) => <Reading key={one.drawn.key} near={one} names={[xName, yName]} isRoc={isRoc} />)
          ) : (
            <span className="dim">Point at a curve for its threshold; a click keeps it</span>
          )}
        </div>
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
        {!isRoc && (
          <label className="dim">
            <input type="checkbox" checked={isIso} onChange={(event) => setIso(event.target.checked)} /> lines of equal
            F1
          </label>
        )}
      </div>
    </div>
  );
}

function Reading({ near, names, isRoc }: { near: Near; names: readonly [string, string]; isRoc: boolean }) {
  const { curve, label } = { ...near.drawn, label: near.drawn.label };
  const threshold = curve.thresholds?.[near.place];
  const [x, y] = [curve.x[near.place] ?? Number.NaN, curve.y[near.place] ?? Number.NaN];
  return (
    <p>
      <strong>{label}</strong>
      <br />
      {curve.thresholds !== null && (
        <>
          threshold {threshold === null || threshold === undefined ? "above all" : short(threshold)}
          <br />
        </>
      )}
      {names[0].toLowerCase()} {short(x)}
      <br />
      {names[1].toLowerCase()} {short(y)}
      {!isRoc && (
        <>
          <br />
          F1 {short(f1Of(y, x))}
        </>
      )}
    </p>
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

/** The least and the greatest threshold of some curves; null where none says them. */
function spanOf(curves: readonly DrawnCurve[]): [number, number] | null {
  let [least, greatest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { curve } of curves) {
    for (const one of curve.thresholds ?? []) {
      if (one === null) continue;
      least = Math.min(least, one);
      greatest = Math.max(greatest, one);
    }
  }
  return least < greatest ? [least, greatest] : null;
}

/** Where precision and recall have one F1: precision is F1 · recall / (2 · recall - F1). */
function isoPath(f1: number): string {
  const least = f1 / (2 - f1);
  const steps = Array.from({ length: 41 }, (_, at) => least + ((1 - least) * at) / 40);
  return steps
    .map(
      (recall, at) =>
        `${at === 0 ? "M" : "L"}${across(recall).toFixed(1)} ${up((f1 * recall) / (2 * recall - f1)).toFixed(1)}`,
    )
    .join("");
}
