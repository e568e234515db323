/** What the page asks of the workspace and the server as a whole: storage, the trash, tokens, health. */

import { queryOptions } from "@tanstack/react-query";
import { type ApiError, ask, type Schemas } from "./client";
import { every } from "./queries";

export type Storage = Schemas["StorageDocument"];
export type Trashed = Schemas["TrashedDocument"];
export type Token = Schemas["TokenDocument"];
export type Health = Schemas["Health"];

export const storageQuery = queryOptions<Storage, ApiError>({
  queryKey: ["storage"],
  queryFn: ({ signal }) => ask("/v1/storage", { signal }),
  refetchInterval: 60_000,
});

export const trashQuery = queryOptions<Trashed[], ApiError>({
  queryKey: ["trash"],
  queryFn: ({ signal }) => every("/v1/trash", signal),
});

export const tokensQuery = queryOptions<Token[], ApiError>({
  queryKey: ["tokens"],
  queryFn: ({ signal }) => every("/v1/tokens", signal),
});

export const healthQuery = queryOptions<Health, ApiError>({
  queryKey: ["health"],
  queryFn: ({ signal }) => ask("/v1/health", { signal }),
  refetchInterval: 15_000,
});

/** What deleting runs for good would free. */
export function freesQuery(runs: readonly string[]) {
  return queryOptions<Schemas["Frees"], ApiError>({
    queryKey: ["frees", runs],
    queryFn: ({ signal }) => ask("/v1/frees", { body: { runs }, signal }),
    staleTime: 30_000,
  });
}
