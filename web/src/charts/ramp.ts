/**
 * Colours of numbers: even steps look even, in grey too and to colour-blind people.
 *
 * Source: viridis, https://bids.github.io/colormap/ (van der Walt and Smith, 2015), without the end that each ground swallows.
 */

import type { Theme } from "../look/colours";

const STOPS = [
  [68, 1, 84],
  [72, 36, 117],
  [65, 68, 135],
  [53, 95, 141],
  [42, 120, 142],
  [33, 145, 140],
  [34, 168, 132],
  [68, 191, 112],
  [122, 209, 81],
  [189, 223, 38],
  [253, 231, 37],
] as const;
const SHOWN: Readonly<Record<Theme, readonly [number, number]>> = { light: [0, 0.82], dark: [0.22, 1] };

/** The colour at a place from 0 to 1. */
export function rampColour(place: number, theme: Theme): string {
  const [from, to] = SHOWN[theme];
  const at = (from + Math.max(0, Math.min(1, place)) * (to - from)) * (STOPS.length - 1);
  const low = STOPS[Math.floor(at)] ?? STOPS[0];
  const high = STOPS[Math.min(STOPS.length - 1, Math.floor(at) + 1)] ?? low;
  const part = at - Math.floor(at);
  return `rgb(${low.map((one, channel) => Math.round(one + ((high[channel] ?? one) - one) * part)).join(" ")})`;
}

/** The same as a gradient of CSS, for a legend. */
export function rampGradient(theme: Theme): string {
  const stops = Array.from({ length: 9 }, (_, at) => rampColour(at / 8, theme));
  return `linear-gradient(to right, ${stops.join(", ")})`;
}
