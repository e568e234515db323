/** The time, a little late: ages on the page need not be exact to the second. */

import { useSyncExternalStore } from "react";
import { savedHead } from "../api/exported";

let now = Date.now();
const watchers = new Set<() => void>();
setInterval(() => {
  if (watchers.size === 0 || document.visibilityState === "hidden") return;
  now = Date.now();
  for (const watcher of watchers) watcher();
}, 2000);

function watch(watcher: () => void): () => void {
  now = Date.now();
  watchers.add(watcher);
  return () => watchers.delete(watcher);
}

/** Milliseconds since 1970; in a saved page those of when it was saved, so that it says the same whenever it is read. */
export function useNow(): number {
  return useSyncExternalStore(watch, () => (savedHead === null ? now : savedHead.saved_us / 1000));
}
