/** Histograms that runs logged, as docs/formats/histogram.md draws them, and how some of them lie over each other. */

export interface HistogramDocument {
  readonly edges: readonly number[];
  readonly counts: readonly number[];
  /** Of all values, whatever they are. */
  readonly count: number;
  readonly nan: number;
  readonly positive_infinite: number;
  readonly negative_infinite: number;
  readonly below: number;
  readonly above: number;
  readonly min: number | null;
  readonly max: number | null;
  readonly mean: number | null;
  readonly std: number | null;
}

const VERSION = 1;

/**
 * The histogram in a text.
 *
 * @throws Error It is none, or of a newer version.
 */
export function parseHistogram(text: string): HistogramDocument {
  const raw = JSON.parse(text) as Partial<HistogramDocument> & { type?: string; version?: number };
  if (raw.type !== "Histogram" || !Array.isArray(raw.edges) || !Array.isArray(raw.counts)) {
    throw new Error("it is no histogram");
  }
  if ((raw.version ?? 0) > VERSION) throw new Error(`it is of version ${raw.version}, which a newer page reads`);
  if (raw.edges.length !== raw.counts.length + 1) throw new Error("it has other edges than bins");
  return {
    count: 0,
    nan: 0,
    positive_infinite: 0,
    negative_infinite: 0,
    below: 0,
    above: 0,
    min: null,
    max: null,
    mean: null,
    std: null,
    ...raw,
  } as HistogramDocument;
}

/** A range of values. */
export interface Range {
  readonly low: number;
  readonly high: number;
}

/** The range that the bins of some histograms take up together. Those without values do not count, unless all are so. */
export function rangeOf(documents: readonly HistogramDocument[]): Range {
  const full = documents.filter((one) => one.counts.some((count) => count > 0));
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const { edges } of full.length > 0 ? full : documents) {
    low = Math.min(low, edges[0] ?? low);
    high = Math.max(high, edges[edges.length - 1] ?? high);
  }
  return low < high ? { low, high } : { low: 0, high: 1 };
}

/** Where a value lies in a range, 0 to 1 within it; also in one that is wider than the greatest number. */
export function shareOf(value: number, { low, high }: Range): number {
  return (value / 2 - low / 2) / (high / 2 - low / 2);
}

/** The value at a share of a range. */
export function valueAt(share: number, { low, high }: Range): number {
  return low * (1 - share) + high * share;
}

/**
 * How many of a histogram's values there are in each of some rows of equal height, from the lowest; the values of a bin
 * are taken to be spread over it evenly.
 */
export function rowsOf(document: HistogramDocument, range: Range, rows: number): Float64Array {
  const found = new Float64Array(rows);
  document.counts.forEach((count, at) => {
    if (count === 0) return;
    const from = shareOf(document.edges[at] ?? 0, range) * rows;
    const to = shareOf(document.edges[at + 1] ?? 0, range) * rows;
    const first = Math.max(0, Math.floor(from));
    const end = Math.min(rows, Math.max(first + 1, Math.ceil(to)));
    for (let row = first; row < end; row += 1) {
      const covered = to > from ? Math.min(to, row + 1) - Math.max(from, row) : 1;
      found[row] = (found[row] ?? 0) + (count * Math.max(0, covered)) / Math.max(to - from, Number.MIN_VALUE);
    }
  });
  return found;
}

/** The bin in which a value lies; -1 where it lies in none. */
export function binOf({ edges, counts }: HistogramDocument, value: number): number {
  const last = counts.length - 1;
  if (value < (edges[0] ?? 0) || value > (edges[last + 1] ?? 0)) return -1;
  const found = edges.findIndex((edge) => edge > value);
  return found < 0 ? last : found - 1;
}

/** What lies in no bin, in words; empty where all values do. */
export function leftOut({ nan, positive_infinite, negative_infinite, below, above }: HistogramDocument): string {
  const told: readonly (readonly [number, string])[] = [
    [nan, "NaN"],
    [positive_infinite, "∞"],
    [negative_infinite, "−∞"],
    [below, "below"],
    [above, "above"],
  ];
  return told.flatMap(([count, what]) => (count > 0 ? [`${count.toLocaleString("en-US")} ${what}`] : [])).join(", ");
}

/** At most so many places of a list, spread over all of it, the first and the last among them. */
export function spread(length: number, most: number): number[] {
  if (length <= most) return Array.from({ length }, (_, at) => at);
  return [...new Set(Array.from({ length: most }, (_, at) => Math.round((at * (length - 1)) / (most - 1))))];
}
