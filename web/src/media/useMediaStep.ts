/** Which step the media of a page are looked at: one for all panels, and one of its own for a panel that was let go. */

import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { parseList, writeList } from "../url/text";
import { useTexts } from "../url/useTexts";
import { nearestStep } from "./series";

export interface MediaStep {
  /** Every step that there is. */
  readonly steps: readonly number[];
  /** The place of the one that is looked at. */
  readonly place: number;
  readonly step: number;
  readonly isPlaying: boolean;
  readonly go: (place: number) => void;
  readonly goTo: (step: number) => void;
  readonly play: () => void;
  /** The steps of panels that have their own, by the keys of their series. */
  readonly own: ReadonlyMap<string, number>;
  readonly setOwn: (key: string, step: number | null) => void;
}

/** The address is written so long after the last change: browsers refuse a hundred changes in half a minute. */
const SETTLE_MS = 400;
const FRAME_MS = 150;

export function useMediaStep(steps: readonly number[]): MediaStep {
  const [texts, change] = useTexts();
  const client = useQueryClient();
  // What is chosen here and not yet written to the address; null where the address says it.
  const [moving, setMoving] = useState<number | null>(null);
  const [isPlaying, setPlaying] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const last = steps.length - 1;
  const named = texts.step === undefined ? Number.NaN : Number(texts.step);
  const place = moving ?? (Number.isFinite(named) ? nearestStep(steps, named) : last);
  const latest = useRef({ steps, place, change });
  latest.current = { steps, place, change };

  const go = useCallback((wanted: number) => {
    const { steps } = latest.current;
    const next = Math.max(0, Math.min(steps.length - 1, wanted));
    setMoving(next);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      // The last step is no step: who looks at the end goes on with the run.
      const step = next === steps.length - 1 ? undefined : String(steps[next] ?? "");
      latest.current.change({ step }, false);
      setMoving(null);
    }, SETTLE_MS);
  }, []);
  const goTo = useCallback((step: number) => go(nearestStep(latest.current.steps, step)), [go]);
  useEffect(() => () => clearTimeout(timer.current), []);

  const play = useCallback(() => {
    const { steps, place } = latest.current;
    if (!isPlaying && place >= steps.length - 1) go(0);
    setPlaying(!isPlaying);
  }, [isPlaying, go]);
  useEffect(() => {
    if (!isPlaying) return;
    const frames = setInterval(() => {
      const { steps, place } = latest.current;
      // Nothing is skipped: what is shown is waited for.
      if (client.isFetching({ queryKey: ["object"] }) > 0) return;
      if (place >= steps.length - 1) setPlaying(false);
      else go(place + 1);
    }, FRAME_MS);
    return () => clearInterval(frames);
  }, [isPlaying, client, go]);

  useEffect(() => {
    const keyed = (event: KeyboardEvent) => {
      const by = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
      if (by === 0 || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      const target = event.target;
      // These have their own use for the keys.
      if (target instanceof Element && target.closest("input, select, textarea, dialog, [role=tab], [role=dialog]"))
        return;
      event.preventDefault();
      setPlaying(false);
      go(latest.current.place + by * (event.shiftKey ? 10 : 1));
    };
    addEventListener("keydown", keyed);
    return () => removeEventListener("keydown", keyed);
  }, [go]);

  const own = useMemo(() => parseOwn(texts.own), [texts.own]);
  const setOwn = useCallback(
    (key: string, step: number | null) => {
      latest.current.change({ own: writeOwn(texts.own, key, step) }, false);
    },
    [texts.own],
  );
  return { steps, place, step: steps[place] ?? 0, isPlaying, go, goTo, play, own, setOwn };
}

function parseOwn(text: string | undefined): ReadonlyMap<string, number> {
  const list = parseList(text);
  const found = new Map<string, number>();
  for (let at = 0; at + 1 < list.length; at += 2) {
    const step = Number(list[at + 1]);
    if (Number.isFinite(step)) found.set(list[at] ?? "", step);
  }
  return found;
}

function writeOwn(text: string | undefined, key: string, step: number | null): string | undefined {
  const own = new Map(parseOwn(text));
  if (step === null) own.delete(key);
  else own.set(key, step);
  return own.size === 0 ? undefined : writeList([...own].flatMap(([one, at]) => [one, String(at)]));
}
