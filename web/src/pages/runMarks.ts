/** Which runs are drawn and which are selected. Both stand in the address. */

import { useCallback, useMemo, useRef } from "react";
import { coloursOf } from "../look/colours";
import { parseList, writeList } from "../url/text";
import type { Patch } from "../url/useTexts";

/** So many of the first runs, or groups, are drawn where nobody chose any. */
const DRAWN_FIRST = 10;
/** Stands in the address for all runs that fit the filter. */
const ALL = "*";

type Change = (patch: Patch, step?: boolean) => void;
type Texts = Readonly<Record<string, string>>;

/** The array of before where it says the same. */
export function useSame(list: readonly string[]): readonly string[] {
  const kept = useRef(list);
  if (kept.current.length !== list.length || kept.current.some((one, at) => one !== list[at])) kept.current = list;
  return kept.current;
}

/** Which of some are drawn: the first ones, those that were added, without those that were taken away. */
function useDrawn(ids: readonly string[], texts: Texts, change: Change, showKey: string, hideKey: string) {
  const show = texts[showKey];
  const hide = texts[hideKey];
  const firstIds = useSame(ids.slice(0, DRAWN_FIRST));
  const sets = useMemo(
    () => ({ shown: new Set(parseList(show)), hidden: new Set(parseList(hide)), first: new Set(firstIds) }),
    [show, hide, firstIds],
  );
  const isShown = useCallback(
    (id: string) => (sets.first.has(id) || sets.shown.has(id)) && !sets.hidden.has(id),
    [sets],
  );
  const onShow = useCallback(
    (id: string) => {
      const shown = new Set(sets.shown);
      const hidden = new Set(sets.hidden);
      if (isShown(id)) {
        shown.delete(id);
        if (sets.first.has(id)) hidden.add(id);
      } else {
        hidden.delete(id);
        if (!sets.first.has(id)) shown.add(id);
      }
      change({ [showKey]: writeList([...shown]) || undefined, [hideKey]: writeList([...hidden]) || undefined });
    },
    [sets, isShown, change, showKey, hideKey],
  );
  /** What of the address draws these alone. */
  const only = (some: readonly string[]): Patch => ({
    [showKey]: writeList(some.filter((id) => !sets.first.has(id))) || undefined,
    [hideKey]: writeList([...sets.first].filter((id) => !some.includes(id))) || undefined,
  });
  return { isShown, onShow, only };
}

/** The marks of runs, and of groups where there are some. */
export function useMarks(
  experiment: string,
  uids: readonly string[],
  groups: readonly string[],
  texts: Texts,
  change: Change,
) {
  const runs = useDrawn(uids, texts, change, "show", "hide");
  const drawnGroups = useDrawn(groups, texts, change, "gshow", "ghide");
  coloursOf(experiment).give(uids.filter(runs.isShown).reverse());
  return {
    ...runs,
    isGroupShown: drawnGroups.isShown,
    onShowGroup: drawnGroups.onShow,
    ...useSelection(uids, texts, change),
  };
}

function useSelection(uids: readonly string[], texts: Texts, change: Change) {
  const { sel, but } = texts;
  const isAll = sel === ALL;
  const named = useMemo(() => new Set(isAll ? parseList(but) : parseList(sel)), [isAll, sel, but]);
  const isSelected = useCallback((uid: string) => named.has(uid) !== isAll, [named, isAll]);
  const anchor = useRef<string | null>(null);
  const latest = useRef(uids);
  latest.current = uids;
  const onSelect = useCallback(
    (uid: string, isRange: boolean) => {
      const uids = latest.current;
      const from = anchor.current === null ? -1 : uids.indexOf(anchor.current);
      const to = uids.indexOf(uid);
      const next = new Set(named);
      if (isRange && from >= 0 && to >= 0) {
        for (const one of uids.slice(Math.min(from, to), Math.max(from, to) + 1)) {
          if (isAll) next.delete(one);
          else next.add(one);
        }
      } else if (!next.delete(uid)) next.add(uid);
      anchor.current = uid;
      const list = writeList([...next]) || undefined;
      change(isAll ? { but: list } : { sel: list, but: undefined }, false);
    },
    [named, isAll, change],
  );
  /** Select all of some, or none of them where all are. */
  const onSelectSome = useCallback(
    (some: readonly string[]) => {
      const next = new Set(named);
      const isNamed = some.every(isSelected) ? isAll : !isAll;
      for (const uid of some) {
        if (isNamed) next.add(uid);
        else next.delete(uid);
      }
      const list = writeList([...next]) || undefined;
      change(isAll ? { but: list } : { sel: list, but: undefined }, false);
    },
    [named, isAll, isSelected, change],
  );
  const selected = useMemo(() => (isAll ? uids.filter((uid) => !named.has(uid)) : [...named]), [isAll, named, uids]);
  const state: "none" | "some" | "all" = selected.length === 0 ? "none" : isAll && named.size === 0 ? "all" : "some";
  const onSelectAll = useCallback(
    () => change(state === "all" ? { sel: undefined, but: undefined } : { sel: ALL, but: undefined }),
    [state, change],
  );
  return { isSelected, selected, selectedState: state, isAllMeant: isAll, onSelect, onSelectAll, onSelectSome };
}
