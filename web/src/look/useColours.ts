/** Colours of runs for components, drawn again when one changes. */

import { useCallback, useSyncExternalStore } from "react";
import { coloursOf, coloursVersion, watchColours } from "./colours";
import { useTheme } from "./theme";

/** A run as far as its colour is concerned. */
export interface Drawable {
  readonly uid: string;
  readonly experiment_name: string;
}

/** The colour of a run; another function whenever a colour or the theme is another. */
export function useColourOf(): (run: Drawable) => string {
  const theme = useTheme();
  const version = useSyncExternalStore(watchColours, coloursVersion);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the version says that colours are others
  return useCallback((run) => coloursOf(run.experiment_name).of(run.uid, theme), [theme, version]);
}
