import { LuminoraError } from "../errors.ts";
import { type Embedder, type EmbedKind, embedder, type Prefixes } from "./embedder.ts";

/** An embedding model of the Vercel AI SDK (specification v2, v3 or v4), as far as it is used here. */
export interface AiSdkEmbeddingModel {
  readonly specificationVersion: string;
  readonly provider: string;
  readonly modelId: string;
  readonly maxEmbeddingsPerCall: PromiseLike<number | undefined> | number | undefined;
  readonly supportsParallelCalls: PromiseLike<boolean> | boolean;
  doEmbed(options: {
    values: string[];
    abortSignal?: AbortSignal;
    // biome-ignore lint/suspicious/noExplicitAny: the SDK's own type for it is another one in each version
    providerOptions?: any;
  }): PromiseLike<{ readonly embeddings: readonly (readonly number[])[] }>;
}

/** What {@link aiSdkEmbedder} may be told. */
export interface AiSdkEmbedderOptions {
  dimensions?: number | undefined;
  /** What the provider is told beside the texts: `(kind) => ({ cohere: { inputType: `search_${kind}` } })`. */
  providerOptions?: ((kind: EmbedKind | undefined) => object | undefined) | undefined;
  /** What the model wants before a text: `{ query: "query: ", document: "passage: " }`. Change `id` with them. */
  prefixes?: Prefixes | undefined;
  /** In place of the provider and the model, for options that change the vectors. */
  id?: string | undefined;
}

/**
 * Any embedding model of the Vercel AI SDK: `aiSdkEmbedder(openai.embedding("text-embedding-3-small"))`. The SDK is
 * the application's own: this package does not import it. The SDK's functions try a failed call again, its models do
 * not, and neither does this.
 *
 * @throws LuminoraError `model_unsupported` for another specification
 */
export function aiSdkEmbedder(model: AiSdkEmbeddingModel, options: AiSdkEmbedderOptions = {}): Embedder {
  if (!specifications.has(model?.specificationVersion)) {
    throw new LuminoraError(
      "model_unsupported",
      "This is no embedding model of the AI SDK's specification 2 to 4.",
      {
        path: "/model",
        hint: "Pass a provider's model object, from a current version of its package.",
      },
    );
  }
  const limit = model.maxEmbeddingsPerCall;
  return embedder({
    id: options.id ?? `${model.provider}/${model.modelId}`,
    dimensions: options.dimensions,
    prefixes: options.prefixes,
    maxBatch: typeof limit === "number" && Number.isFinite(limit) ? limit : undefined,
    // Who only promises to say so waits as well.
    parallel: model.supportsParallelCalls === true,
    async embed(texts, { signal, kind }) {
      const size = Math.max((await limit) ?? texts.length, 1);
      const vectors: (readonly number[])[] = [];
      for (let start = 0; start < texts.length; start += size) {
        const values = texts.slice(start, start + size);
        const providerOptions = options.providerOptions?.(kind);
        const answer = await model.doEmbed({
          values,
          abortSignal: signal,
          ...(providerOptions && { providerOptions }),
        });
        // Too few of them would give the vectors of later texts to earlier ones.
        if (answer?.embeddings?.length !== values.length) return answer?.embeddings;
        vectors.push(...answer.embeddings);
      }
      return vectors;
    },
  });
}

const specifications = new Set<unknown>(["v2", "v3", "v4"]);
