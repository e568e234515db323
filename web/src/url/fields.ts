/** Columns of the run table as the filter language calls them, which is also how addresses call them. */

export type Kind = "params" | "metrics" | "tags" | "own";

/** A column. */
export interface Field {
  readonly kind: Kind;
  readonly name: string;
}

const PLAIN_NAME = /^[A-Za-z0-9_./@:-]+$/;
const FIGURE = /\.(first|last|min|max|mean|count|best)$/;

/** A field as a filter or an order names it. */
export function fieldText({ kind, name }: Field): string {
  if (kind === "own") return name;
  const isPlain = PLAIN_NAME.test(name) && !(kind === "metrics" && FIGURE.test(name));
  return `${kind}.${isPlain ? name : `"${name.replaceAll('"', '""')}"`}`;
}

/** The id of a column. */
export function columnId({ kind, name }: Field): string {
  return `${kind}.${name}`;
}

/** The column of an id; null where it is none. */
export function columnOf(id: string): Field | null {
  const dot = id.indexOf(".");
  const kind = id.slice(0, dot);
  if (kind !== "params" && kind !== "metrics" && kind !== "tags" && kind !== "own") return null;
  return { kind, name: id.slice(dot + 1) };
}

/** Which column a table is sorted by. */
export interface Sort {
  readonly id: string;
  readonly descending: boolean;
}

/** The sort of an address, written `metrics.loss` or `-metrics.loss` for the greatest first. */
export function parseSort(text: string | undefined): Sort | null {
  if (text === undefined || text === "") return null;
  const descending = text.startsWith("-");
  const id = descending ? text.slice(1) : text;
  return columnOf(id) === null ? null : { id, descending };
}

/** The sort as an address has it. */
export function writeSort(sort: Sort | null): string | undefined {
  return sort === null ? undefined : `${sort.descending ? "-" : ""}${sort.id}`;
}

/** The sort as the server takes it. */
export function orderText(sort: Sort | null): string {
  const field = sort === null ? null : columnOf(sort.id);
  return field === null ? "" : `${fieldText(field)} ${sort?.descending ? "desc" : "asc"}`;
}
