/** Changing tags of runs, and what the page knows of them, which need not be asked for again. */

import { type InfiniteData, type QueryClient, useMutation, useQueryClient } from "@tanstack/react-query";
import { type ApiError, ask, type Schemas } from "../api/client";
import type { FoundRun, Run } from "../api/queries";
import { retagged } from "./tags";

export interface Retag {
  readonly runs: readonly string[];
  readonly set?: Readonly<Record<string, string>>;
  readonly remove?: readonly string[];
}

/** A function that sets and removes tags of runs on the server. */
export function useRetag() {
  const client = useQueryClient();
  return useMutation<Schemas["Names"], ApiError, Retag>({
    mutationFn: ({ runs, set = {}, remove = [] }) => ask("/v1/retag", { body: { runs, set, remove } }),
    onSuccess: (_, retag) => note(client, retag),
  });
}

/** Runs have their new tags wherever they are shown; what a filter or an order makes of them comes with the next event. */
function note(client: QueryClient, { runs, set = {}, remove = [] }: Retag): void {
  const named = new Set(runs);
  const changed = <T extends Run | FoundRun>(run: T): T =>
    named.has(run.uid) ? { ...run, tags: retagged(run.tags, set, remove) } : run;
  client.setQueriesData<InfiniteData<Schemas["FoundList"]>>({ queryKey: ["runs"] }, (found) =>
    found === undefined
      ? found
      : { ...found, pages: found.pages.map((page) => ({ ...page, items: page.items.map(changed) })) },
  );
  client.setQueriesData<FoundRun[]>({ queryKey: ["compare"] }, (found) => found?.map(changed));
  for (const uid of runs) client.setQueryData<Run>(["run", uid, "record"], (run) => run && changed(run));
}
