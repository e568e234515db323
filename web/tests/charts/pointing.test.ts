import { expect, it } from "vitest";
import type { Drawn } from "../../src/charts/drawing";
import { pointAt } from "../../src/charts/pointing";

function drawn(key: string, x: readonly number[], values: readonly number[]): Drawn {
  const line = {
    run: key,
    x: Float64Array.from(x),
    values: Float64Array.from(values),
    steps: BigInt64Array.from(x.map(BigInt)),
    timestamps_us: new BigInt64Array(x.length),
  };
  return { key, label: key, colour: "#000", line, abandoned: [], smoothed: null, around: null };
}

const BOX = { left: 0, top: 0, width: 100, height: 100 };

it("a pointer finds the nearest line, and of each line the nearest point", () => {
  const lines = [
    drawn("low", [0, 50, 100], [1, 1, 1]),
    drawn("high", [0, 100], [9, 9]),
    drawn("ended", [0, 10], [5, 5]),
  ];
  const found = pointAt(lines, { x: 60, left: 60, top: 15 }, [0, 100], [0, 10], false, BOX);
  expect(found.nearest).toBe(1);
  expect([...found.places]).toEqual([1, 1, -1]);
});

it("a line of NaN is pointed at where there is no other", () => {
  const lines = [drawn("nan", [0, 100], [Number.NaN, Number.NaN])];
  expect(pointAt(lines, { x: 1, left: 1, top: 1 }, [0, 100], [0, 1], false, BOX).nearest).toBe(0);
});
