import { expect, it } from "vitest";
import { type Series, together } from "../../src/api/points";
import { makeLines } from "../../src/charts/drawing";
import { chainsOf } from "../../src/charts/writers";

/** What a writer wrote: a value for each step, a second apart. */
function written(writer: string, steps: readonly number[], value: number, start_s: number): Series {
  return {
    run: "r",
    name: "loss",
    writer,
    steps: BigInt64Array.from(steps, BigInt),
    timestamps_us: BigInt64Array.from(steps, (_, at) => BigInt(start_s + at) * 1_000_000n),
    values: Float64Array.from(steps, () => value),
  };
}

function series(...parts: Series[]): Series {
  const found = together(parts);
  if (found === null) throw new Error("no series");
  return found;
}

const STEPS = [0, 1, 2, 3, 4, 5];
const PLAIN = { axis: "step", isLogX: false, smoothing: 0 } as const;

function lines(whole: Series, axis: "step" | "wall" = "step") {
  return makeLines({ whole, near: null, over: null, overNear: null }, { ...PLAIN, axis });
}

it("what several writers wrote is one series, by step and then by time", () => {
  const found = series(written("a", [0, 2], 1, 0), written("b", [1, 2], 2, 10));
  expect([...found.steps]).toEqual([0n, 1n, 2n, 2n]);
  expect([...found.values]).toEqual([1, 2, 1, 2]);
});

it("a run that was taken up again is one line, its abandoned branch beside it, however it is thinned", () => {
  // The steps of both are those that a thinned series keeps: none of them is there twice.
  const made = lines(series(written("a", [0, 20, 61, 99], 1, 0), written("b", [60, 80, 140], 2, 100)));
  expect(made).toHaveLength(1);
  expect([...(made[0]?.line.steps ?? [])]).toEqual([0n, 20n, 60n, 80n, 140n]);
  expect([...(made[0]?.line.values ?? [])]).toEqual([1, 1, 2, 2, 2]);
  expect(made[0]?.abandoned.map((one) => [...one.steps])).toEqual([[61n, 99n]]);
  expect(made[0]?.writer).toBeNull();
});

it("a run that was taken up again twice has two abandoned branches", () => {
  const [made] = lines(
    series(written("a", STEPS, 1, 0), written("b", [3, 4, 5, 6], 2, 100), written("c", [5, 6, 7], 3, 200)),
  );
  expect([...(made?.line.values ?? [])]).toEqual([1, 1, 1, 2, 2, 3, 3, 3]);
  expect(made?.abandoned.map((one) => [...one.values])).toEqual([
    [2, 2],
    [1, 1, 1],
  ]);
});

it("a run that went on where it ended has nothing abandoned", () => {
  const [made] = lines(series(written("a", [0, 1], 1, 0), written("b", [2, 3], 2, 100)));
  expect([...(made?.line.steps ?? [])]).toEqual([0n, 1n, 2n, 3n]);
  expect(made?.abandoned).toEqual([]);
});

it("writers side by side are lines of their own", () => {
  const made = lines(series(written("a", STEPS, 1, 0), written("b", STEPS, 2, 1), written("c", STEPS, 3, 2)));
  expect(made.map((one) => [one.writer, new Set(one.line.values)])).toEqual([
    ["a", new Set([1])],
    ["b", new Set([2])],
    ["c", new Set([3])],
  ]);
  expect(made.every((one) => one.abandoned.length === 0)).toBe(true);
});

it("ranks that were taken up again go on as their own lines", () => {
  const found = chainsOf(
    series(
      written("a", STEPS, 1, 0),
      written("b", STEPS, 2, 1),
      written("c", STEPS, 1, 100),
      written("d", STEPS, 2, 101),
    ),
  );
  expect(found.map((chain) => chain.map((one) => one.writer))).toEqual([
    ["a", "c"],
    ["b", "d"],
  ]);
});

it("over time all attempts stand where they were", () => {
  const [made] = lines(series(written("a", STEPS, 1, 0), written("b", [3, 4], 2, 100)), "wall");
  expect([...(made?.line.x ?? [])]).toEqual([0, 1, 2, 3, 4, 5, 100, 101]);
  expect(made?.abandoned).toEqual([]);
});
