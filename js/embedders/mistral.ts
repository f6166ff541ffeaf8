import type { Embedder } from "./embedder.ts";
import { type HttpEmbedderOptions, httpEmbedder } from "./http-embedder.ts";
import { openaiVectors } from "./openai-embeddings.ts";

/** The embedding models of Mistral: `mistralEmbedder({ model: "mistral-embed", apiKey })`. */
export function mistralEmbedder(options: HttpEmbedderOptions): Embedder {
  const { model, dimensions } = options;
  return httpEmbedder(options, {
    provider: "mistral",
    baseURL: "https://api.mistral.ai/v1",
    path: "/embeddings",
    maxBatch: 128,
    // A call takes 16,384 tokens, and of most languages a token is two bytes or more.
    maxBatchBytes: 32_000,
    body: (input) => ({ model, input, encoding_format: "float", output_dimension: dimensions }),
    vectors: openaiVectors,
  });
}
