import { isObject } from "../models/answer.ts";
import type { Embedder, Values } from "./embedder.ts";
import { type HttpEmbedderOptions, httpEmbedder } from "./http-embedder.ts";

/** The embedding models of Cohere: `cohereEmbedder({ model: "embed-v4.0", apiKey })`. Pages may need a proxy. */
export function cohereEmbedder(options: HttpEmbedderOptions): Embedder {
  const { model, dimensions } = options;
  return httpEmbedder(options, {
    provider: "cohere",
    baseURL: "https://api.cohere.com",
    path: "/v2/embed",
    maxBatch: 96,
    body: (texts, kind) => ({
      model,
      texts,
      // Its models want to know.
      input_type: kind === "query" ? "search_query" : "search_document",
      embedding_types: ["float"],
      output_dimension: dimensions,
    }),
    vectors: ({ embeddings }) =>
      isObject(embeddings) && Array.isArray(embeddings.float) ? (embeddings.float as Values[]) : undefined,
  });
}
