/** How parallel coordinates are looked at, as addresses have it: axes in order, their scales, brushes, what colours lines. */

import type { Dimension } from "../charts/dimensions";
import type { Brush } from "../charts/parallel";
import { SCALES, type ScaleKind } from "../charts/scale";
import { oneOf, parseList, writeList } from "./text";

/** Scales that were chosen, `log:params.lr`, by axis. */
export function parseScales(text: string | undefined): ReadonlyMap<string, ScaleKind> {
  const found = new Map<string, ScaleKind>();
  for (const one of parseList(text)) {
    const colon = one.indexOf(":");
    found.set(one.slice(colon + 1), oneOf(one.slice(0, colon), SCALES, "linear"));
  }
  return found;
}

export function writeScales(scales: ReadonlyMap<string, ScaleKind>): string | undefined {
  return writeList([...scales].map(([id, kind]) => `${kind}:${id}`)) || undefined;
}

/** Brushes, `0.001:0.1:params.lr`. Those of categories name the first and the last one: places change as runs come. */
export function parseBrushes(text: string | undefined, dimensions: readonly Dimension[]): Brush[] {
  return parseList(text).flatMap((one) => {
    const [from = "", to = "", ...rest] = one.split(":");
    const id = rest.join(":");
    const dimension = dimensions.find((other) => other.id === id);
    if (dimension === undefined) return [];
    const place = (end: string) => (dimension.isNumber ? Number(end) : dimension.categories.indexOf(unquoted(end)));
    const brush = { id, from: place(from), to: place(to) };
    const isThere = dimension.isNumber ? brush.from <= brush.to : brush.from >= 0 && brush.to >= brush.from;
    return isThere && from !== "" && to !== "" ? [brush] : [];
  });
}

export function writeBrushes(brushes: readonly Brush[], dimensions: readonly Dimension[]): string | undefined {
  const texts = brushes.flatMap(({ id, from, to }) => {
    const dimension = dimensions.find((one) => one.id === id);
    if (dimension === undefined) return [];
    const end = (value: number) =>
      dimension.isNumber ? String(Number(value.toPrecision(9))) : encodeURIComponent(dimension.categories[value] ?? "");
    return [`${end(from)}:${end(to)}:${id}`];
  });
  return writeList(texts) || undefined;
}

function unquoted(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // typed by hand
  }
}
