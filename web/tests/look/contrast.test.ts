import { expect, it } from "vitest";
import { contrast, readable } from "../../src/look/contrast";

it("contrast is that of WCAG", () => {
  expect(contrast("#000000", "#ffffff")).toBeCloseTo(21);
  expect(contrast("#777777", "#ffffff")).toBeCloseTo(4.48, 2);
});

it.each([
  ["light", "#ffffff", "#fcfcfb"],
  ["light", "#ffff66", "#fcfcfb"],
  ["dark", "#000000", "#151618"],
  ["dark", "#000080", "#151618"],
] as const)("on a %s ground %s is made to be seen", (theme, colour, ground) => {
  expect(contrast(colour, ground)).toBeLessThan(2);
  const shown = readable(colour, theme);
  expect(contrast(shown, ground)).toBeGreaterThanOrEqual(2);
  expect(contrast(shown, ground)).toBeLessThan(2.6);
});

it("a colour that can be seen stays as it is", () => {
  expect(readable("#d55e00", "light")).toBe("#d55e00");
  expect(readable("#ffff66", "dark")).toBe("#ffff66");
});
