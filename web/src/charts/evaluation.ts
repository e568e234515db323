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

/**
 * The vertex of a curve where all that scores at least `threshold` is called positive: that of the least score which is not
 * below it. -1 where the curve does not say its thresholds.
 */
export function vertexAt({ thresholds }: Curve, threshold: number): number {
  if (thresholds === null) return -1;
  let found = -1;
  let least = Number.POSITIVE_INFINITY;
  thresholds.forEach((one, at) => {
    // Nothing scores as much as the threshold above every score, which is null.
    const value = one ?? Number.MAX_VALUE;
    if (value >= threshold && value < least) {
      least = value;
      found = at;
    }
  });
  return found;
}

/** The harmonic mean of precision and recall; 0 where both are. */
export function f1Of(precision: number, recall: number): number {
  return precision + recall === 0 ? 0 : (2 * precision * recall) / (precision + recall);
}

/** What cells of a matrix say: how many, or what share of the row, of the column, or of all. */
export const CELLS = ["counts", "row", "column", "all"] as const;
export type Cells = (typeof CELLS)[number];

/** The shares of a matrix; a row or column of nothing stays nothing. */
export function sharesOf(matrix: readonly (readonly number[])[], of: Cells): number[][] {
  if (of === "row" || of === "counts") return rates(matrix);
  const columns = matrix.map((_, column) => matrix.reduce((sum, row) => sum + (row[column] ?? 0), 0));
  const all = columns.reduce((sum, one) => sum + one, 0);
  return matrix.map((row) =>
    row.map((one, column) => {
      const whole = of === "column" ? (columns[column] ?? 0) : all;
      return whole === 0 ? 0 : one / whole;
    }),
  );
}

/** How well one class was told from the others. NaN where a share is one of nothing. */
export interface ClassScore {
  readonly place: number;
  readonly label: string;
  /** How many rows are of the class. */
  readonly rows: number;
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
}

/** Precision, recall and F1 of each class. */
export function classScores({ matrix, labels }: MatrixDocument): ClassScore[] {
  return matrix.map((row, place) => {
    const right = row[place] ?? 0;
    const rows = row.reduce((sum, one) => sum + one, 0);
    const called = matrix.reduce((sum, other) => sum + (other[place] ?? 0), 0);
    const [precision, recall] = [right / called, right / rows];
    const f1 = rows + called === 0 ? Number.NaN : (2 * right) / (rows + called);
    return { place, label: labels[place] ?? "", rows, precision, recall, f1 };
  });
}

/** A cell beside the diagonal. */
export interface Confusion {
  readonly row: number;
  readonly column: number;
  readonly many: number;
}

/** The pairs of classes that were confused most often, by how many rows. */
export function mostConfused(matrix: readonly (readonly number[])[], most: number): Confusion[] {
  return matrix
    .flatMap((cells, row) => cells.map((many, column) => ({ row, column, many })))
    .filter(({ row, column, many }) => row !== column && many > 0)
    .sort((one, other) => other.many - one.many || one.row - other.row || one.column - other.column)
    .slice(0, most);
}

export const ORDERS = ["given", "name", "errors", "size"] as const;
export type Order = (typeof ORDERS)[number];

/** The matrix with its classes in another order: by name, those first that were missed or that are met most often. */
export function ordered(document: MatrixDocument, order: Order): MatrixDocument {
  if (order === "given") return document;
  const { matrix, labels } = document;
  const rows = matrix.map((row) => row.reduce((sum, one) => sum + one, 0));
  const missed = rows.map((one, at) => one - (matrix[at]?.[at] ?? 0));
  const by = (one: number, other: number) =>
    order === "name"
      ? NATURAL.compare(labels[one] ?? "", labels[other] ?? "")
      : order === "errors"
        ? (missed[other] ?? 0) - (missed[one] ?? 0)
        : (rows[other] ?? 0) - (rows[one] ?? 0);
  const places = [...matrix.keys()].sort(by);
  return {
    ...document,
    labels: places.map((at) => labels[at] ?? ""),
    matrix: places.map((row) => places.map((column) => matrix[row]?.[column] ?? 0)),
  };
}

const NATURAL = new Intl.Collator("en", { numeric: true });
