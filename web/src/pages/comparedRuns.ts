/** The runs that are compared: those that an address names, kept up to date. */

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useMemo } from "react";
import { type ApiError, ask, type Schemas } from "../api/client";
import type { FoundRun } from "../api/queries";
import { useChanges, useRefresh } from "../parts/live";

/** So many runs are asked for at once. */
const AT_ONCE = 500;

/** Runs by their ids, in their order; those that are not there, or in the trash, are left out. */
export function useComparedRuns(uids: readonly string[]) {
  const client = useQueryClient();
  const found = useQuery<FoundRun[], ApiError>({
    queryKey: ["compare", uids],
    enabled: uids.length > 0,
    placeholderData: (before) => before,
    queryFn: async ({ signal }) => {
      const known = new Map<string, FoundRun>();
      for (let at = 0; at < uids.length; at += AT_ONCE) {
        const some = uids.slice(at, at + AT_ONCE).map((uid) => `'${uid.replaceAll("'", "''")}'`);
        const body = { filter: `id in (${some.join(", ")})`, limit: AT_ONCE };
        const { items } = await ask<Schemas["FoundList"]>("/v1/search", { body, signal });
        for (const one of items) known.set(one.uid, one);
      }
      return uids.flatMap((uid) => known.get(uid) ?? []);
    },
  });
  const refresh = useRefresh();
  const changed = useCallback(
    (some: readonly string[]) => {
      void client.invalidateQueries({ queryKey: ["compare"] });
      refresh(some);
    },
    [client, refresh],
  );
  useChanges(
    useMemo(() => ({ runs: uids }), [uids]),
    changed,
  );
  return found;
}
