import type { Embedder } from "./embedder.ts";
import { type HttpEmbedderOptions, httpEmbedder } from "./http-embedder.ts";
import { openaiVectors } from "./openai-embeddings.ts";

/** The embedding models of OpenAI: `openaiEmbedder({ model: "text-embedding-3-small", apiKey })`. */
export function openaiEmbedder(options: HttpEmbedderOptions): Embedder {
  const { model, dimensions } = options;
  return httpEmbedder(options, {
    provider: "openai",
    baseURL: "https://api.openai.com/v1",
    path: "/embeddings",
    // It takes 2048 texts and 300,000 tokens; a call that fails should not take so many with it.
    maxBatch: 256,
    // A quarter of what a list of numbers takes on its way.
    body: (input) => ({ model, input, encoding_format: "base64", dimensions }),
    vectors: openaiVectors,
  });
}
