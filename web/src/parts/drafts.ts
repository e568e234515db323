/** Texts that were begun and not saved. They last as long as the tab, whatever is done in it. */

export interface Draft {
  /** What was there when it was begun. */
  readonly base: string;
  readonly text: string;
}

const STORED = "assay.draft.";

/** The draft of something, null where there is none. */
export function draftOf(key: string): Draft | null {
  try {
    const found: unknown = JSON.parse(sessionStorage.getItem(STORED + key) ?? "null");
    if (typeof found !== "object" || found === null || !("base" in found) || !("text" in found)) return null;
    return { base: String(found.base), text: String(found.text) };
  } catch {
    return null;
  }
}

/** Keep a draft; one that says what was there anyway is none. */
export function keepDraft(key: string, draft: Draft): void {
  try {
    if (draft.text === draft.base) sessionStorage.removeItem(STORED + key);
    else sessionStorage.setItem(STORED + key, JSON.stringify(draft));
  } catch {
    // Storage is full or shut off: the draft lasts as long as the field is open.
  }
}

/** Forget a draft. */
export function dropDraft(key: string): void {
  try {
    sessionStorage.removeItem(STORED + key);
  } catch {
    // There is none then.
  }
}

/** Whether what is there now is neither what a draft was begun on nor what it says: somebody else's. */
export function isOthers({ base, text }: Draft, now: string): boolean {
  return now !== base && now !== text;
}
