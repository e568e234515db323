/** What fits at a place of a filter: fields and the names that runs have, their values behind them, words in between. */

import { fieldText } from "../url/fields";

type Names = Readonly<Record<"params" | "metrics" | "tags", readonly string[]>>;

/** The values that runs have of a parameter or a tag, as a filter writes them. */
export type ValuesOf = (kind: "params" | "tags", name: string) => readonly string[];

/** Words that may stand in place of what is typed. */
export interface Completion {
  /** Where the typed word begins. */
  readonly start: number;
  /** Where it ends. */
  readonly end: number;
  readonly words: readonly string[];
  /** Whether they are whole filters that were used before. */
  readonly isRecent?: boolean;
}

const MOST = 12;
const OWN = [
  "metrics.",
  "params.",
  "tags.",
  "name",
  "status",
  "created",
  "started",
  "ended",
  "duration",
  "experiment",
  "description",
];
const STATES = ["'InProgress'", "'Completed'", "'Failed'", "'Stopped'", "'Stopping'"];
const BETWEEN = ["and", "or"];
const COMPARISONS = ["=", "!=", "<", "<=", ">", ">=", "in (", "like '", "is null", "between "];
const WORD = /[A-Za-z_][\w./@:-]*(?:\."[^"]*)?$|[<>=!~]+$|'[^']*$/;
const FIELD =
  /^(?:metrics|params|tags)\..+|^(?:name|run_name|status|created|started|ended|duration|experiment|description)$/i;

const NAMED = /\b(params|tags)\.(?:"((?:[^"]|"")*)"|([\w./@:-]+))\s*(?:=|==|!=|<>|(?:not\s+)?in\s*\([^)]*)$/i;
const NONE: ValuesOf = () => [];

/** What fits at a place; null where nothing is to be said. */
export function complete(text: string, place: number, names: Names, valuesOf: ValuesOf = NONE): Completion | null {
  const before = text.slice(0, place);
  const word = WORD.exec(before)?.[0] ?? "";
  const start = place - word.length;
  const past = before.slice(0, start).trimEnd();
  const last = /(\S+)$/.exec(past)?.[1] ?? "";
  const words = candidates(word, last, past, names, valuesOf);
  const wanted = word.toLowerCase();
  const fitting = words.filter((one) => one.toLowerCase().startsWith(wanted) && one !== word);
  const others = words.filter((one) => !one.toLowerCase().startsWith(wanted) && wanted !== "" && includes(one, wanted));
  const found = [...fitting, ...others].slice(0, MOST);
  return found.length === 0 ? null : { start, end: place, words: found };
}

function includes(one: string, wanted: string): boolean {
  const bare = wanted.replace(/^(metrics|params|tags)\.?"?/, "");
  return bare !== "" && one.toLowerCase().includes(bare);
}

function candidates(word: string, last: string, past: string, names: Names, valuesOf: ValuesOf): readonly string[] {
  if (/status\s*(=|!=|==|<>|in\s*\(.*)$/i.test(past)) return STATES;
  const named = NAMED.exec(past);
  if (named !== null && !/^[<>=!]/.test(word)) {
    const kind = named[1]?.toLowerCase() === "tags" ? "tags" : "params";
    return valuesOf(kind, named[2]?.replaceAll('""', '"') ?? named[3] ?? "");
  }
  if (FIELD.test(last) && !/^[<>=!]/.test(word)) return COMPARISONS;
  if (past !== "" && !/(?:\b(?:and|or|not)|\()$/i.test(past))
    return word === "" || /^[a-z]+$/i.test(word) ? BETWEEN : [];
  const kind = /^(metrics|params|tags)\./.exec(word)?.[1] as keyof Names | undefined;
  if (kind !== undefined) return names[kind].map((name) => fieldText({ kind, name }));
  return OWN;
}
