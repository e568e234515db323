/**
 * Who wrote a series. Writers one after another are attempts: a run that was taken up again. Writers side by side, such
 * as the ranks of a training, are lines of their own: their points would make one line jump from one to the other.
 */

import type { Series } from "../api/points";
import { type Attempts, lastAttempt } from "./attempts";
import { chosen, type Line } from "./lines";

/** The writers of a series in chains, each of attempts one after another; mostly there is one chain of one. */
export function chainsOf(series: Series): Series[][] {
  const parts = (series.parts ?? [series]).filter((one) => one.values.length > 0);
  if (parts.length < 2) return parts.map((one) => [one]);
  const spans = parts.map((part) => ({ part, ...spanOf(part.timestamps_us) })).sort(byStart);
  const chains: { end: bigint; parts: Series[] }[] = [];
  for (const { part, start, end } of spans) {
    const free = chains.find((chain) => chain.end <= start);
    if (free === undefined) chains.push({ end, parts: [part] });
    else {
      free.parts.push(part);
      free.end = end;
    }
  }
  return chains.map((chain) => chain.parts);
}

function spanOf(times: BigInt64Array): { start: bigint; end: bigint } {
  let start = times[0] ?? 0n;
  let end = start;
  for (const time of times) {
    if (time < start) start = time;
    if (time > end) end = time;
  }
  return { start, end };
}

function byStart(one: { start: bigint }, other: { start: bigint }): number {
  return one.start < other.start ? -1 : one.start > other.start ? 1 : 0;
}

/** The last attempt of each stretch of steps, out of attempts one after another; the rest was abandoned. */
export function lastOfChain(attempts: readonly Line[]): Attempts {
  const kept: Line[] = [];
  const abandoned: Line[] = [];
  let later: { first: bigint; last: bigint } | null = null;
  for (const one of [...attempts].reverse()) {
    const { line, abandoned: within } = lastAttempt(one);
    abandoned.push(...within);
    const first = line.steps[0];
    const last = line.steps[line.steps.length - 1];
    if (first === undefined || last === undefined) continue;
    const isReplaced: boolean = later !== null && later.first <= last && later.last >= first;
    if (later === null || !isReplaced) {
      kept.unshift(line);
      later = later === null ? { first, last } : span(later, first, last);
      continue;
    }
    let cut = 0;
    while (cut < line.steps.length && (line.steps[cut] ?? 0n) < later.first) cut += 1;
    if (cut > 0) kept.unshift(part(line, 0, cut));
    abandoned.push(part(line, cut, line.steps.length));
    later = span(later, first, last);
  }
  return { line: joined(kept), abandoned };
}

function span(one: { first: bigint; last: bigint }, first: bigint, last: bigint): { first: bigint; last: bigint } {
  return { first: first < one.first ? first : one.first, last: last > one.last ? last : one.last };
}

function part(line: Line, start: number, end: number): Line {
  return {
    run: line.run,
    x: line.x.subarray(start, end),
    values: line.values.subarray(start, end),
    steps: line.steps.subarray(start, end),
    timestamps_us: line.timestamps_us.subarray(start, end),
  };
}

/** Lines as one, by x. */
export function joined(lines: readonly Line[]): Line {
  const [first] = lines;
  if (first !== undefined && lines.length === 1) return first;
  const count = lines.reduce((sum, one) => sum + one.x.length, 0);
  const found = {
    run: first?.run ?? "",
    x: new Float64Array(count),
    values: new Float64Array(count),
    steps: new BigInt64Array(count),
    timestamps_us: new BigInt64Array(count),
  };
  let at = 0;
  for (const one of lines) {
    found.x.set(one.x, at);
    found.values.set(one.values, at);
    found.steps.set(one.steps, at);
    found.timestamps_us.set(one.timestamps_us, at);
    at += one.x.length;
  }
  for (let place = 1; place < count; place += 1) {
    if ((found.x[place] ?? 0) >= (found.x[place - 1] ?? 0)) continue;
    const { x } = found;
    return chosen(
      found,
      Uint32Array.from(x.keys()).sort((a, b) => (x[a] ?? 0) - (x[b] ?? 0) || a - b),
    );
  }
  return found;
}
