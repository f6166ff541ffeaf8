/**
 * Embedders: texts into vectors, so that what was said in other words is found too.
 *
 * @module
 */
export { type AiSdkEmbedderOptions, type AiSdkEmbeddingModel, aiSdkEmbedder } from "./ai-sdk.ts";
export { cohereEmbedder } from "./cohere.ts";
export {
  type EmbedCall,
  type Embedder,
  type EmbedderOptions,
  type EmbedKind,
  type EmbedOptions,
  embedder,
  type Prefixes,
  type Values,
} from "./embedder.ts";
export { googleEmbedder } from "./google.ts";
export type { HttpEmbedderOptions } from "./http-embedder.ts";
export { mistralEmbedder } from "./mistral.ts";
export { ollamaEmbedder } from "./ollama.ts";
export { openaiEmbedder } from "./openai.ts";
export { type OpenAICompatibleEmbedderOptions, openaiCompatibleEmbedder } from "./openai-compatible.ts";
export { type EmbedAllOptions, type EmbedProgress, embedAll } from "./queue.ts";
export {
  type FeatureExtractor,
  type FeatureTensor,
  type Pooling,
  type TransformersOptions,
  transformersEmbedder,
} from "./transformers.ts";
