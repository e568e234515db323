/** What the page asks the server, each question once, with the key under which its answer is kept. */

import { infiniteQueryOptions, keepPreviousData, queryOptions } from "@tanstack/react-query";
import { batch, type View } from "./batch";
import { type ApiError, ask, askBytes, type Schemas } from "./client";

export type Run = Schemas["RunDocument"];
export type FoundRun = Schemas["FoundRun"];
export type Experiment = Schemas["ExperimentDocument"];
export type Summary = Schemas["SummaryDocument"];
export type Artifact = Schemas["ArtifactDocument"];
export type Attempt = Schemas["AttemptDocument"];
export type Lineage = Schemas["LineageDocument"];
export type LineageRun = Schemas["LineageRunDocument"];
export type LineageArtifact = Schemas["LineageArtifactDocument"];

const PAGE = 1000;
/** Artifacts of a page: a run may have an image of every step. */
const ARTIFACTS_A_PAGE = 10_000;
/** Runs of the first page of a search. */
export const FIRST_PAGE = 60;

/** All items of a list, page by page; behind a token those that follow. */
export async function every<T>(path: string, signal: AbortSignal, limit = PAGE, after?: string): Promise<T[]> {
  const items: T[] = [];
  let token: string | null | undefined = after;
  do {
    const some: { items: T[]; next_token?: string | null } = await ask(path, {
      parameters: { limit, token },
      signal,
    });
    items.push(...some.items);
    token = some.next_token;
  } while (token);
  return items;
}

export const experimentsQuery = queryOptions<Experiment[], ApiError>({
  queryKey: ["experiments"],
  queryFn: ({ signal }) => every("/v1/experiments", signal),
  refetchInterval: 15_000,
});

/** Which runs a table holds, in which order. */
export interface RunSearch {
  readonly experiment: string;
  readonly filter: string;
  readonly order: string;
}

function searchBody(search: RunSearch, limit: number, token: string | null): Schemas["Search"] {
  return { experiment_names: [search.experiment], filter: search.filter, order_by: search.order, limit, token };
}

/** Runs that a search finds, page by page; the first page is short, so that it is here soon. */
export function runsQuery(search: RunSearch) {
  return infiniteQueryOptions<
    Schemas["FoundList"],
    ApiError,
    { pages: Schemas["FoundList"][]; pageParams: (string | null)[] },
    readonly unknown[],
    string | null
  >({
    queryKey: ["runs", search.experiment, search.filter, search.order],
    queryFn: ({ pageParam, signal }) =>
      ask("/v1/search", { body: searchBody(search, pageParam === null ? FIRST_PAGE : PAGE, pageParam), signal }),
    initialPageParam: null,
    getNextPageParam: (last) => last.next_token ?? null,
    placeholderData: keepPreviousData,
    staleTime: Number.POSITIVE_INFINITY,
    // To look for what is the same in 10,000 runs would take longer than to read the page that was added.
    structuralSharing: false,
  });
}

/** Those of these runs that a search finds too. */
export async function askRuns(search: RunSearch, uids: readonly string[]): Promise<FoundRun[]> {
  const among = `id in (${uids.map((uid) => `'${uid}'`).join(", ")})`;
  const filter = search.filter.trim() === "" ? among : `(${search.filter}) and ${among}`;
  return (await ask<Schemas["FoundList"]>("/v1/search", { body: searchBody({ ...search, filter }, PAGE, null) })).items;
}

export function runQuery(uid: string) {
  return queryOptions<Run, ApiError>({
    queryKey: ["run", uid, "record"],
    queryFn: ({ signal }) => ask(`/v1/runs/${uid}`, { signal }),
  });
}

export function summariesQuery(uid: string) {
  return queryOptions<Summary[], ApiError>({
    queryKey: ["run", uid, "metrics"],
    queryFn: ({ signal }) => every(`/v1/runs/${uid}/metrics`, signal),
  });
}

export function artifactsQuery(uid: string) {
  return queryOptions<Artifact[], ApiError>({
    queryKey: ["run", uid, "artifacts"],
    queryFn: async ({ client, signal, queryKey }) => {
      const path = `/v1/runs/${uid}/artifacts`;
      const known = client.getQueryData<Artifact[]>(queryKey) ?? [];
      const last = known[known.length - 1];
      if (last !== undefined) {
        // They come in the order of logging, and a token counts what came before: what is new stands behind the last
        // that is known, as long as that one still has its place. It has not where one before it went.
        const token = String(known.length - 1);
        const [first, ...rest] = await every<Artifact>(path, signal, ARTIFACTS_A_PAGE, token);
        if (isSame(first, last)) return rest.length === 0 ? known : [...known, ...rest];
      }
      return every<Artifact>(path, signal, ARTIFACTS_A_PAGE);
    },
  });
}

function isSame(one: Artifact | undefined, other: Artifact): boolean {
  return one !== undefined && JSON.stringify(one) === JSON.stringify(other);
}

export function attemptsQuery(uid: string) {
  return queryOptions<Attempt[], ApiError>({
    queryKey: ["run", uid, "attempts"],
    queryFn: ({ signal }) => every(`/v1/runs/${uid}/attempts`, signal),
  });
}

/** Whose lineage: exactly one of these. */
export type LineageOf =
  | { readonly run: string }
  | { readonly experiment: string }
  | { readonly sha256: string }
  | { readonly value: string };

/** What came from what. */
export function lineageQuery(of: LineageOf) {
  return queryOptions<Lineage, ApiError>({
    queryKey: ["lineage", of],
    queryFn: ({ signal }) => ask("/v1/lineage", { parameters: { ...of }, signal }),
  });
}

export function pointsQuery(run: string, name: string, view: View) {
  return queryOptions({
    queryKey: ["points", run, name, view],
    queryFn: () => batch.load(run, name, view),
    staleTime: Number.POSITIVE_INFINITY,
  });
}

/** The bytes of an object, which never change. */
export function objectQuery(sha256: string) {
  return queryOptions<Blob, ApiError>({
    queryKey: ["object", sha256],
    queryFn: ({ signal }) => askBytes(`/v1/objects/${sha256}`, { signal }),
    staleTime: Number.POSITIVE_INFINITY,
  });
}

export const meQuery = queryOptions<Schemas["Me"], ApiError>({
  queryKey: ["me"],
  queryFn: ({ signal }) => ask("/v1/me", { signal }),
  staleTime: 60_000,
});
