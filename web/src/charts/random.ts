/** Random numbers that come out the same every time: what a reader saw yesterday stands there today. */

/** Numbers from 0 to below 1, from a seed on. */
export type Random = () => number;

/**
 * A generator of 32 bits of state, good enough to draw samples by.
 *
 * Source: mulberry32, https://github.com/bryc/code/blob/master/jshash/PRNGs.md (Tommy Ettinger, 2017).
 */
export function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The whole numbers below `many` in a random order. */
export function shuffled(many: number, random: Random): Int32Array {
  const places = Int32Array.from({ length: many }, (_, at) => at);
  for (let at = many - 1; at > 0; at -= 1) {
    const other = Math.floor(random() * (at + 1));
    const held = places[at] ?? 0;
    places[at] = places[other] ?? 0;
    places[other] = held;
  }
  return places;
}
