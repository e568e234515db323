/** The runs of an experiment's page: found page by page, and brought up to date as they change. */

import { useInfiniteQuery, useIsFetching, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo, useRef } from "react";
import { askRuns, FIRST_PAGE, type RunSearch, runsQuery } from "../api/queries";
import { useChanges, useRefresh } from "../parts/live";
import { namesOfPages } from "../parts/runColumns";
import { merged, type Pages, runsOfPages } from "./mergedRuns";

/** So many runs are read without being scrolled to. */
const READ_AHEAD = 20_000;
/** So long the page behind the first one waits for charts to ask for their points. */
const SETTLE_MS = 250;
/** So many changed runs are asked for one by one; more of them, and the table is read anew. */
const ONE_BY_ONE = 200;

export function useExperimentRuns(search: RunSearch) {
  const client = useQueryClient();
  const query = useMemo(() => runsQuery(search), [search]);
  const found = useInfiniteQuery(query);
  const { hasNextPage, isFetchingNextPage, fetchNextPage, isPlaceholderData, isError } = found;
  // A filter that can't be read hides nothing: what was found before stays.
  const last = useRef<{ experiment: string; data: Pages } | null>(null);
  if (found.data !== undefined) last.current = { experiment: search.experiment, data: found.data };
  const data = found.data ?? (last.current?.experiment === search.experiment ? last.current.data : undefined);
  const runs = useMemo(() => (data === undefined ? [] : runsOfPages(data)), [data]);
  const names = useMemo(() => namesOfPages(data?.pages.map((page) => page.items) ?? []), [data]);

  // Charts that are waited for go first.
  const areChartsWaiting = useIsFetching({ queryKey: ["points"] }) > 0;
  const isNext = hasNextPage && !isFetchingNextPage && !isPlaceholderData && !isError && runs.length < READ_AHEAD;
  useEffect(() => {
    if (!isNext || areChartsWaiting) return;
    const timer = setTimeout(() => void fetchNextPage(), runs.length > FIRST_PAGE ? 0 : SETTLE_MS);
    return () => clearTimeout(timer);
  }, [isNext, areChartsWaiting, runs.length, fetchNextPage]);

  const refresh = useRefresh();
  const changed = useCallback(
    async (uids: readonly string[]) => {
      const pages = client.getQueryData<Pages>(query.queryKey);
      if (pages === undefined) return;
      const known = new Map(runsOfPages(pages).map((run) => [run.uid, run]));
      // A stream that begins tells of all its runs; one that ended and is known has nothing new to say.
      const news = uids.filter((uid) => (known.get(uid)?.end_us ?? null) === null);
      if (news.length === 0) return;
      if (news.length > ONE_BY_ONE) {
        await client.invalidateQueries({ queryKey: query.queryKey });
        return;
      }
      const fresh = await askRuns(search, news);
      client.setQueryData<Pages>(query.queryKey, (before) =>
        before === undefined ? before : merged(before, fresh, news),
      );
      refresh(news);
    },
    [client, query.queryKey, search, refresh],
  );
  const interest = useMemo(() => ({ experiments: [search.experiment] }), [search.experiment]);
  useChanges(interest, changed);
  const more = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage]);
  return { ...found, runs, names, more };
}
