import type { Embedder, Values } from "./embedder.ts";
import { type HttpEmbedderOptions, httpEmbedder } from "./http-embedder.ts";

/**
 * Models that Ollama serves: `ollamaEmbedder({ model: "nomic-embed-text" })`. A page needs its origin in the server's
 * `OLLAMA_ORIGINS`. Texts that are too long for the model are cut by the server.
 */
export function ollamaEmbedder(options: HttpEmbedderOptions): Embedder {
  const { model, dimensions } = options;
  return httpEmbedder(options, {
    provider: "ollama",
    baseURL: "http://localhost:11434",
    path: "/api/embed",
    maxBatch: 32,
    body: (input) => ({ model, input, dimensions }),
    vectors: ({ embeddings }) => (Array.isArray(embeddings) ? (embeddings as Values[]) : undefined),
  });
}
