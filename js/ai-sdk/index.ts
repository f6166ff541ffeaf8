/**
 * Both ways with the Vercel AI SDK, without importing it: its models for our sessions, our personalities for its calls
 * and its chat.
 *
 * @module
 */
export { type AiSdkEmbedderOptions, type AiSdkEmbeddingModel, aiSdkEmbedder } from "../embedders/ai-sdk.ts";
export {
  type ChatChunk,
  type ChatMessage,
  chatMessages,
  LuminoraChatTransport,
  type LuminoraChatTransportOptions,
  type LuminoraMetadata,
  type TurnMessage,
} from "./chat-transport.ts";
export type { Committed } from "./committed.ts";
export { type FromAiSdkOptions, fromAiSdk } from "./from-ai-sdk.ts";
export type { AiSdkLanguageModel } from "./language-model.ts";
export {
  type AiSdkCallParams,
  type LuminoraMiddleware,
  type LuminoraMiddlewareOptions,
  luminoraMiddleware,
} from "./middleware.ts";
