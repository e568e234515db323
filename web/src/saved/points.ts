/**
 * The points of a saved page, drawn in docs/formats/page.md: a line for each block, whose columns come back bit for bit.
 * Words are put together of halves of 32 bits, since numbers of JavaScript hold 53 and its great ones are slow.
 */

import { fromBase64, inflated } from "./bytes";

/** The columns of a series. */
export interface Columns {
  readonly steps: BigInt64Array;
  readonly timestamps_us: BigInt64Array;
  readonly values: Float64Array;
}

/** Bytes that are no block of points. */
export class DamagedBlockError extends Error {}

const HEADER_BYTES = 4;
const POINT_BYTES = 24;

/** All points of a series; between its blocks the page is free to do other things. */
export async function unpackSeries(text: string): Promise<Columns> {
  const blocks: Uint8Array<ArrayBuffer>[] = [];
  for (const line of text.split("\n")) if (line !== "") blocks.push(await inflated(fromBase64(line)));
  const count = blocks.reduce((sum, block) => sum + countOf(block), 0);
  const columns: Columns = {
    steps: new BigInt64Array(count),
    timestamps_us: new BigInt64Array(count),
    values: new Float64Array(count),
  };
  let at = 0;
  for (const block of blocks) {
    unpackBlock(block, columns, at);
    at += countOf(block);
    if (at < count) await new Promise((resolve) => setTimeout(resolve));
  }
  return columns;
}

function countOf(block: Uint8Array<ArrayBuffer>): number {
  const count = block.length < HEADER_BYTES ? -1 : new DataView(block.buffer).getUint32(0, true);
  if (block.length !== HEADER_BYTES + POINT_BYTES * count) throw new DamagedBlockError("a block of points is damaged");
  return count;
}

function unpackBlock(block: Uint8Array<ArrayBuffer>, into: Columns, at: number): void {
  const count = countOf(block);
  const planes = (column: number) => block.subarray(HEADER_BYTES + 8 * column * count);
  const steps = wordsOf(into.steps, at, count);
  join(planes(0), count, steps);
  unfold(steps);
  add(steps);
  add(steps);
  const times = wordsOf(into.timestamps_us, at, count);
  join(planes(1), count, times);
  unfold(times);
  add(times);
  join(planes(2), count, wordsOf(into.values, at, count));
}

/** Low and high halves of words, one after the other. */
function wordsOf(column: BigInt64Array | Float64Array, at: number, count: number): Int32Array {
  return new Int32Array(column.buffer, 8 * at, 2 * count);
}

function join(planes: Uint8Array, count: number, words: Int32Array): void {
  for (let half = 0; half < 2; half += 1) {
    const start = 4 * half * count;
    const [b0, b1, b2, b3] = [0, 1, 2, 3].map((one) => planes.subarray(start + one * count, start + (one + 1) * count));
    if (b0 === undefined || b1 === undefined || b2 === undefined || b3 === undefined) return;
    for (let at = 0; at < count; at += 1) {
      words[2 * at + half] =
        (b0[at] as number) | ((b1[at] as number) << 8) | ((b2[at] as number) << 16) | ((b3[at] as number) << 24);
    }
  }
}

/** 0, 1, 2, 3, … as 0, -1, 1, -2, … */
function unfold(words: Int32Array): void {
  for (let at = 0; at < words.length; at += 2) {
    const low = words[at] as number;
    const high = words[at + 1] as number;
    const sign = -(low & 1);
    words[at] = ((low >>> 1) | (high << 31)) ^ sign;
    words[at + 1] = (high >>> 1) ^ sign;
  }
}

/** Sums of differences, which wrap around as they did when they were taken. */
function add(words: Int32Array): void {
  let low = 0;
  let high = 0;
  for (let at = 0; at < words.length; at += 2) {
    const sum = low + ((words[at] as number) >>> 0);
    low = sum >>> 0;
    high = (high + (words[at + 1] as number) + (sum > 0xffffffff ? 1 : 0)) | 0;
    words[at] = low;
    words[at + 1] = high;
  }
}
