import { LuminoraError } from "../errors.ts";
import { redactedCause } from "../models/secrets.ts";
import { statusCode } from "../models/status-code.ts";
import { abortable, abortedError } from "../ports.ts";

/**
 * What a text is embedded for. Some models embed a question and what answers it in different ways, so that they come
 * to lie close to each other; vectors of both kinds are comparable.
 */
export type EmbedKind = "query" | "document";

/** What may be said about one call. */
export interface EmbedOptions {
  /** Ends the call and its waits, with code `aborted`. */
  readonly signal?: AbortSignal | undefined;
  /** Absent: whatever the provider takes for granted. */
  readonly kind?: EmbedKind | undefined;
}

/**
 * The port that turns texts into vectors, version 1. Failures are a `LuminoraError`: a `model_*` code, `aborted`, or
 * `dimension` when a vector has another length than those before it.
 *
 * {@link embedder} makes one of a function, and checks what the function gives.
 */
export interface Embedder {
  /** Version of this interface; absent means 1. */
  readonly version?: 1;
  /** Names provider and model. Vectors of embedders with different ids are never compared. */
  readonly id: string;
  /** How many values a vector has; absent until the first answer shows it. */
  readonly dimensions?: number | undefined;
  /** The most texts that should go into one call. */
  readonly maxBatch?: number | undefined;
  /** The most bytes (UTF-8) that the texts of one call should have together. No text has more tokens than bytes. */
  readonly maxBatchBytes?: number | undefined;
  /** `false`: its calls have to wait for each other. */
  readonly parallel?: boolean | undefined;
  /** One vector for each text, in the order of the texts; all are of the same length, and every value is finite. */
  embed(texts: readonly string[], options?: EmbedOptions): Promise<readonly Float32Array[]>;
}

/** A call as a host's function sees it. */
export interface EmbedCall {
  readonly signal: AbortSignal;
  readonly kind: EmbedKind | undefined;
}

/** What is written before each text, for models that were trained with it. */
export type Prefixes = Readonly<Partial<Record<EmbedKind, string>>>;

/** What {@link embedder} takes. */
export interface EmbedderOptions {
  /** Names provider and model, and whatever else makes vectors incomparable. */
  id: string;
  /** How many values a vector has; learned from the first answer when absent. */
  dimensions?: number | undefined;
  maxBatch?: number | undefined;
  maxBatchBytes?: number | undefined;
  parallel?: boolean | undefined;
  prefixes?: Prefixes | undefined;
  /** One vector for each text, in the order of the texts. */
  embed(texts: readonly string[], call: EmbedCall): PromiseLike<readonly Values[]> | readonly Values[];
}

/** A vector as functions and libraries give it. */
export type Values = Float32Array | Float64Array | readonly number[];

/**
 * An embedder of any function that turns texts into vectors: a library, a worker, a server of your own.
 *
 * ```js
 * const mine = embedder({
 *   id: "example.org/minilm",
 *   dimensions: 384,
 *   async embed(texts, { signal, kind }) {
 *     const response = await fetch("/embed", { method: "POST", body: JSON.stringify({ texts, kind }), signal });
 *     return (await response.json()).vectors;
 *   },
 * });
 * ```
 *
 * The answer is checked: `model_bad_response` when it is not a list of vectors, one for each text, of finite numbers;
 * `dimension` when their lengths differ. An error of the function becomes the `cause` of a `LuminoraError`, whose code
 * follows from its HTTP `status` if it has one, else `model_unavailable`.
 *
 * @throws LuminoraError `invalid_argument`, `out_of_range`
 */
export function embedder(options: EmbedderOptions): Embedder {
  const { id, maxBatch, maxBatchBytes, parallel, prefixes } = options;
  if (typeof id !== "string" || id.trim() === "") {
    throw new LuminoraError("invalid_argument", "The embedder has no id.", { path: "/id" });
  }
  for (const name of ["dimensions", "maxBatch", "maxBatchBytes"] as const)
    positive(options[name], `/${name}`);
  let { dimensions } = options;

  return {
    version: 1,
    id,
    get dimensions() {
      return dimensions;
    },
    maxBatch,
    maxBatchBytes,
    parallel,
    async embed(texts, { signal = never, kind } = {}) {
      checkTexts(texts);
      if (signal.aborted) throw abortedError();
      if (texts.length === 0) return [];
      const prefix = (kind && prefixes?.[kind]) ?? "";
      const asked = prefix === "" ? texts : texts.map((text) => prefix + text);
      const answer = await settled(() => options.embed(asked, { signal, kind }), signal);
      const vectors = checkedVectors(answer, texts.length, dimensions);
      dimensions = vectors[0]?.length;
      return vectors;
    },
  };
}

/** A signal for those who never abort. */
export const never = new AbortController().signal;

/** Refuses what no provider embeds, before anything is sent: `wrong_type`, or `invalid_argument` for a blank text. */
export function checkTexts(texts: readonly string[]): void {
  if (!Array.isArray(texts)) {
    throw new LuminoraError("wrong_type", "The texts to embed are a list.", { path: "/texts" });
  }
  for (const [index, text] of texts.entries()) {
    const path = `/texts/${index}`;
    if (typeof text !== "string") throw new LuminoraError("wrong_type", "This is no text.", { path });
    if (text.trim() !== "") continue;
    throw new LuminoraError("invalid_argument", "A blank text has no vector.", {
      path,
      hint: "Leave it out.",
    });
  }
}

/** What `ask` gives; whatever it throws becomes a `LuminoraError`. */
export async function settled<T>(ask: () => PromiseLike<T> | T, signal: AbortSignal): Promise<T> {
  try {
    return await abortable(Promise.resolve().then(ask), signal);
  } catch (error) {
    if (LuminoraError.isInstance(error)) throw error;
    const { status, statusCode: code = status } = Object(error) as { status?: unknown; statusCode?: unknown };
    // Of the error only what is meant to be read: libraries keep requests on theirs.
    const cause = redactedCause(error, (text) => text);
    const known =
      typeof code === "number" && code >= 300 ? statusCode(code, String(cause?.message)) : undefined;
    throw new LuminoraError(known ?? "model_unavailable", "The embedder failed.", { cause });
  }
}

/**
 * The vectors in an answer.
 *
 * @param dimensions how long they have to be; absent: as long as the first
 * @throws LuminoraError `model_bad_response`, `dimension`
 */
export function checkedVectors(answer: unknown, count: number, dimensions?: number): Float32Array[] {
  if (!Array.isArray(answer)) throw badAnswer("The embedder gave no list of vectors.");
  if (answer.length !== count) {
    throw badAnswer(`The embedder gave ${answer.length} vectors for ${count} texts.`);
  }
  let expected = dimensions;
  // Not `map`: it would leave out the holes of a sparse list.
  return Array.from(answer, (values: unknown) => {
    const vector = float32(values);
    expected ??= vector.length;
    if (vector.length === expected) return vector;
    throw new LuminoraError(
      "dimension",
      `The embedder gave a vector of ${vector.length} values where ${expected} were expected.`,
      {
        hint: "Check the model and the number of dimensions. Another one needs an embedder with another id.",
      },
    );
  });
}

function float32(values: unknown): Float32Array {
  // Any kind of typed array, from any realm; copied, as it may be a view of memory that is used again.
  const list = Array.isArray(values) || ArrayBuffer.isView(values) ? (values as ArrayLike<unknown>) : [];
  if (!(list.length > 0)) throw badAnswer("The embedder gave something that is no vector.");
  const vector = new Float32Array(list.length);
  for (let index = 0; index < list.length; index++) {
    const value = list[index];
    if (typeof value === "number") vector[index] = value;
    // After the conversion, which makes infinities of numbers that only a double can hold.
    if (typeof value !== "number" || !Number.isFinite(vector[index])) {
      throw badAnswer("The embedder gave a vector with something that is no finite number.");
    }
  }
  return vector;
}

function badAnswer(message: string): LuminoraError {
  return new LuminoraError("model_bad_response", message);
}

function positive(value: number | undefined, path: string): void {
  if (value === undefined || (Number.isSafeInteger(value) && value > 0)) return;
  throw new LuminoraError("out_of_range", "This must be a whole number from 1.", { path });
}
