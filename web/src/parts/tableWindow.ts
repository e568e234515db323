/**
 * The part of a table that is looked at. Rows have one height, so where they lie is arithmetic; nothing is measured while
 * a table scrolls, and it is drawn anew only when another row or column comes near.
 */

import { type RefObject, useEffect, useState } from "react";

export const ROW_PX = 28;
/** Rows beyond each edge, so that quick scrolling meets rows. */
const OVERSCAN = 6;
/** Rows come and go by so many, and columns by so many pixels. */
const ROWS_A_STEP = 2;
const STEP_PX = 96;
/** So long after the last movement a table counts as being scrolled. */
const RESTS_AFTER_MS = 120;

/** What is looked at: rows from `first` to before `end`, and pixels across. */
export interface TableWindow {
  readonly first: number;
  readonly end: number;
  readonly from_px: number;
  readonly to_px: number;
  /** How many rows there can be at once. */
  readonly slots: number;
}

const UNKNOWN: TableWindow = { first: 0, end: 40, from_px: 0, to_px: 1200, slots: 48 };

/** The window at a place of a scroller of a size. */
export function windowAt(top: number, left: number, height: number, width: number): TableWindow {
  const first = Math.floor(Math.max(0, Math.floor(top / ROW_PX) - OVERSCAN) / ROWS_A_STEP) * ROWS_A_STEP;
  const shown = Math.ceil(height / ROW_PX) + 2 * OVERSCAN;
  const slots = Math.ceil(shown / ROWS_A_STEP) * ROWS_A_STEP + ROWS_A_STEP;
  const from_px = Math.max(0, Math.floor(left / STEP_PX) - 1) * STEP_PX;
  return { first, end: first + slots, from_px, to_px: from_px + width + 3 * STEP_PX, slots };
}

/** The window of an element that scrolls; `isScrolling` says, without drawing anything, whether it moves just now. */
export function useTableWindow(element: RefObject<HTMLElement | null>) {
  const [seen, setSeen] = useState(UNKNOWN);
  const [moved] = useState({ at_ms: 0 });
  useEffect(() => {
    const scroller = element.current;
    if (scroller === null) return;
    let height = 0;
    let width = 0;
    const look = () => {
      const next = windowAt(scroller.scrollTop, scroller.scrollLeft, height, width);
      setSeen((last) =>
        last.first === next.first && last.end === next.end && last.from_px === next.from_px && last.to_px === next.to_px
          ? last
          : next,
      );
    };
    const scrolled = () => {
      moved.at_ms = performance.now();
      look();
    };
    const sized = new ResizeObserver(([entry]) => {
      if (entry === undefined) return;
      height = entry.contentRect.height;
      width = entry.contentRect.width;
      look();
    });
    sized.observe(scroller);
    scroller.addEventListener("scroll", scrolled, { passive: true });
    return () => {
      sized.disconnect();
      scroller.removeEventListener("scroll", scrolled);
    };
  }, [element, moved]);
  const [isScrolling] = useState(() => () => performance.now() - moved.at_ms < RESTS_AFTER_MS);
  return { seen, isScrolling };
}

/** Where a column lies. */
export interface Place {
  readonly id: string;
  readonly left: number;
  readonly width: number;
  readonly isPinned: boolean;
}

/** Where all columns lie behind the name: the pinned ones first, in their order. */
export function placesOf(
  columns: readonly string[],
  pinned: readonly string[],
  nameWidth: number,
  widthOf: (id: string) => number,
): { readonly places: readonly Place[]; readonly width: number } {
  const isPinned = new Set(pinned);
  let left = nameWidth;
  const places = [...pinned.filter((id) => columns.includes(id)), ...columns.filter((id) => !isPinned.has(id))].map(
    (id) => {
      const place = { id, left, width: widthOf(id), isPinned: isPinned.has(id) };
      left += place.width;
      return place;
    },
  );
  return { places, width: left };
}

/** Those of these places that a stretch of pixels meets; what is pinned is always met. */
export function placesIn(places: readonly Place[], from_px: number, to_px: number): readonly Place[] {
  return places.filter((one) => one.isPinned || (one.left + one.width > from_px && one.left < to_px));
}
