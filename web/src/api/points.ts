/**
 * The binary form of points, drawn in docs/formats/wire.md: frames of a head in JSON and three columns, the last frame
 * saying that it is the last. Columns lie at multiples of eight bytes, so they are looked at where they lie.
 */

/** Points of one series of one run. */
export interface Series {
  readonly run: string;
  readonly name: string;
  /** Exact, however great. */
  readonly steps: BigInt64Array;
  readonly timestamps_us: BigInt64Array;
  readonly values: Float64Array;
  /** Whose points these are, where they were asked for by writer. */
  readonly writer?: string;
  /** What each writer wrote of it, where there were several. */
  readonly parts?: readonly Series[];
}

interface Head {
  readonly run?: string;
  readonly name?: string;
  readonly count?: number;
  readonly writer?: string;
  readonly end?: boolean;
}

/** Bytes that are no points, or points whose end is missing. */
export class DamagedPointsError extends Error {}

const MARK = 0x53544e50; // "PNTS", little-endian
const HEADER_BYTES = 8;
const COLUMN_BYTES = 8;

/**
 * The series of an answer.
 *
 * @throws DamagedPointsError The connection was cut, or something else answered.
 */
export function decodePoints(buffer: ArrayBuffer): Series[] {
  const view = new DataView(buffer);
  const text = new TextDecoder();
  const found: Series[] = [];
  let at = 0;
  while (at + HEADER_BYTES <= buffer.byteLength) {
    if (view.getUint32(at, true) !== MARK) throw new DamagedPointsError(`no frame of points at byte ${at}`);
    const headBytes = view.getUint32(at + 4, true);
    const start = at + HEADER_BYTES + headBytes;
    if (start > buffer.byteLength) break;
    const head = JSON.parse(text.decode(new Uint8Array(buffer, at + HEADER_BYTES, headBytes))) as Head;
    if (head.end === true) return found;
    const count = head.count ?? 0;
    const end = start + 3 * COLUMN_BYTES * count;
    if (end > buffer.byteLength) break;
    found.push({
      run: head.run ?? "",
      name: head.name ?? "",
      steps: new BigInt64Array(buffer, start, count),
      timestamps_us: new BigInt64Array(buffer, start + COLUMN_BYTES * count, count),
      values: new Float64Array(buffer, start + 2 * COLUMN_BYTES * count, count),
      ...(head.writer === undefined ? {} : { writer: head.writer }),
    });
    at = end;
  }
  throw new DamagedPointsError("the points end before their end was said: the connection was cut");
}

/** What several writers wrote of one series, as one: by step, then by time. */
export function together(parts: readonly Series[]): Series | null {
  const [first] = parts;
  if (first === undefined || parts.length === 1) return first ?? null;
  const steps = parts.flatMap((one) => [...one.steps]);
  const times = parts.flatMap((one) => [...one.timestamps_us]);
  const values = parts.flatMap((one) => [...one.values]);
  const order = Uint32Array.from(steps.keys()).sort(
    (one, other) => compare(steps[one], steps[other]) || compare(times[one], times[other]) || one - other,
  );
  return {
    run: first.run,
    name: first.name,
    steps: BigInt64Array.from(order, (at) => steps[at] ?? 0n),
    timestamps_us: BigInt64Array.from(order, (at) => times[at] ?? 0n),
    values: Float64Array.from(order, (at) => values[at] ?? Number.NaN),
    parts,
  };
}

function compare(one: bigint | undefined, other: bigint | undefined): number {
  if (one === undefined || other === undefined || one === other) return 0;
  return one < other ? -1 : 1;
}

/**
 * The series of an answer one after another, as they come in; a long one comes in pieces.
 *
 * @throws DamagedPointsError The connection was cut, or something else answered.
 */
export async function* streamedPoints(body: ReadableStream<Uint8Array>): AsyncGenerator<Series> {
  const reader = body.getReader();
  const pieces: Uint8Array[] = [];
  let held = 0;
  const take = async (bytes: number): Promise<ArrayBuffer> => {
    while (held < bytes) {
      const { done, value } = await reader.read();
      if (done) throw new DamagedPointsError("the points end before their end was said: the connection was cut");
      pieces.push(value);
      held += value.byteLength;
    }
    const found = new Uint8Array(bytes);
    let at = 0;
    while (at < bytes) {
      const piece = pieces[0] as Uint8Array;
      const some = piece.subarray(0, bytes - at);
      found.set(some, at);
      at += some.byteLength;
      if (some.byteLength === piece.byteLength) pieces.shift();
      else pieces[0] = piece.subarray(some.byteLength);
    }
    held -= bytes;
    return found.buffer;
  };
  try {
    for (;;) {
      const start = new DataView(await take(HEADER_BYTES));
      if (start.getUint32(0, true) !== MARK) throw new DamagedPointsError("no frame of points");
      const head = JSON.parse(new TextDecoder().decode(await take(start.getUint32(4, true)))) as Head;
      if (head.end === true) return;
      const count = head.count ?? 0;
      const columns = await take(3 * COLUMN_BYTES * count);
      yield {
        run: head.run ?? "",
        name: head.name ?? "",
        steps: new BigInt64Array(columns, 0, count),
        timestamps_us: new BigInt64Array(columns, COLUMN_BYTES * count, count),
        values: new Float64Array(columns, 2 * COLUMN_BYTES * count, count),
      };
    }
  } finally {
    void reader.cancel();
  }
}
