/** The colour of each run by a dimension, or its own. */

import type { FoundRun } from "../api/queries";
import { colourAt, type Theme } from "../look/colours";
import type { Dimension } from "./dimensions";
import { rampColour } from "./ramp";
import { type Scale, scaleOf, usualScale } from "./scale";

/** One colour a run, and the scale that they are from, where they are of numbers. */
export interface RunColours {
  readonly colours: readonly string[];
  readonly scale: Scale | null;
}

const NONE: Readonly<Record<Theme, string>> = { light: "#b4b4ae", dark: "#5b5f66" };

/** Colours by a dimension; each run's own, which `ownOf` knows, where there is none. */
export function runColours(
  runs: readonly FoundRun[],
  by: Dimension | null,
  theme: Theme,
  ownOf: (run: FoundRun) => string,
): RunColours {
  if (by === null) return { colours: runs.map(ownOf), scale: null };
  if (!by.isNumber) {
    const colours = by.categories.map((_, place) => colourAt(place, theme));
    return { colours: Array.from(by.values, (value) => colours[value] ?? NONE[theme]), scale: null };
  }
  const scale = scaleOf(by, usualScale(by));
  const colours = Array.from(by.values, (value) => {
    const place = scale.place(value);
    return Number.isNaN(place) ? NONE[theme] : rampColour(place, theme);
  });
  return { colours, scale };
}
