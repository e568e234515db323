import { expect, it } from "vitest";
import { lastAttempt } from "../../src/charts/attempts";
import { lineOf } from "../../src/charts/lines";

/** A line of points given as [step, time, value], in the order in which a server sends them. */
function line(...points: readonly (readonly [number, number, number])[]) {
  const series = {
    run: "a",
    name: "loss",
    steps: BigInt64Array.from(points, ([step]) => BigInt(step)),
    timestamps_us: BigInt64Array.from(points, ([, time]) => BigInt(time)),
    values: Float64Array.from(points, ([, , value]) => value),
  };
  return lineOf(series, "step");
}

it("a line whose steps are all there once is left as it is", () => {
  const whole = line([0, 3, 1], [1, 1, 2], [2, 2, 3]);
  expect(lastAttempt(whole)).toEqual({ line: whole, abandoned: [] });
});

it("of steps that were logged again the last attempt is the line", () => {
  const found = lastAttempt(line([0, 0, 1], [1, 1, 2], [1, 10, 20], [2, 2, 3], [2, 11, 30], [3, 3, 4]));
  expect([...found.line.values]).toEqual([1, 20, 30]);
  expect([...(found.abandoned[0]?.values ?? [])]).toEqual([2, 3, 4]);
});

it("what was logged in the same microsecond goes by its order", () => {
  const found = lastAttempt(line([0, 5, 1], [0, 5, 2]));
  expect([...found.line.values]).toEqual([2]);
});
