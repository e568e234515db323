import { expect, it } from "vitest";
import {
  classScores,
  f1Of,
  type MatrixDocument,
  mostConfused,
  nearestVertex,
  ordered,
  parseEvaluation,
  rates,
  sharesOf,
  vertexAt,
} from "../../src/charts/evaluation";

it("a ROC curve of several classes has the micro average first", () => {
  const whole = { falsePositiveRate: [0, 1], truePositiveRate: [0, 1], areaUnderCurve: 0.9, thresholds: [null, 0.1] };
  const each = { falsePositiveRate: [0, 1], truePositiveRate: [1, 1], areaUnderCurve: null, label: 3 };
  const found = parseEvaluation(JSON.stringify({ type: "ROCCurve", title: "T", ...whole, curves: [each] }));
  if (found.kind !== "ROCCurve") throw new Error(found.kind);
  expect(found.curves.map((one) => [one.label, one.score])).toEqual([
    ["micro average", 0.9],
    ["3", null],
  ]);
});

it("a matrix without labels numbers its classes", () => {
  const found = parseEvaluation('{"type":"ConfusionMatrix","confusionMatrix":[[1,2],[3,4]]}');
  expect(found).toEqual({
    kind: "ConfusionMatrix",
    title: "ConfusionMatrix",
    matrix: [
      [1, 2],
      [3, 4],
    ],
    labels: ["0", "1"],
  });
});

it("a document of another type is refused by its name", () => {
  expect(() => parseEvaluation('{"type":"Pie"}')).toThrow("Pie");
});

it("vertices that are not defined are never the nearest", () => {
  const curve = { x: [null, 0.5, 1], y: [0, 0.5, 1], thresholds: null, score: null, label: "" };
  expect(nearestVertex(curve, 0, 0)).toBe(1);
  expect(nearestVertex({ ...curve, x: [null], y: [null] }, 0, 0)).toBe(-1);
});

it("shares are of the row, and of nothing nothing", () => {
  expect(
    rates([
      [1, 3],
      [0, 0],
    ]),
  ).toEqual([
    [0.25, 0.75],
    [0, 0],
  ]);
});

it("a threshold between two scores means the vertex of the next one, in either order", () => {
  const curve = { x: [1, 0.5, 0], y: [0.5, 0.8, 1], score: null, label: "" };
  expect(vertexAt({ ...curve, thresholds: [0.1, 0.6, null] }, 0.3)).toBe(1);
  expect(vertexAt({ ...curve, thresholds: [null, 0.6, 0.1] }, 0.1)).toBe(2);
  expect(vertexAt({ ...curve, thresholds: [null, 0.6, 0.1] }, 0.7)).toBe(0);
  expect(vertexAt({ ...curve, thresholds: null }, 0.7)).toBe(-1);
});

it("F1 is the harmonic mean", () => {
  expect(f1Of(0.5, 1)).toBeCloseTo(2 / 3);
  expect(f1Of(0, 0)).toBe(0);
});

const animals: MatrixDocument = {
  kind: "ConfusionMatrix",
  title: "",
  labels: ["dog", "cat", "ant"],
  matrix: [
    [8, 2, 0],
    [5, 5, 10],
    [0, 0, 0],
  ],
};

it("shares are of the row, the column or all", () => {
  expect(sharesOf(animals.matrix, "row")[1]).toEqual([0.25, 0.25, 0.5]);
  expect(sharesOf(animals.matrix, "column")[0]).toEqual([8 / 13, 2 / 7, 0]);
  expect(sharesOf(animals.matrix, "all")[1]?.[2]).toBeCloseTo(1 / 3);
});

it("each class has its precision, recall and F1, where they are defined", () => {
  const [dog, , ant] = classScores(animals);
  expect(dog).toMatchObject({ label: "dog", rows: 10, precision: 8 / 13, recall: 0.8 });
  expect(dog?.f1).toBeCloseTo(f1Of(8 / 13, 0.8));
  expect(ant).toMatchObject({ rows: 0, precision: 0, recall: Number.NaN });
});

it("pairs are listed by how often they were confused", () => {
  expect(mostConfused(animals.matrix, 2)).toEqual([
    { row: 1, column: 2, many: 10 },
    { row: 1, column: 0, many: 5 },
  ]);
});

it("classes in another order keep their cells", () => {
  expect(ordered(animals, "name")).toMatchObject({
    labels: ["ant", "cat", "dog"],
    matrix: [
      [0, 0, 0],
      [10, 5, 5],
      [0, 2, 8],
    ],
  });
  expect(ordered(animals, "errors").labels).toEqual(["cat", "dog", "ant"]);
});
