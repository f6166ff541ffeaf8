import { type Embedder, type EmbedKind, embedder } from "../embedders/embedder.ts";

/** An embedder that asks nobody, and remembers what it was asked. */
export interface FakeEmbedder extends Embedder {
  /** The calls that came, in order. */
  readonly calls: readonly { readonly texts: readonly string[]; readonly kind?: EmbedKind }[];
}

/** What {@link fakeEmbedder} may be told. */
export interface FakeEmbedderOptions {
  /** How many values a vector has; 256 by default. */
  dimensions?: number | undefined;
  maxBatch?: number | undefined;
  /** `fake/` and the dimensions by default. */
  id?: string | undefined;
}

/**
 * An {@link Embedder} for tests and examples: the same text has the same vector everywhere, and the more words two
 * texts share, the more similar their vectors are. It knows nothing of what words mean.
 *
 * Each word (letters, marks and digits, in lower case) adds 1 or -1 at one place of the vector, both taken from its
 * hash (FNV-1a, 64 bits: the place is the remainder by the dimensions, the top bit is the sign); the length is 1. A
 * text without words has the vector of zeros.
 */
export function fakeEmbedder(options: FakeEmbedderOptions = {}): FakeEmbedder {
  const { dimensions = 256, maxBatch, id = `fake/${dimensions}` } = options;
  const calls: { texts: readonly string[]; kind?: EmbedKind }[] = [];
  const fake = embedder({
    id,
    dimensions,
    maxBatch,
    embed(texts, { kind }) {
      calls.push({ texts, ...(kind && { kind }) });
      return texts.map((text) => hashed(text, dimensions));
    },
  });
  return Object.assign(fake, { calls });
}

function hashed(text: string, dimensions: number): Float32Array {
  const sums = new Array<number>(dimensions).fill(0);
  for (const [word] of text
    .toLowerCase()
    .normalize("NFC")
    .matchAll(/[\p{L}\p{M}\p{N}]+/gu)) {
    const hash = fnv1a(word);
    const place = Number(hash % BigInt(dimensions));
    sums[place] = (sums[place] ?? 0) + (hash >> 63n ? -1 : 1);
  }
  const length = Math.sqrt(sums.reduce((total, value) => total + value * value, 0)) || 1;
  return Float32Array.from(sums, (value) => value / length);
}

function fnv1a(word: string): bigint {
  let hash = 0xcbf29ce484222325n;
  for (const byte of new TextEncoder().encode(word)) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  }
  return hash;
}
