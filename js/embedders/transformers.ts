import { LuminoraError } from "../errors.ts";
import { type Embedder, embedder, type Prefixes } from "./embedder.ts";

/** How the vectors of a text's tokens become one. */
export type Pooling = "mean" | "cls" | "last_token";

/** A feature-extraction pipeline of transformers.js, as far as it is used here. */
export type FeatureExtractor = (
  texts: string[],
  options: { pooling: Pooling; normalize: boolean },
) => PromiseLike<FeatureTensor>;

/** What a pipeline gives: a row of `data` for each text. */
export interface FeatureTensor {
  readonly dims: readonly number[];
  readonly data: ArrayLike<unknown>;
  dispose?(): void;
}

/** What {@link transformersEmbedder} takes. */
export interface TransformersOptions {
  /** The model, as the hub names it: `Xenova/all-MiniLM-L6-v2`. */
  model: string;
  /** Gives the pipeline. Asked with the first call, and again only after it failed. */
  load(): PromiseLike<FeatureExtractor> | FeatureExtractor;
  /** As the model was trained; most want `mean`, which is the default. */
  pooling?: Pooling | undefined;
  dimensions?: number | undefined;
  /** The most texts at once, 8 by default: they are all padded to the longest. */
  maxBatch?: number | undefined;
  /** What the model wants before a text: `{ query: "query: ", document: "passage: " }`. Change `id` with them. */
  prefixes?: Prefixes | undefined;
  /** In place of `transformers/` and the model. */
  id?: string | undefined;
}

/**
 * A model that runs on this machine, in a page too, with transformers.js. The library is the application's own: this
 * package does not import it.
 *
 * ```js
 * import { pipeline } from "@huggingface/transformers";
 *
 * const model = "Xenova/all-MiniLM-L6-v2";
 * const local = transformersEmbedder({ model, load: () => pipeline("feature-extraction", model) });
 * ```
 *
 * An abort ends the waiting, not the computing, which the library cannot stop.
 */
export function transformersEmbedder(options: TransformersOptions): Embedder {
  const { model, load, pooling = "mean", maxBatch = 8, id = `transformers/${model}` } = options;
  if (typeof model !== "string" || model.trim() === "") {
    throw new LuminoraError("invalid_argument", "The model has no id.", { path: "/model" });
  }
  let loading: Promise<FeatureExtractor> | undefined;
  return embedder({
    id,
    maxBatch,
    dimensions: options.dimensions,
    prefixes: options.prefixes,
    // One computation at a time is all that a machine is good for.
    parallel: false,
    async embed(texts) {
      loading ??= Promise.resolve().then(load);
      const extract = await loading.catch((error: unknown) => {
        loading = undefined;
        throw error;
      });
      const tensor = await extract([...texts], { pooling, normalize: true });
      const rows = rowsOf(tensor, texts.length);
      tensor.dispose?.();
      return rows;
    },
  });
}

/** The rows of a tensor. */
function rowsOf({ dims, data }: FeatureTensor, count: number): number[][] {
  const [rows, width = 0] = dims;
  if (dims.length !== 2 || rows !== count || data.length !== count * width) {
    const message = `The pipeline gave ${dims.join(" x ")} values for ${count} texts.`;
    const hint = 'It must be a pipeline for "feature-extraction".';
    throw new LuminoraError("model_bad_response", message, { hint });
  }
  return Array.from({ length: count }, (_, row) =>
    Array.prototype.slice.call(data, row * width, (row + 1) * width),
  );
}
