/** Long work in short slices, between which the page answers to whoever uses it. */

/** So long a slice may take: a frame is 16 ms. */
const SLICE_MS = 10;

/** Run a generator to its end; `told` hears what it yields at the end of each slice. Rejects when the signal says so. */
export async function inSlices<Step, Result>(
  work: Generator<Step, Result, void>,
  signal: AbortSignal,
  told: (step: Step) => void = () => {},
): Promise<Result> {
  for (;;) {
    const end_ms = performance.now() + SLICE_MS;
    let next = work.next();
    while (next.done !== true && performance.now() < end_ms) next = work.next();
    if (next.done === true) return next.value;
    told(next.value);
    await new Promise((resolve) => setTimeout(resolve));
    signal.throwIfAborted();
  }
}
