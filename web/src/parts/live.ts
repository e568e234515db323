/** Live events for components: what a page shows is asked for again when the server says that it changed. */

import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useSyncExternalStore } from "react";
import { type Interest, Live, type LiveState } from "../api/live";

/** Changes are gathered for so long before anything is asked for again. */
const GATHER_MS = 100;

export const live = new Live();

/** How live the page is. */
export function useLiveState(): LiveState {
  return useSyncExternalStore(
    (watcher) => live.watch(watcher),
    () => live.state,
  );
}

/**
 * Have the ids of runs that changed passed on, some at a time, while the component is there.
 *
 * @param interest The same object as long as the same is meant.
 * @param changed The same function as long as the same is to be done.
 */
export function useChanges(interest: Interest, changed: (runs: readonly string[]) => void): void {
  useEffect(() => {
    const waiting = new Set<string>();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stop = live.listen(({ run }) => {
      waiting.add(run);
      timer ??= setTimeout(() => {
        const runs = [...waiting];
        waiting.clear();
        timer = undefined;
        changed(runs);
      }, GATHER_MS);
    });
    const unwant = live.want(interest);
    return () => {
      clearTimeout(timer);
      stop();
      unwant();
    };
  }, [interest, changed]);
}

/** A function that has all that is known of some runs asked for again, as far as it is looked at. */
export function useRefresh(): (runs: readonly string[]) => void {
  const client = useQueryClient();
  return useCallback(
    (runs) => {
      for (const run of runs) {
        void client.invalidateQueries({ queryKey: ["run", run] });
        void client.invalidateQueries({ queryKey: ["points", run] });
      }
    },
    [client],
  );
}
