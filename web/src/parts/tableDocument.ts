/** Tables that runs logged, as docs/formats/table.md draws them. */

export const TABLE_TYPE = "application/vnd.assay.table+json";
const VERSION = 1;
const NUMBERS = new Set(["int", "float", "number", "decimal"]);

export interface Column {
  readonly name: string;
  readonly isNumber: boolean;
  readonly values: readonly unknown[];
}

export interface Table {
  readonly rows: number;
  readonly columns: readonly Column[];
}

interface Raw {
  readonly type?: string;
  readonly version?: number;
  readonly rows?: number;
  readonly columns?: readonly { readonly name: string; readonly type: string; readonly values: readonly unknown[] }[];
}

/**
 * The table in a text.
 *
 * @throws Error It is none, or of a newer version.
 */
export function parseTable(text: string): Table {
  const raw = JSON.parse(text) as Raw;
  if (raw.type !== "Table" || raw.columns === undefined) throw new Error("it is no table");
  if ((raw.version ?? 0) > VERSION) throw new Error(`it is of version ${raw.version}, which a newer page reads`);
  return {
    rows: raw.rows ?? 0,
    columns: raw.columns.map(({ name, type, values }) => ({ name, isNumber: NUMBERS.has(type), values })),
  };
}

/** A value of a table as a text; one of a column of several types says what it is, which the text need not. */
export function cellText(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "object" && "value" in value && "type" in value) return cellText(value.value);
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
