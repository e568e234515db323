/**
 * The run that is pointed at, told to charts without anything being rendered anew: a pointer moves sixty times a second,
 * and a page of charts takes longer than that.
 */

import { useEffect, useState } from "react";
import { runOfKey } from "./writerLabels";

/** The page is told of a run that was pointed at for so long, and no oftener than that. */
const SETTLE_MS = 90;

/** Which run is emphasised. */
export class Emphasis {
  private readonly watchers = new Set<(key: string | null) => void>();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private current: string | null = null;
  private told: string | null | undefined;
  /** What the page does about it. */
  tell: (key: string | null) => void = () => {};

  get key(): string | null {
    return this.current;
  }

  /** Have changes passed on; gives the way to stop. */
  watch(watcher: (key: string | null) => void): () => void {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  }

  /** Emphasise what a pointer found; the page is told once it settles. */
  point(key: string | null): void {
    if (!this.take(key)) return;
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      this.told = this.current === null ? null : runOfKey(this.current);
      this.tell(this.current === null ? null : runOfKey(this.current));
    }, SETTLE_MS);
  }

  /** Emphasise what the page says; what it says after it was told is late, and nothing new. */
  hear(key: string | null): void {
    if (this.told !== key) this.take(key);
    this.told = undefined;
  }

  private take(key: string | null): boolean {
    if (key === this.current) return false;
    this.current = key;
    for (const watcher of this.watchers) watcher(key);
    return true;
  }

  /** End. */
  stop(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }
}

/** Charts' own emphasis, bound to that of the page. */
export function useEmphasis(outer: string | null, onEmphasis: (key: string | null) => void): Emphasis {
  const [emphasis] = useState(() => new Emphasis());
  emphasis.tell = onEmphasis;
  useEffect(() => {
    emphasis.hear(outer);
  }, [emphasis, outer]);
  useEffect(() => () => emphasis.stop(), [emphasis]);
  return emphasis;
}
