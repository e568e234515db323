import { expect, it } from "vitest";
import type { Dimension } from "../../src/charts/dimensions";
import { type Importance, rankCorrelation, weigh } from "../../src/charts/importance";
import { randomFrom } from "../../src/charts/random";

function numbers(id: string, values: readonly number[]): Dimension {
  return { id, title: id, isNumber: true, values: Float64Array.from(values), categories: [], say: String };
}

function categories(id: string, values: readonly number[], names: readonly string[]): Dimension {
  return { ...numbers(id, values), isNumber: false, categories: names };
}

function weighed(parameters: readonly Dimension[], metric: Dimension): Importance {
  const uids = Array.from(metric.values, (_, at) => String(at).padStart(6, "0"));
  const work = weigh(parameters, metric, uids);
  for (;;) {
    const next = work.next();
    if (next.done === true) return next.value;
  }
}

const random = randomFrom(7);
const many = Array.from({ length: 300 }, () => random());
const a = numbers("a", many);
const b = numbers("b", many.map(random));
const noise = numbers("noise", many.map(random));
const loss = numbers(
  "loss",
  many.map((one, at) => 3 * one - 0.7 * (b.values[at] ?? 0) + random() * 0.1),
);

it("of y = 3a - 0.7b + noise the first is a, the second b, and what has no part in it is last, at about nothing", () => {
  const found = weighed([noise, b, a], loss);
  expect(found.weights.map((one) => one.id)).toEqual(["a", "b", "noise"]);
  const [first, second, last] = found.weights;
  expect(first?.importance).toBeGreaterThan(1);
  expect(first?.correlation).toBeGreaterThan(0.9);
  expect(second?.correlation).toBeLessThan(-0.05);
  expect(Math.abs(last?.importance ?? 1)).toBeLessThan(0.02);
  expect(found.explained).toBeGreaterThan(0.9);
  expect(found.runs).toBe(300);
});

it("the same runs give the same figures in whichever order they come", () => {
  const order = [...many.keys()].reverse();
  const turned = ({ id, values }: Dimension) =>
    numbers(
      id,
      order.map((at) => values[at] ?? 0),
    );
  const uids = order.map((at) => String(at).padStart(6, "0"));
  const work = weigh([a, b].map(turned), turned(loss), uids);
  let next = work.next();
  while (next.done !== true) next = work.next();
  expect(next.value).toEqual(weighed([a, b], loss));
});

it("what only rises and then falls has no rank correlation to speak of, and matters", () => {
  const hill = numbers(
    "hill",
    many.map((one) => -((one - 0.5) ** 2)),
  );
  const found = weighed([noise, a], hill);
  expect(found.weights[0]?.id).toBe("a");
  expect(found.weights[0]?.importance).toBeGreaterThan(1);
  expect(Math.abs(found.weights[0]?.correlation ?? 1)).toBeLessThan(0.2);
});

it("categories are parted by what they bring, whatever their names' order, and missing values are a value", () => {
  const kinds = many.map((one) => Math.floor(one * 5));
  const kind = categories("kind", kinds, ["e", "d", "c", "b", "a"]);
  const some = numbers(
    "some",
    many.map((one) => (one < 0.5 ? Number.NaN : 1)),
  );
  const steps = numbers(
    "steps",
    kinds.map((one) => [3, 0, 5, 1, 4][one] ?? 0),
  );
  const found = weighed([noise, kind], steps);
  expect(found.weights[0]).toMatchObject({ id: "kind", correlation: null });
  expect(found.explained).toBeGreaterThan(0.99);
  expect(
    weighed(
      [noise, some],
      numbers(
        "half",
        many.map((one) => Number(one < 0.5)),
      ),
    ).weights[0]?.id,
  ).toBe("some");
});

it("of nothing but noise nothing is explained", () => {
  const found = weighed([a, b], numbers("noise", [...noise.values]));
  expect(found.explained).toBeLessThan(0.1);
});

it("runs without a finite value are left out, and a metric that is the same everywhere has no weights", () => {
  const broken = numbers(
    "loss",
    [...loss.values].map((one, at) => (at % 3 === 0 ? Number.NaN : one)),
  );
  expect(weighed([a], broken).runs).toBe(200);
  const same = weighed(
    [a],
    numbers(
      "loss",
      many.map(() => 1),
    ),
  );
  expect(same.weights[0]).toMatchObject({ importance: 0, correlation: null });
});

it("ranks that are shared count as their mean", () => {
  expect(rankCorrelation(Float64Array.of(1, 2, 3, 4), Float64Array.of(1, 10, 100, 1000))).toBeCloseTo(1);
  // scipy.stats.spearmanr([1, 2, 2, 3], [1, 3, 2, 4]) is 0.9487
  expect(rankCorrelation(Float64Array.of(1, 2, 2, 3), Float64Array.of(1, 3, 2, 4))).toBeCloseTo(0.9487, 4);
  expect(rankCorrelation(Float64Array.of(1, Number.NaN), Float64Array.of(1, 2))).toBe(null);
});
