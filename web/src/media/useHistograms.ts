/** Histograms of many steps, a few at a time, as far as a heat map can tell them apart. */

import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useRef, useState } from "react";
import type { Artifact } from "../api/queries";
import type { HistogramDocument } from "./histogramDocument";
import { histogramQuery } from "./objects";

/** Columns that a heat map has at most; every second, fourth, … step where there are more. */
export const MOST_COLUMNS = 256;
const AT_ONCE = 4;
const PAINT_MS = 120;

/** A histogram and the place of its item. */
export interface Placed {
  readonly place: number;
  readonly document: HistogramDocument;
}

/** Every so manieth item is read: a power of two, so that of a series that grows what was read stays of use. */
export function strideOf(length: number): number {
  let stride = 1;
  while (length / stride > MOST_COLUMNS) stride *= 2;
  return stride;
}

export function useHistograms(items: readonly Artifact[], isNear: boolean): readonly Placed[] {
  const client = useQueryClient();
  const known = useRef(new Map<string, HistogramDocument>());
  const [version, setVersion] = useState(0);
  const stride = strideOf(items.length);
  useEffect(() => {
    if (!isNear) return;
    let isHere = true;
    let painting: ReturnType<typeof setTimeout> | undefined;
    const missing = items
      .filter((_, place) => place % stride === 0)
      .flatMap(({ sha256 }) => (sha256 !== null && !known.current.has(sha256) ? [sha256] : []));
    const paint = () => {
      painting = undefined;
      if (isHere) setVersion((one) => one + 1);
    };
    const read = async () => {
      for (let sha256 = missing.shift(); sha256 !== undefined && isHere; sha256 = missing.shift()) {
        try {
          known.current.set(sha256, await client.fetchQuery(histogramQuery(sha256)));
          painting ??= setTimeout(paint, PAINT_MS);
        } catch {
          // The panel of the step itself says what is wrong with it; here its column stays empty.
        }
      }
    };
    for (let one = 0; one < AT_ONCE; one += 1) void read();
    return () => {
      isHere = false;
      clearTimeout(painting);
    };
  }, [client, items, stride, isNear]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the version says that more is known
  return useMemo(
    () =>
      items.flatMap(({ sha256 }, place) => {
        const document = place % stride === 0 && sha256 !== null ? known.current.get(sha256) : undefined;
        return document === undefined ? [] : [{ place, document }];
      }),
    [items, stride, version],
  );
}
