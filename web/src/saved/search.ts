/** The searches that the page itself makes, among the runs of a file: by their ids, by a part of their name, in an order. */

import { ApiError, type Schemas } from "../api/client";
import { numberOf } from "../api/numbers";
import type { FoundRun } from "../api/queries";

const AMONG = /^(?:\((.*)\) and )?id in \((.*)\)$/s;
const NAMED = /^name ilike '%(.*)%' or id = '(.*)'$/s;
const QUOTED = /'((?:[^']|'')*)'/g;
const FIELD = /^(?:(params|metrics|tags)\.)?(?:"((?:[^"]|"")*)"|(\S+)) (asc|desc)$/s;

/** The runs that are meant, in order. */
export function search(runs: readonly FoundRun[], body: Schemas["Search"]): Schemas["FoundList"] {
  const experiments = body.experiment_names;
  const inside = runs.filter((run) => !experiments || experiments.includes(run.experiment_name));
  const found = filtered(inside, body.filter ?? "");
  const items = ordered(found, body.order_by ?? "").slice(0, body.limit ?? found.length);
  return { items, next_token: null };
}

function filtered(runs: readonly FoundRun[], filter: string): readonly FoundRun[] {
  if (filter.trim() === "") return runs;
  const named = NAMED.exec(filter);
  if (named !== null) {
    const part = plain(named[1] ?? "").replace(/\\(.)/gs, "$1");
    return runs.filter((run) => run.name.includes(part) || run.uid === plain(named[2] ?? ""));
  }
  const among = AMONG.exec(filter);
  if (among === null)
    throw new ApiError("SavedPage", "A saved page can't filter runs; the server that it is from can.", 400);
  const ids = new Set([...(among[2] ?? "").matchAll(QUOTED)].map((one) => plain(one[1] ?? "")));
  return filtered(
    runs.filter((run) => ids.has(run.uid)),
    among[1] ?? "",
  );
}

function plain(text: string): string {
  return text.replaceAll("''", "'");
}

function ordered(runs: readonly FoundRun[], order: string): readonly FoundRun[] {
  const found = FIELD.exec(order.trim());
  // Without an order the newest come first.
  if (found === null) return [...runs].sort((one, other) => other.created_us - one.created_us);
  const [, kind, quoted, word, direction] = found;
  const name = quoted?.replaceAll('""', '"') ?? word ?? "";
  const sign = direction === "desc" ? -1 : 1;
  const keyed = runs.map((run) => ({ run, key: keyOf(run, kind, name) }));
  keyed.sort((one, other) => {
    // What has no value comes last, in either direction, and NaN just before it.
    const [here, there] = [rank(one.key), rank(other.key)];
    if (here > 1 || there > 1) return here - there;
    if (here !== there) return (here - there) * sign;
    const [a, b] = [one.key as number | string, other.key as number | string];
    return (a < b ? -1 : a > b ? 1 : 0) * sign;
  });
  return keyed.map((one) => one.run);
}

/** Numbers before texts, then NaN, then nothing. */
function rank(key: number | string | null): number {
  if (key === null) return 3;
  if (typeof key === "string") return 1;
  return Number.isNaN(key) ? 2 : 0;
}

function keyOf(run: FoundRun, kind: string | undefined, name: string): number | string | null {
  const value = kind === undefined ? own(run, name) : place(run, kind)[name];
  if (typeof value === "boolean") return value ? 1 : 0;
  if (typeof value === "string") return value;
  return numberOf(value) ?? (value === null || value === undefined ? null : JSON.stringify(value));
}

function place(run: FoundRun, kind: string): Readonly<Record<string, unknown>> {
  return kind === "metrics" ? run.metrics : kind === "tags" ? run.tags : run.parameters;
}

function own(run: FoundRun, name: string): unknown {
  if (name === "duration") {
    return run.start_us === null || run.end_us === null ? null : (run.end_us - run.start_us) / 1e6;
  }
  const fields: Readonly<Record<string, unknown>> = {
    name: run.name,
    id: run.uid,
    experiment: run.experiment_name,
    status: run.status,
    start_time: run.start_us,
    end_time: run.end_us,
    created: run.created_us,
    created_time: run.created_us,
  };
  return fields[name] ?? null;
}
