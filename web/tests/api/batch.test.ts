import { expect, it } from "vitest";
import { Batch } from "../../src/api/batch";
import type { Schemas } from "../../src/api/client";
import type { Series } from "../../src/api/points";

function series(run: string, name: string): Series {
  return { run, name, steps: new BigInt64Array(), timestamps_us: new BigInt64Array(), values: new Float64Array() };
}

function recording(lacking = "") {
  const asked: Schemas["Wanted"][] = [];
  const batch = new Batch(async (body) => {
    asked.push(body);
    return body.runs.flatMap((run) => body.names.filter((name) => name !== lacking).map((name) => series(run, name)));
  });
  return { asked, batch };
}

const VIEW = { max_points: 800 };

it("series that many charts ask for at once are one request", async () => {
  const { asked, batch } = recording();
  const wishes = ["a", "b"].flatMap((run) => ["loss", "acc"].map((name) => batch.load(run, name, VIEW)));
  const found = await Promise.all(wishes);
  expect(found.map((one) => `${one?.run} ${one?.name}`)).toEqual(["a loss", "a acc", "b loss", "b acc"]);
  expect(asked).toEqual([{ runs: ["a", "b"], names: ["loss", "acc"], ...VIEW, by_writer: true }]);
});

it("nothing is asked for that nobody wished", async () => {
  const { asked, batch } = recording();
  await Promise.all([
    batch.load("a", "loss", VIEW),
    batch.load("b", "acc", VIEW),
    batch.load("a", "loss", { max_points: 10 }),
  ]);
  expect(asked.map(({ runs, names, max_points }) => [runs, names, max_points])).toEqual([
    [["a"], ["loss"], 800],
    [["b"], ["acc"], 800],
    [["a"], ["loss"], 10],
  ]);
});

it("a series that a run lacks is null", async () => {
  const { batch } = recording("loss");
  expect(await batch.load("a", "loss", VIEW)).toBeNull();
});

it("many points come in several answers", async () => {
  const { asked, batch } = recording();
  const names = Array.from({ length: 300 }, (_, at) => `m${at}`);
  await Promise.all(names.map((name) => batch.load("a", name, VIEW)));
  expect(asked.length).toBe(2);
});

it("who wished hears of a failure", async () => {
  const batch = new Batch(async () => {
    throw new Error("gone");
  });
  await expect(batch.load("a", "loss", VIEW)).rejects.toThrow("gone");
});
