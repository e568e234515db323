import { describe, expect, it } from "vitest";
import { DamagedPointsError, decodePoints, streamedPoints } from "../../src/api/points";

function frame(head: object, columns: readonly (BigInt64Array | Float64Array)[] = []): Uint8Array {
  const json = JSON.stringify(head);
  const bare = new TextEncoder().encode(json);
  const text = new TextEncoder().encode(json + " ".repeat((8 - (bare.length % 8)) % 8));
  const bytes = new Uint8Array(8 + text.length + columns.reduce((sum, one) => sum + one.byteLength, 0));
  bytes.set(new TextEncoder().encode("PNTS"));
  new DataView(bytes.buffer).setUint32(4, text.length, true);
  bytes.set(text, 8);
  let at = 8 + text.length;
  for (const one of columns) {
    bytes.set(new Uint8Array(one.buffer, one.byteOffset, one.byteLength), at);
    at += one.byteLength;
  }
  return bytes;
}

function joined(...frames: readonly Uint8Array[]): ArrayBuffer {
  const bytes = new Uint8Array(frames.reduce((sum, one) => sum + one.length, 0));
  let at = 0;
  for (const one of frames) {
    bytes.set(one, at);
    at += one.length;
  }
  return bytes.buffer;
}

const STEPS = new BigInt64Array([-1n, 2n ** 53n + 1n, 3n]);
const TIMES = new BigInt64Array([1n, 2n, 3n]);
const VALUES = new Float64Array([Number.NaN, Number.NEGATIVE_INFINITY, -0]);
const ONE = frame({ run: "a", name: "train/loss", count: 3 }, [STEPS, TIMES, VALUES]);
const EMPTY = frame({ run: "b", name: "loss (ü)", count: 0 });
const END = frame({ end: true });

describe("points", () => {
  it("keep every bit of steps and values", () => {
    const [series] = decodePoints(joined(ONE, END));
    expect(series?.name).toBe("train/loss");
    expect([...(series?.steps ?? [])]).toEqual([...STEPS]);
    expect(Object.is(series?.values[2], -0)).toBe(true);
    expect([...(series?.values ?? [])]).toEqual([...VALUES]);
  });

  it("come in several frames, some of them empty", () => {
    const found = decodePoints(joined(ONE, EMPTY, ONE, END));
    expect(found.map((one) => [one.run, one.values.length])).toEqual([
      ["a", 3],
      ["b", 0],
      ["a", 3],
    ]);
  });

  it("are refused where they were cut at any byte", () => {
    const whole = joined(ONE, EMPTY, END);
    for (let length = 0; length < whole.byteLength; length += 1) {
      expect(() => decodePoints(whole.slice(0, length)), `${length} bytes`).toThrow(DamagedPointsError);
    }
  });

  it("are refused where another thing answered", () => {
    expect(() => decodePoints(new TextEncoder().encode('{"error": 1}____').buffer as ArrayBuffer)).toThrow("no frame");
  });
});

describe("points that come in piece by piece", () => {
  function streamed(whole: ArrayBuffer, size: number): ReadableStream<Uint8Array> {
    return new ReadableStream({
      start(controller) {
        for (let at = 0; at < whole.byteLength; at += size)
          controller.enqueue(new Uint8Array(whole.slice(at, at + size)));
        controller.close();
      },
    });
  }

  async function read(whole: ArrayBuffer, size: number) {
    const found = [];
    for await (const one of streamedPoints(streamed(whole, size))) found.push(one);
    return found;
  }

  it("are the same however the line cuts them", async () => {
    for (const size of [1, 7, 64, 4096]) {
      const found = await read(joined(ONE, EMPTY, ONE, END), size);
      expect(found.map((one) => [one.run, [...one.steps]])).toEqual([
        ["a", [...STEPS]],
        ["b", []],
        ["a", [...STEPS]],
      ]);
      expect([...(found[0]?.values ?? [])]).toEqual([...VALUES]);
    }
  });

  it("are refused where they were cut", async () => {
    const whole = joined(ONE, END);
    await expect(read(whole.slice(0, whole.byteLength - 1), 16)).rejects.toThrow(DamagedPointsError);
  });
});
