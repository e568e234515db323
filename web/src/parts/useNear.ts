/** Whether an element is near the screen, so that only what may be seen is loaded. */

import { type RefObject, useEffect, useState } from "react";

/** @param margin How far beyond the screen is near. */
export function useNear(element: RefObject<Element | null>, margin = "300px 0px"): boolean {
  const [isNear, setNear] = useState(false);
  useEffect(() => {
    const watched = element.current;
    if (watched === null || typeof IntersectionObserver === "undefined") {
      setNear(true);
      return;
    }
    const observer = new IntersectionObserver(
      (entries) => setNear(entries[entries.length - 1]?.isIntersecting === true),
      { rootMargin: margin },
    );
    observer.observe(watched);
    return () => observer.disconnect();
  }, [element, margin]);
  return isNear;
}
