import { beforeEach, expect, it } from "vitest";
import { Colours } from "../../src/look/colours";

const RUNS = Array.from({ length: 12 }, (_, at) => `run${at}`);

beforeEach(() => localStorage.clear());

it("eight runs have eight colours, and the rest colours of their own", () => {
  const colours = new Colours("e");
  colours.give(RUNS);
  expect(new Set(RUNS.slice(0, 8).map((run) => colours.of(run, "light"))).size).toBe(8);
  expect(colours.of("run9", "light")).toMatch(/^hsl/);
});

it("a run keeps its colour when others come and when the page is opened again", () => {
  const before = new Colours("e");
  before.give(["a", "b"]);
  const colour = before.of("a", "dark");
  before.give(["c", "a", "b"]);
  expect(before.of("a", "dark")).toBe(colour);
  expect(new Colours("e").of("a", "dark")).toBe(colour);
});

it("a colour that somebody chose is kept", () => {
  new Colours("e").choose("a", "#123456");
  expect(new Colours("e").of("a", "light")).toBe("#123456");
});
