import { Inflate } from "fflate";

// Each piece inflates to at most a thousand times its size before the limit is looked at.
const PIECE = 16_384;

/**
 * Inflates raw deflate data to at most `limit` bytes and stops there, whatever the data says of its size. Undefined
 * for what is not whole deflate data.
 */
export function inflate(deflated: Uint8Array, limit: number): Uint8Array | undefined {
  if (deflated.length === 0) return undefined;
  const pieces: Uint8Array[] = [];
  let length = 0;
  const stream = new Inflate((piece) => {
    pieces.push(piece);
    length += piece.length;
  });
  try {
    for (let at = 0, next = PIECE; length < limit; at = next, next += PIECE) {
      stream.push(deflated.subarray(at, next), next >= deflated.length);
      if (next >= deflated.length) break;
    }
  } catch {
    return undefined;
  }
  const inflated = new Uint8Array(Math.min(length, limit));
  let at = 0;
  for (const piece of pieces) {
    inflated.set(piece.subarray(0, inflated.length - at), at);
    at += piece.length;
    if (at >= inflated.length) break;
  }
  return inflated;
}
