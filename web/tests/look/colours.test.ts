import { beforeEach, expect, it } from "vitest";
import { Colours, watchColours } from "../../src/look/colours";

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

const tagged = (uid: string, colour: string) => ({ uid, tags: { "assay.color": colour } });

it("a tag wins over what the browser gave, and what was chosen here over the tag", () => {
  const colours = new Colours("e");
  colours.give(["a"]);
  const given = colours.of("a", "light");
  colours.learn([tagged("a", "#AA3311")]);
  expect(colours.of("a", "light")).toBe("#aa3311");
  colours.choose("a", "#117733");
  expect(colours.of("a", "light")).toBe("#117733");
  colours.choose("a", null);
  colours.learn([{ uid: "a", tags: {} }]);
  colours.give(["a"]);
  expect(colours.of("a", "light")).toBe(given);
});

it("a tag that is no colour is none", () => {
  const colours = new Colours("e");
  colours.give(["a"]);
  const given = colours.of("a", "light");
  colours.learn([tagged("a", "url(https://x)")]);
  expect(colours.of("a", "light")).toBe(given);
});

it("one of the eight that a tag names has the theme's tone, and no other run is given it", () => {
  const colours = new Colours("e");
  colours.learn([tagged("a", "#0072b2")]);
  colours.give(["a", "b"]);
  expect([colours.of("a", "light"), colours.of("a", "dark")]).toEqual(["#0072b2", "#4aa3df"]);
  expect(colours.of("b", "light")).not.toBe("#0072b2");
});

it("who watches is told once when colours are learnt, and not when nothing is new", async () => {
  const colours = new Colours("e");
  let told = 0;
  const stop = watchColours(() => {
    told += 1;
  });
  colours.learn([tagged("a", "#aa3311"), tagged("b", "#aa3312")]);
  colours.learn([tagged("c", "#aa3313")]);
  expect(told).toBe(0);
  await Promise.resolve();
  colours.learn([tagged("a", "#aa3311")]);
  await Promise.resolve();
  stop();
  expect(told).toBe(1);
});

it("runs that are opened one after the other can be told apart when they are drawn together", () => {
  const colours = new Colours("e");
  for (const run of ["a", "b", "c"]) colours.give([run]);
  expect(new Set(["a", "b", "c"].map((run) => colours.of(run, "light"))).size).toBe(3);
});
