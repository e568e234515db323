/** The last filters of an experiment, kept in this browser. */

const KEY = "assay.filters.";
const MOST = 8;

/** The last ones first. */
export function recentFilters(experiment: string): string[] {
  try {
    const found: unknown = JSON.parse(localStorage.getItem(KEY + experiment) ?? "[]");
    return Array.isArray(found) ? found.filter((one) => typeof one === "string") : [];
  } catch {
    return [];
  }
}

/** Keep one that found something to be used again. */
export function keepFilter(experiment: string, filter: string): void {
  if (filter === "") return;
  const kept = [filter, ...recentFilters(experiment).filter((one) => one !== filter)].slice(0, MOST);
  try {
    localStorage.setItem(KEY + experiment, JSON.stringify(kept));
  } catch {
    // Storage is full or shut off: nothing is remembered.
  }
}
