/** Columns of the run table as the filter language calls them, which is also how addresses call them. */

export type Kind = "params" | "metrics" | "tags" | "own";

/** What a metric has in one line; `last` where none is named. */
export const FIGURES = ["last", "min", "max", "mean", "first", "count", "best", "best_step"] as const;
export type Figure = (typeof FIGURES)[number];

/** A column. */
export interface Field {
  readonly kind: Kind;
  readonly name: string;
  /** Of a metric, another figure than its last value. */
  readonly figure?: Figure;
}

const PLAIN_NAME = /^[A-Za-z0-9_./@:-]+$/;
const FIGURE = /\.(first|last|min|max|mean|count|best|best_step)$/;
/** Of one's own columns the server can put runs in order by these. */
const SORTED_OWN: readonly string[] = ["name", "status", "created", "duration", "ended", "description"];

/** A field as a filter or an order names it. */
export function fieldText({ kind, name, figure }: Field): string {
  if (kind === "own") return name;
  const isPlain = PLAIN_NAME.test(name) && !(kind === "metrics" && FIGURE.test(name));
  const text = `${kind}.${isPlain ? name : `"${name.replaceAll('"', '""')}"`}`;
  return figure === undefined || figure === "last" ? text : `${text}.${figure}`;
}

/** The id of a column. A metric whose own name ends like a figure is written with its figure too. */
export function columnId({ kind, name, figure = "last" }: Field): string {
  const text = `${kind}.${name}`;
  return kind === "metrics" && (figure !== "last" || FIGURE.test(name)) ? `${text}.${figure}` : text;
}

/** The column of an id; null where it is none. */
export function columnOf(id: string): Field | null {
  const dot = id.indexOf(".");
  const kind = id.slice(0, dot);
  const name = id.slice(dot + 1);
  if (kind !== "params" && kind !== "metrics" && kind !== "tags" && kind !== "own") return null;
  const found = kind === "metrics" ? FIGURE.exec(name) : null;
  if (found === null) return { kind, name };
  const figure = found[1] as Figure;
  return { kind, name: name.slice(0, found.index), ...(figure === "last" ? {} : { figure }) };
}

/** Whether the server can put runs in order by a column. */
export function isSortable(id: string): boolean {
  const field = columnOf(id);
  if (field === null) return false;
  return field.kind === "own" ? SORTED_OWN.includes(field.name) : field.figure !== "best_step";
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
  return isSortable(id) ? { id, descending } : null;
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
