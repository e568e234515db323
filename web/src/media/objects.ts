/** Bytes of media as they are shown, each asked for once. */

import { queryOptions, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import type { ApiError } from "../api/client";
import { type Artifact, objectQuery } from "../api/queries";
import { parseTable, type Table } from "../parts/tableDocument";
import { type HistogramDocument, parseHistogram } from "./histogramDocument";

/** Pictures in which no browser finds a script. */
export const PICTURES = /^image\/(png|jpeg|gif|webp|bmp|avif)$/;
/** So many items after the one that is shown are here before they are asked for, and one before it. */
const AHEAD = 3;

/** Bytes of a picture that was passed by are let go soon: a slider passes thousands. */
const KEPT_MS = 30_000;

function bytesQuery(sha256: string) {
  return { ...objectQuery(sha256), gcTime: KEPT_MS };
}

/** The media type without what follows it. */
export function typeOf({ media_type }: Artifact): string {
  return (media_type ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
}

/** The text of an object. */
export function textQuery(sha256: string) {
  return queryOptions<string, ApiError>({
    queryKey: ["object", sha256, "text"],
    queryFn: async ({ client }) => (await client.fetchQuery(bytesQuery(sha256))).text(),
    staleTime: Number.POSITIVE_INFINITY,
  });
}

/** The table that an object is. */
export function tableQuery(sha256: string) {
  return queryOptions<Table, Error>({
    queryKey: ["object", sha256, "table"],
    queryFn: async ({ client }) => parseTable(await (await client.fetchQuery(bytesQuery(sha256))).text()),
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });
}

/** The histogram that an object is. */
export function histogramQuery(sha256: string) {
  return queryOptions<HistogramDocument, Error>({
    queryKey: ["object", sha256, "histogram"],
    queryFn: async ({ client }) => parseHistogram(await (await client.fetchQuery(bytesQuery(sha256))).text()),
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });
}

/** What is shown, as it stays until the next is here, so that nothing flickers while one goes through the steps. */
export function useHeld<T>(key: string, value: T | undefined): { readonly key: string; readonly value: T } | null {
  const [held, setHeld] = useState<{ readonly key: string; readonly value: T } | null>(null);
  if (value !== undefined && (held === null || held.key !== key || held.value !== value)) setHeld({ key, value });
  return value === undefined ? held : { key, value };
}

/** An address for a picture's bytes; null until they are here. */
export function usePicture(artifact: Artifact) {
  const sha256 = artifact.sha256 ?? "";
  const found = useQuery(bytesQuery(sha256));
  const held = useHeld(sha256, found.data);
  const [source, setSource] = useState<{ readonly key: string; readonly url: string } | null>(null);
  const blob = held?.value;
  const key = held?.key;
  const type = typeOf(artifact);
  useEffect(() => {
    if (blob === undefined || key === undefined) return;
    const url = URL.createObjectURL(blob.slice(0, blob.size, type));
    setSource({ key, url });
    return () => URL.revokeObjectURL(url);
  }, [blob, key, type]);
  return { source: source?.url ?? null, isLate: source !== null && source.key !== sha256, found };
}

/** Have the neighbours of what is shown here before they are asked for. */
export function usePrefetch(items: readonly Artifact[], place: number, isNear: boolean): void {
  const client = useQueryClient();
  useEffect(() => {
    if (!isNear) return;
    for (const at of [...Array.from({ length: AHEAD }, (_, by) => place + by + 1), place - 1]) {
      const sha256 = items[at]?.sha256;
      if (sha256) void client.prefetchQuery(bytesQuery(sha256));
    }
  }, [client, items, place, isNear]);
}
