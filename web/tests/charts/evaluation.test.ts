import { expect, it } from "vitest";
import { nearestVertex, parseEvaluation, rates } from "../../src/charts/evaluation";

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
