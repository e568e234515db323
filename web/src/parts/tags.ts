/** Tags of runs: which are shown, what several runs have of them, and what can be one. */

/** Tags of this prefix are the page's own, such as a run's colour. */
const OWN = "assay.";
/** The server's limits, in docs/formats and `assay.formats.values`. */
export const KEY_LENGTH = 128;
export const VALUE_LENGTH = 256;

/** Whether a tag is the page's own, and no column and in no list. */
export function isOwnTag(key: string): boolean {
  return key.startsWith(OWN);
}

type Tags = Readonly<Record<string, string>>;

/** The tags that people gave, in order. */
export function shownTags(tags: Tags): [key: string, value: string][] {
  return Object.entries(tags)
    .filter(([key]) => !isOwnTag(key))
    .sort(([one], [other]) => one.localeCompare(other, "en", { numeric: true }));
}

/** A tag that some runs have. */
export interface CommonTag {
  readonly key: string;
  /** How many of the runs have it. */
  readonly runs: number;
  /** Its values, each once. */
  readonly values: readonly string[];
}

/** The tags that any of these runs has. */
export function commonTags(runs: readonly Tags[]): CommonTag[] {
  const found = new Map<string, { runs: number; values: Set<string> }>();
  for (const tags of runs) {
    for (const [key, value] of shownTags(tags)) {
      const there = found.get(key) ?? { runs: 0, values: new Set() };
      there.runs += 1;
      there.values.add(value);
      found.set(key, there);
    }
  }
  return [...found]
    .map(([key, { runs, values }]) => ({ key, runs, values: [...values] }))
    .sort((one, other) => one.key.localeCompare(other.key, "en", { numeric: true }));
}

/** Why this can't be a tag, null where it can. */
export function tagProblem(key: string, value: string): string | null {
  if (key.trim() === "") return "A tag needs a key.";
  if (isOwnTag(key)) return `Keys that begin with ${OWN} are the page’s own.`;
  // The server counts characters as people do, not the halves of which JavaScript makes some.
  if ([...key].length > KEY_LENGTH)
    return `A key has at most ${KEY_LENGTH} characters; this one has ${[...key].length}.`;
  if ([...value].length > VALUE_LENGTH) {
    return `A value has at most ${VALUE_LENGTH} characters; this one has ${[...value].length}.`;
  }
  return null;
}

/** Tags with some set and others taken away. */
export function retagged(tags: Tags, set: Tags, remove: readonly string[]): Record<string, string> {
  return { ...Object.fromEntries(Object.entries(tags).filter(([key]) => !remove.includes(key))), ...set };
}
