import { abortedError } from "../ports.ts";
import { checkedVectors, checkTexts, type Embedder, type EmbedKind, never, settled } from "./embedder.ts";

/** How far {@link embedAll} has come. */
export interface EmbedProgress {
  /** Texts that have their vector. */
  readonly done: number;
  /** Texts in all. */
  readonly total: number;
}

/** What {@link embedAll} may be told. */
export interface EmbedAllOptions {
  /** Ends the calls in flight and those that are still to come, with code `aborted`. */
  readonly signal?: AbortSignal | undefined;
  readonly kind?: EmbedKind | undefined;
  /**
   * Takes the vectors of each call as soon as they are there, with the positions of their texts: what is kept here
   * is not lost when a later call fails. The next call waits for its promise; two of them may be under way at once.
   */
  readonly onVectors?:
    | ((indices: readonly number[], vectors: readonly Float32Array[]) => void | PromiseLike<void>)
    | undefined;
  /** Told after each call. */
  readonly onProgress?: ((progress: EmbedProgress) => void) | undefined;
}

/**
 * Embeds any number of texts, in calls of a size that the embedder takes, two of them at a time unless it is not
 * `parallel`. Equal texts are embedded once, and share their vector.
 *
 * The first call that fails is the last that begins: another one in flight may still come to its end and to
 * `onVectors`, and then the error is thrown.
 *
 * @returns one vector for each text, in the order of the texts
 * @throws LuminoraError what the embedder throws; `dimension` when the vectors of two calls differ in length;
 *   `aborted`; `wrong_type` or `invalid_argument`, before anything is sent, for what is no text or blank
 */
export async function embedAll(
  embedder: Embedder,
  texts: readonly string[],
  options: EmbedAllOptions = {},
): Promise<Float32Array[]> {
  const { signal = never, kind, onVectors, onProgress } = options;
  checkTexts(texts);
  if (signal.aborted) throw abortedError();
  const positions = positionsOf(texts);
  const batches = batchesOf([...positions.keys()], embedder);
  const found: Float32Array[] = new Array(texts.length);
  let { dimensions } = embedder;
  let done = 0;
  let failure: { readonly error: unknown } | undefined;

  const embedBatch = async (batch: readonly string[]) => {
    if (signal.aborted) throw abortedError();
    const answer = await settled(() => embedder.embed(batch, { signal, kind }), signal);
    const vectors = checkedVectors(answer, batch.length, dimensions);
    dimensions = vectors[0]?.length;
    const indices: number[] = [];
    const each: Float32Array[] = [];
    for (const [at, text] of batch.entries()) {
      for (const index of positions.get(text) ?? []) {
        found[index] = vectors[at] as Float32Array;
        indices.push(index);
        each.push(vectors[at] as Float32Array);
      }
    }
    await onVectors?.(indices, each);
    done += indices.length;
    onProgress?.({ done, total: texts.length });
  };
  const work = async () => {
    while (!failure) {
      const batch = batches.shift();
      if (!batch) return;
      await embedBatch(batch).catch((error: unknown) => {
        failure ??= { error };
      });
    }
  };

  await Promise.all(Array.from({ length: embedder.parallel === false ? 1 : 2 }, work));
  if (failure) throw failure.error;
  return found;
}

const defaultBatch = 32;
const defaultBatchBytes = 100_000;

/** Where each text stands, by the text. */
function positionsOf(texts: readonly string[]): Map<string, number[]> {
  const positions = new Map<string, number[]>();
  for (const [index, text] of texts.entries()) {
    const known = positions.get(text);
    if (known) known.push(index);
    else positions.set(text, [index]);
  }
  return positions;
}

/** The texts in calls that the embedder takes; one that is too large by itself is a call of its own. */
function batchesOf(
  texts: readonly string[],
  { maxBatch = defaultBatch, maxBatchBytes = defaultBatchBytes }: Embedder,
): string[][] {
  const encoder = new TextEncoder();
  const batches: string[][] = [];
  let batch: string[] = [];
  let bytes = 0;
  for (const text of texts) {
    const size = encoder.encode(text).length;
    if (batch.length > 0 && (batch.length >= maxBatch || bytes + size > maxBatchBytes)) {
      batches.push(batch);
      batch = [];
      bytes = 0;
    }
    batch.push(text);
    bytes += size;
  }
  if (batch.length > 0) batches.push(batch);
  return batches;
}
