/** Which rows of a list in a scrolling page are near the screen, where all of them have one height. */

import { type RefObject, useEffect, useState } from "react";

const NEAR_ROWS = 20;
/** Rows come and go by so many. */
const STEP = 10;

/** From which row, to before which. */
export function useRowsInSight(list: RefObject<HTMLElement | null>, rows: number, rowPx: number) {
  const [seen, setSeen] = useState({ first: 0, end: 60 });
  const isThere = rows > 0;
  useEffect(() => {
    const scroller = isThere ? list.current?.closest(".content") : null;
    if (!(scroller instanceof HTMLElement)) return;
    const look = () => {
      const first = Math.max(0, Math.floor(scroller.scrollTop / rowPx / STEP) * STEP - NEAR_ROWS);
      const end = Math.ceil((scroller.scrollTop + scroller.clientHeight) / rowPx / STEP) * STEP + NEAR_ROWS;
      setSeen((last) => (last.first === first && last.end === end ? last : { first, end }));
    };
    look();
    scroller.addEventListener("scroll", look, { passive: true });
    addEventListener("resize", look);
    return () => {
      scroller.removeEventListener("scroll", look);
      removeEventListener("resize", look);
    };
  }, [list, isThere, rowPx]);
  return { first: Math.min(seen.first, Math.max(0, rows - 1)), end: Math.min(seen.end, rows) };
}
