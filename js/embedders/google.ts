import type { Embedder, EmbedKind, Prefixes } from "./embedder.ts";
import { type HttpEmbedderOptions, httpEmbedder, pluck } from "./http-embedder.ts";

/** The embedding models of Google: `googleEmbedder({ model: "gemini-embedding-001", apiKey })`. */
export function googleEmbedder(options: HttpEmbedderOptions): Embedder {
  const { dimensions } = options;
  // Its own lists name models like this; without a name, what is refused is the caller's.
  const model = options.model?.replace(/^models\//, "");
  const named = firstGeneration.test(model);
  const { prefixes = named ? undefined : instructions } = options;
  return httpEmbedder(
    { ...options, model, prefixes },
    {
      provider: "google",
      baseURL: "https://generativelanguage.googleapis.com/v1beta",
      path: `/models/${encodeURIComponent(model)}:batchEmbedContents`,
      maxBatch: 100,
      keyHeaders: (key) => ({ "x-goog-api-key": key }),
      body: (texts, kind) => ({
        requests: texts.map((text) => ({
          model: `models/${model}`,
          content: { parts: [{ text }] },
          taskType: named && kind ? taskTypes[kind] : undefined,
          outputDimensionality: dimensions,
        })),
      }),
      vectors: ({ embeddings }) => pluck(embeddings, "values"),
    },
  );
}

// These are told the task by its name; later models read it in the text, and ignore the name.
const firstGeneration = /embedding-0\d\d$/;

const taskTypes: Record<EmbedKind, string> = { query: "RETRIEVAL_QUERY", document: "RETRIEVAL_DOCUMENT" };

const instructions: Prefixes = { query: "task: search result | query: ", document: "title: none | text: " };
