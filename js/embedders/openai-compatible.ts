import type { Embedder } from "./embedder.ts";
import { type HttpEmbedderOptions, httpEmbedder } from "./http-embedder.ts";
import { openaiVectors } from "./openai-embeddings.ts";

/** What {@link openaiCompatibleEmbedder} takes: there is no default address. */
export interface OpenAICompatibleEmbedderOptions extends HttpEmbedderOptions {
  /** Where `/embeddings` is found: `http://localhost:8080/v1`. */
  baseURL: string;
}

/** Any server with OpenAI's embeddings: llama.cpp, vLLM, LM Studio, text-embeddings-inference, many providers. */
export function openaiCompatibleEmbedder(options: OpenAICompatibleEmbedderOptions): Embedder {
  const { model, dimensions } = options;
  return httpEmbedder(options, {
    provider: "openai-compatible",
    path: "/embeddings",
    // What text-embeddings-inference takes unless it is told otherwise.
    maxBatch: 32,
    body: (input) => ({ model, input, encoding_format: "float", dimensions }),
    vectors: openaiVectors,
  });
}
