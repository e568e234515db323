/** Whether this page was saved as a file, and what it then says of itself. The data of such a file are read by `saved/`. */

/** What a saved page says of itself. */
export interface SavedHead {
  readonly version: number;
  readonly saved_us: number;
  readonly store: string;
  readonly assay: string;
  readonly runs: readonly string[];
}

const found = globalThis.document?.querySelector('script[data-saved="head"]')?.textContent;

/** What a saved page says of itself; null on a server. */
export const savedHead: SavedHead | null = found ? (JSON.parse(found) as SavedHead) : null;

/** Whether there is no server behind this page: what would need one is not shown. */
export function isExported(): boolean {
  return savedHead !== null;
}
