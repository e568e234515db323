/** Dark, light, or as the system has it. */

import { useSyncExternalStore } from "react";
import type { Theme } from "./colours";

export type Choice = "system" | "light" | "dark";

const STORED = "assay.theme";
const system = matchMedia("(prefers-color-scheme: dark)");
const watchers = new Set<() => void>();

function tell(): void {
  for (const watcher of watchers) watcher();
}

system.addEventListener("change", tell);
addEventListener("storage", (event) => {
  if (event.key !== STORED) return;
  show(choice());
  tell();
});

function watch(watcher: () => void): () => void {
  watchers.add(watcher);
  return () => watchers.delete(watcher);
}

/** What was chosen here. */
export function choice(): Choice {
  const found = document.documentElement.dataset.theme;
  return found === "dark" || found === "light" ? found : "system";
}

function show(chosen: Choice): void {
  if (chosen === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = chosen;
}

/** Choose. */
export function choose(chosen: Choice): void {
  show(chosen);
  try {
    if (chosen === "system") localStorage.removeItem(STORED);
    else localStorage.setItem(STORED, chosen);
  } catch {
    // Storage is shut off: the choice lasts as long as the page is open.
  }
  tell();
}

function theme(): Theme {
  const chosen = choice();
  return chosen === "system" ? (system.matches ? "dark" : "light") : chosen;
}

/** What was chosen. */
export function useChoice(): Choice {
  return useSyncExternalStore(watch, choice);
}

/** What is shown. */
export function useTheme(): Theme {
  return useSyncExternalStore(watch, theme);
}
