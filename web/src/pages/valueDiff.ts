/** What parts a value from a baseline's: of numbers how much, of texts and lists which words. */

import { short } from "../look/numbers";

/** The difference of two numbers, absolute and in % of the baseline where that is a number to be a part of. */
export function differenceText(value: number, base: number): string {
  const by = value - base;
  if (Number.isNaN(by) || by === 0) return "";
  const share = (100 * by) / Math.abs(base);
  const isShare = base !== 0 && Number.isFinite(share);
  return `${signed(by)}${isShare ? ` (${signed(Number(share.toPrecision(3)))} %)` : ""}`;
}

function signed(value: number): string {
  return `${value > 0 ? "+" : ""}${short(value)}`;
}

/** Whether a value is better than the baseline's; null where they are alike or nobody said what is good. */
export function isBetter(value: number, base: number, goal: "min" | "max" | null): boolean | null {
  if (goal === null || value === base || Number.isNaN(value) || Number.isNaN(base)) return null;
  return goal === "min" ? value < base : value > base;
}

/** A stretch of a text: in both, only in the baseline's, or only in this one. */
export interface Words {
  readonly kind: "same" | "gone" | "new";
  readonly text: string;
}

/** Texts of more words are shown whole: comparing them takes the product of their lengths. */
const MOST_WORDS = 400;

/** By which words and signs a text differs from another one: the longest common subsequence stays; null of long texts. */
export function wordDiff(base: string, text: string): Words[] | null {
  const [a, b] = [wordsOf(base), wordsOf(text)];
  if (a.length > MOST_WORDS || b.length > MOST_WORDS) return null;
  const width = b.length + 1;
  const longest = new Uint16Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) {
      longest[i * width + j] =
        a[i] === b[j]
          ? (longest[(i + 1) * width + j + 1] ?? 0) + 1
          : Math.max(longest[(i + 1) * width + j] ?? 0, longest[i * width + j + 1] ?? 0);
    }
  }
  const found: { kind: Words["kind"]; text: string }[] = [];
  const put = (kind: Words["kind"], word: string) => {
    const last = found.at(-1);
    if (last?.kind === kind) last.text += word;
    else found.push({ kind, text: word });
  };
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    if (i < a.length && a[i] === b[j]) {
      put("same", a[i] ?? "");
      i += 1;
      j += 1;
    } else if (
      i < a.length &&
      (j >= b.length || (longest[(i + 1) * width + j] ?? 0) >= (longest[i * width + j + 1] ?? 0))
    ) {
      put("gone", a[i] ?? "");
      i += 1;
    } else {
      put("new", b[j] ?? "");
      j += 1;
    }
  }
  return found;
}

function wordsOf(text: string): string[] {
  return text.match(/[\p{L}\p{N}_.]+|\s+|./gsu) ?? [];
}
