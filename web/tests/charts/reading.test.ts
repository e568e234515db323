import { expect, it } from "vitest";
import type { Drawn } from "../../src/charts/drawing";
import { readings, readingsTable } from "../../src/charts/reading";

function drawn(key: string, value: number, smoothed: number | null = null): Drawn {
  const line = {
    run: key,
    x: Float64Array.of(1),
    values: Float64Array.of(value),
    steps: BigInt64Array.of(2n ** 60n + 1n),
    timestamps_us: BigInt64Array.of(0n),
  };
  const average = smoothed === null ? null : Float64Array.of(smoothed);
  return { key, label: key, colour: "#000", line, abandoned: [], smoothed: average, around: null };
}

const AT = { x: 1, left: 0, top: 0, nearest: 0 };

it("lines are read the greatest first, what is no number last", () => {
  const lines = [drawn("nan", Number.NaN), drawn("low", 1), drawn("absent", 5), drawn("high", 3)];
  const found = readings({ ...AT, places: Int32Array.of(0, 0, -1, 0) }, lines);
  expect(found.map((one) => one.drawn.key)).toEqual(["high", "low", "nan"]);
});

it("what is copied has every digit of steps and values", () => {
  const found = readings({ ...AT, places: Int32Array.of(0) }, [drawn("a", 0.1 + 0.2, 0.25)]);
  expect(readingsTable(found)).toBe("run\tstep\tvalue\tsmoothed\na\t1152921504606846977\t0.30000000000000004\t0.25\n");
});
