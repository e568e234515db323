// @vitest-environment node

import { expect, test } from "vitest";
import { DamagedBlockError, unpackSeries } from "../../src/saved/points";
import { viewed } from "../../src/saved/thin";
import vectors from "./vectors.json";

for (const vector of vectors) {
  test(`points that Python packed come back bit for bit: ${vector.name}`, async () => {
    const found = await unpackSeries(vector.text);
    const from = vector.count - vector.last;
    const bits = new BigUint64Array(found.values.buffer);

    expect(found.steps.length).toBe(vector.count);
    expect([...found.steps.subarray(from)].map(String)).toEqual(vector.steps);
    expect([...found.timestamps_us.subarray(from)].map(String)).toEqual(vector.timestamps_us);
    expect([...bits.subarray(from)].map((one) => one.toString(16).padStart(16, "0"))).toEqual(vector.values);
  });
}

test("a block that is no block is said to be damaged", async () => {
  // Deflated: three bytes.
  await expect(unpackSeries("S0wEAA==")).rejects.toThrow(DamagedBlockError);
});

function series(values: readonly number[]) {
  return {
    steps: BigInt64Array.from(values, (_, at) => BigInt(2 * at)),
    timestamps_us: BigInt64Array.from(values, (_, at) => BigInt(at)),
    values: Float64Array.from(values),
  };
}

test("a view of few points keeps both ends and every stretch's extremes, the first of equals", () => {
  const values = Array.from({ length: 100 }, (_, at) => (at === 37 ? 9 : at === 61 ? -9 : at % 2));
  const found = viewed(series(values), { max_points: 6 });

  expect([...found.steps].map(Number)).toEqual([0, 74, 122, 102, 198].sort((one, other) => one - other));
  expect([...found.values]).toContain(9);
  expect([...found.values]).toContain(-9);
});

test("NaN is kept only where there is nothing else", () => {
  const found = viewed(series([Number.NaN, 1, Number.NaN, 2, Number.NaN, Number.NaN, Number.NaN, 0]), {
    max_points: 4,
  });

  expect([...found.values]).toEqual([Number.NaN, 2, 0]);
});

test("a view of some steps begins with the first of them and stops before the end", () => {
  const found = viewed(series([1, 2, 3, 4, 5]), { max_points: 100, first_step: 2, end_step: 6 });

  expect([...found.values]).toEqual([2, 3]);
});
