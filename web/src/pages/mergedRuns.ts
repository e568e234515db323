/** Pages of found runs, brought up to date without being asked for anew. */

import type { InfiniteData } from "@tanstack/react-query";
import type { Schemas } from "../api/client";
import type { FoundRun } from "../api/queries";

export type Pages = InfiniteData<Schemas["FoundList"], string | null>;

/** The runs of pages, each once: one that began meanwhile may be told of before the page that holds it is read. */
export function runsOfPages(pages: Pages): FoundRun[] {
  const known = new Map<string, FoundRun>();
  for (const page of pages.pages) for (const run of page.items) if (!known.has(run.uid)) known.set(run.uid, run);
  return [...known.values()];
}

/** The same pages with what is new of some runs: in their places where they have one, else before all others. */
export function merged(pages: Pages, fresh: readonly FoundRun[], asked: readonly string[]): Pages {
  const news = new Map(fresh.map((run) => [run.uid, run]));
  const gone = new Set(asked.filter((uid) => !news.has(uid)));
  const placed = new Set<string>();
  const changed = pages.pages.map((page) => {
    let isChanged = false;
    const items = page.items.flatMap((run) => {
      const other = news.get(run.uid);
      if (other !== undefined) {
        placed.add(run.uid);
        isChanged = true;
        return [other];
      }
      if (!gone.has(run.uid)) return [run];
      isChanged = true;
      return [];
    });
    return isChanged ? { ...page, items } : page;
  });
  const first = changed[0];
  const unplaced = fresh.filter((run) => !placed.has(run.uid));
  if (first !== undefined && unplaced.length > 0) changed[0] = { ...first, items: [...unplaced, ...first.items] };
  return { ...pages, pages: changed };
}
