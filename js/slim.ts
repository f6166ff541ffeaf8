/**
 * The whole library, without its files: the caller loads the core with `await init({ wasm, packs })`.
 *
 * @module
 */
export type * from "./generated/types.ts";
export { LuminoraError, type ErrorCode, type Problem } from "./errors.ts";
export {
  type ImportOptions,
  Luminora,
  type LuminoraOptions,
  type SessionOptions,
} from "./luminora.ts";
export { manualModel, type ManualModel } from "./models/manual.ts";
export type { AnyModel, CallOptions, Capabilities, Message, Model } from "./models/model.ts";
export { openaiCompatible, type OpenAICompatibleOptions } from "./models/openai-compatible.ts";
export type { FinishReason, Part } from "./models/part.ts";
export { scriptedModel, type ScriptedModel } from "./models/scripted.ts";
export type { Clock, Random } from "./ports.ts";
export { compile, type Compiled, type CompileOptions, type Document, observe, parse, Template, validate } from "./pure.ts";
export type { ReplyStream } from "./reply.ts";
export { type CoreSource, init } from "./runtime.ts";
export type { Explanation, SendOptions, Session, SessionEvents, SessionState } from "./session.ts";
export { memoryStorage } from "./storage/memory.ts";
export type { ScanOptions, Storage, StorageListener, StoredRecord } from "./storage/storage.ts";
export type { TemplateEntry, TemplateSource } from "./templates.ts";
