import type { Random } from "../ports.ts";

/**
 * A {@link Random} that gives the same bytes for the same seed: SplitMix32 over a 32-bit counter. For tests only, it
 * is predictable.
 */
export function seededRandom(seed = 0): Random {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x9e3779b9) >>> 0;
    let mixed = state ^ (state >>> 16);
    mixed = Math.imul(mixed, 0x21f0aaad);
    mixed ^= mixed >>> 15;
    mixed = Math.imul(mixed, 0x735a2d97);
    return (mixed ^ (mixed >>> 15)) >>> 0;
  };
  return (length) => Uint8Array.from({ length }, () => next() & 0xff);
}
