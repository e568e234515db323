/** Documents of evaluation charts, drawn in docs/formats/evaluation.md, as the charts here take them. */

import type { Artifact } from "../api/queries";

export const EVALUATIONS = ["PrecisionRecallCurve", "ROCCurve", "ConfusionMatrix"] as const;

/** Whether an artifact is the document of such a chart. */
export function isEvaluation(artifact: Artifact): boolean {
  return EVALUATIONS.some((one) => one === artifact.kind) && artifact.sha256 !== null;
}

/** A curve in the unit square. */
export interface Curve {
  readonly x: readonly (number | null)[];
  readonly y: readonly (number | null)[];
  readonly thresholds: readonly (number | null)[] | null;
  /** The area or the average precision; null where it is not defined. */
  readonly score: number | null;
  /** The class, of one against the rest; the empty text for the curve as a whole. */
  readonly label: string;
}

/** A document of curves. */
export interface CurveDocument {
  readonly kind: "PrecisionRecallCurve" | "ROCCurve";
  readonly title: string;
  readonly curves: readonly Curve[];
  /** What guessing comes to. */
  readonly noSkill: number | null;
}

/** A document of a matrix: rows are true labels, columns predicted ones. */
export interface MatrixDocument {
  readonly kind: "ConfusionMatrix";
  readonly title: string;
  readonly matrix: readonly (readonly number[])[];
  readonly labels: readonly string[];
}

export type EvaluationDocument = CurveDocument | MatrixDocument;

type Raw = Readonly<Record<string, unknown>>;

/**
 * The document in a text.
 *
 * @throws Error It is none.
 */
export function parseEvaluation(text: string): EvaluationDocument {
  const raw = JSON.parse(text) as Raw;
  const title = typeof raw.title === "string" ? raw.title : String(raw.type);
  if (raw.type === "ConfusionMatrix") {
    const matrix = (raw.confusionMatrix ?? []) as number[][];
    const labels = Array.isArray(raw.labels) ? raw.labels.map(String) : matrix.map((_, at) => String(at));
    return { kind: "ConfusionMatrix", title, matrix, labels };
  }
  if (raw.type === "PrecisionRecallCurve") {
    const curve = curveOf(raw, "recall", "precision", "averagePrecisionScore", "");
    return { kind: "PrecisionRecallCurve", title, curves: [curve], noSkill: numberOrNull(raw.noSkill) };
  }
  if (raw.type === "ROCCurve") {
    const whole = curveOf(raw, "falsePositiveRate", "truePositiveRate", "areaUnderCurve", "");
    const classes = Array.isArray(raw.curves) ? (raw.curves as Raw[]) : [];
    const each = classes.map((one) =>
      curveOf(one, "falsePositiveRate", "truePositiveRate", "areaUnderCurve", String(one.label)),
    );
    const first = each.length > 0 ? { ...whole, label: "micro average" } : whole;
    return { kind: "ROCCurve", title, curves: [first, ...each], noSkill: null };
  }
  throw new Error(`a document of type ${String(raw.type)} is not one that is drawn here`);
}

function curveOf(raw: Raw, x: string, y: string, score: string, label: string): Curve {
  return {
    x: numbersOf(raw[x]),
    y: numbersOf(raw[y]),
    thresholds: raw.thresholds === undefined ? null : numbersOf(raw.thresholds),
    score: numberOrNull(raw[score]),
    label,
  };
}

function numbersOf(value: unknown): (number | null)[] {
  return Array.isArray(value) ? value.map(numberOrNull) : [];
}

function numberOrNull(value: unknown): number | null {
  return typeof value === "number" ? value : null;
}

/** The place of a curve's vertex that is nearest to a point of the unit square; -1 where it has none. */
export function nearestVertex(curve: Curve, x: number, y: number): number {
  let nearest = -1;
  let distance = Number.POSITIVE_INFINITY;
  for (let at = 0; at < curve.x.length; at += 1) {
    const [a, b] = [curve.x[at], curve.y[at]];
    if (a === null || a === undefined || b === null || b === undefined) continue;
    const away = (a - x) ** 2 + (b - y) ** 2;
    if (away < distance) {
      distance = away;
      nearest = at;
    }
  }
  return nearest;
}

/** Of each row of a matrix what share went where; a row of nothing stays nothing. */
export function rates(matrix: readonly (readonly number[])[]): number[][] {
  return matrix.map((row) => {
    const sum = row.reduce((total, one) => total + one, 0);
    return row.map((one) => (sum === 0 ? 0 : one / sum));
  });
}
