/** Colours that a ground would swallow, made darker or lighter until they can be told from it. */

import type { Theme } from "./colours";

/** The grounds of tokens.css. */
const GROUNDS: Readonly<Record<Theme, string>> = { light: "#fcfcfb", dark: "#151618" };
/** A line and a dot are large enough to be seen at this; text would need more. */
const LEAST = 2;
const STEPS = 32;

type Rgb = readonly [number, number, number];

const known = new Map<string, string>();

/** The colour itself where it stands out from the theme's ground, else the nearest tone of it that does. */
export function readable(colour: string, theme: Theme): string {
  const key = `${theme}${colour}`;
  let found = known.get(key);
  if (found === undefined) {
    found = toned(colour, theme);
    known.set(key, found);
  }
  return found;
}

function toned(colour: string, theme: Theme): string {
  const own = parse(colour);
  if (own === null) return colour;
  const end = theme === "dark" ? 255 : 0;
  for (let step = 0; step <= STEPS; step += 1) {
    const share = step / STEPS;
    const tone: Rgb = [mix(own[0], end, share), mix(own[1], end, share), mix(own[2], end, share)];
    if (contrast(write(tone), GROUNDS[theme]) >= LEAST) return step === 0 ? colour : write(tone);
  }
  return colour;
}

/**
 * How far two colours stand apart, 1 to 21.
 *
 * Source: WCAG 2.2, https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio
 */
export function contrast(one: string, other: string): number {
  const [low = 0, high = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}

function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = (parse(colour) ?? [0, 0, 0]).map((one) => {
    const share = one / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function parse(colour: string): Rgb | null {
  const found = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(colour);
  if (found === null) return null;
  const [, red = "", green = "", blue = ""] = found;
  return [Number.parseInt(red, 16), Number.parseInt(green, 16), Number.parseInt(blue, 16)];
}

function write(colour: Rgb): string {
  return `#${colour.map((one) => one.toString(16).padStart(2, "0")).join("")}`;
}

function mix(from: number, to: number, share: number): number {
  return Math.round(from + (to - from) * share);
}
