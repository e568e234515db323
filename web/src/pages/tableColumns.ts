/** Which columns an experiment's table has, in which order, how wide: in the address, and of old kept in this browser. */

import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import type { FoundRun } from "../api/queries";
import { differingColumns, type Names, usualColumns } from "../parts/runColumns";
import { columnOf } from "../url/fields";
import { parseList, writeList } from "../url/text";
import type { Patch } from "../url/useTexts";
import { useSame } from "./runMarks";

type Change = (patch: Patch, step?: boolean) => void;
type Texts = Readonly<Record<string, string>>;

/** What of an address comes back when an experiment is opened again without any. */
const KEPT = ["cols", "pin", "differ", "layout"] as const;
const KEPT_KEY = "assay.columns.";
const WIDTHS_KEY = "assay.widths.";

export function useColumns(experiment: string, names: Names, runs: readonly FoundRun[], texts: Texts, change: Change) {
  useLastColumns(experiment, texts, change);
  const isDiffering = texts.differ === "1";
  const base = useSame(
    useMemo(
      () =>
        texts.cols === undefined ? usualColumns(names) : parseList(texts.cols).filter((id) => columnOf(id) !== null),
      [texts.cols, names],
    ),
  );
  const columns = useSame(
    useMemo(() => (isDiffering ? differingColumns(base, runs) : base), [base, isDiffering, runs]),
  );
  const pinned = useSame(useMemo(() => parseList(texts.pin).filter((id) => base.includes(id)), [texts.pin, base]));
  const [widths, onWidth] = useWidths(experiment);

  const onColumns = useCallback(
    (ids: readonly string[] | null) => change({ cols: ids === null ? undefined : writeList(ids) }),
    [change],
  );
  const onPin = useCallback(
    (id: string) => {
      const next = pinned.includes(id) ? pinned.filter((one) => one !== id) : [...pinned, id];
      change({ pin: writeList(next) || undefined });
    },
    [pinned, change],
  );
  const onMove = useCallback(
    (id: string, before: string | null) => change(moved(base, pinned, id, before)),
    [base, pinned, change],
  );
  const onStep = useCallback(
    (id: string, by: -1 | 1) => {
      const list = pinned.includes(id) ? pinned : columns.filter((one) => !pinned.includes(one));
      const at = list.indexOf(id);
      const to = at + by;
      if (at < 0 || to < 0 || to >= list.length) return;
      change(moved(base, pinned, id, by < 0 ? (list[to] ?? null) : (list[to + 1] ?? null)));
    },
    [base, pinned, columns, change],
  );
  return { base, columns, pinned, widths, isDiffering, onColumns, onPin, onMove, onStep, onWidth };
}

/** The address after a column was put before another one; beside a pinned one it is pinned too. */
export function moved(base: readonly string[], pinned: readonly string[], id: string, before: string | null): Patch {
  const isPinned = before === null ? pinned.includes(id) : pinned.includes(before);
  const put = (list: readonly string[]) => {
    const rest = list.filter((one) => one !== id);
    const at = before === null ? -1 : rest.indexOf(before);
    return at < 0 ? [...rest, id] : [...rest.slice(0, at), id, ...rest.slice(at)];
  };
  if (isPinned) return { pin: writeList(put(pinned)) };
  return { cols: writeList(put(base)), pin: writeList(pinned.filter((one) => one !== id)) || undefined };
}

/** An address without texts gets the columns of the last visit; one with texts is as it says. */
function useLastColumns(experiment: string, texts: Texts, change: Change): void {
  const seen = useRef<string | null>(null);
  useEffect(() => {
    if (seen.current !== experiment) {
      seen.current = experiment;
      const last = read(KEPT_KEY + experiment);
      const isPlain = Object.keys(texts).length === 0;
      if (isPlain && Object.keys(last).length > 0) {
        change(last as Patch, false);
        return;
      }
    }
    const kept = Object.fromEntries(KEPT.flatMap((key) => (texts[key] === undefined ? [] : [[key, texts[key]]])));
    write(KEPT_KEY + experiment, kept);
  }, [experiment, texts, change]);
}

function useWidths(experiment: string) {
  const [widths, setWidths] = useState<Readonly<Record<string, number>>>({});
  useEffect(() => setWidths(read(WIDTHS_KEY + experiment) as Record<string, number>), [experiment]);
  const onWidth = useCallback(
    (id: string, width: number | null, isDone: boolean) =>
      setWidths((before) => {
        const { [id]: _, ...others } = before;
        const next = width === null ? others : { ...others, [id]: width };
        if (isDone) write(WIDTHS_KEY + experiment, next);
        return next;
      }),
    [experiment],
  );
  return [widths, onWidth] as const;
}

function read(key: string): Record<string, unknown> {
  try {
    return JSON.parse(localStorage.getItem(key) ?? "{}") as Record<string, unknown>;
  } catch {
    return {};
  }
}

function write(key: string, value: Readonly<Record<string, unknown>>): void {
  try {
    if (Object.keys(value).length === 0) localStorage.removeItem(key);
    else localStorage.setItem(key, JSON.stringify(value));
  } catch {
    // Storage is full or shut off: the page works, and forgets.
  }
}
