import { expect, test } from "vitest";
import { grouped } from "../../src/saved/grouped";

function series(steps: readonly number[], values: readonly number[]) {
  return {
    steps: BigInt64Array.from(steps, BigInt),
    timestamps_us: BigInt64Array.from(steps, BigInt),
    values: Float64Array.from(values),
  };
}

test("a group's figures leave NaN out, and take a step's last value", () => {
  const found = grouped("all", [series([0, 1, 1], [1, 9, 2]), series([0, 1], [3, Number.NaN])], 100);

  expect(found).toEqual({
    key: "all",
    runs: 2,
    steps: [0, 1],
    mean: [2, 2],
    std: [1, 0],
    min: [1, 2],
    max: [3, 2],
    n: [2, 1],
  });
});

test("of many steps there are as many as were asked for, and every extreme", () => {
  const steps = Array.from({ length: 1000 }, (_, at) => at);
  const found = grouped(
    "all",
    [
      series(
        steps,
        steps.map((at) => (at === 777 ? 50 : at % 3)),
      ),
    ],
    10,
  );

  expect(found.steps).toEqual([99, 199, 299, 399, 499, 599, 699, 799, 899, 999]);
  expect(found.max[7]).toBe(50);
});
