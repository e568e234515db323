/** The texts of the address, and the way to change them. */

import { useNavigate, useSearch } from "@tanstack/react-router";
import { useCallback } from "react";
import type { Texts } from "./text";

export type Patch = Readonly<Record<string, string | undefined>>;

/**
 * The texts of the address, and a function that changes some of them. With `step` the change is one that "back" undoes;
 * without, such as while a slider is dragged, it takes the place of the last one.
 */
export function useTexts(): [Texts, (patch: Patch, step?: boolean) => void] {
  const texts = useSearch({ strict: false }) as Texts;
  const navigate = useNavigate();
  const change = useCallback(
    (patch: Patch, step = true) => {
      void navigate({
        to: ".",
        search: (before: Record<string, unknown>) => ({ ...before, ...patch }),
        replace: !step,
        resetScroll: false,
      } as never);
    },
    [navigate],
  );
  return [texts, change];
}
