/** Metrics in sections by what stands before the last slash of their names. */

export interface Section {
  readonly name: string;
  readonly metrics: readonly string[];
}

/** A section of more panels than this starts closed. */
export const MANY_PANELS = 24;
const REST = "Metrics";

/**
 * The sections of these metrics that a text is found in. The first one holds those without a prefix, and those that would
 * have a section to themselves.
 */
export function sectionsOf(metrics: Iterable<string>, find: string): Section[] {
  const wanted = find.trim().toLowerCase();
  const sections = new Map<string, string[]>();
  for (const metric of [...new Set(metrics)].sort(byName)) {
    if (wanted !== "" && !metric.toLowerCase().includes(wanted)) continue;
    const slash = metric.lastIndexOf("/");
    const name = slash > 0 ? metric.slice(0, slash) : REST;
    const there = sections.get(name);
    if (there === undefined) sections.set(name, [metric]);
    else there.push(metric);
  }
  for (const [name, some] of [...sections]) {
    if (name === REST || some.length > 1) continue;
    sections.delete(name);
    sections.set(REST, [...(sections.get(REST) ?? []), ...some]);
  }
  return [...sections]
    .map(([name, some]) => ({ name, metrics: name === REST ? some.sort(byName) : some }))
    .sort((one, other) => (one.name === REST ? -1 : other.name === REST ? 1 : byName(one.name, other.name)));
}

const compare = new Intl.Collator("en", { numeric: true }).compare;

/** "layer2" before "layer10". */
export function byName(one: string, other: string): number {
  return compare(one, other);
}
