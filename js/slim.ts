/**
 * The whole library, without its files: the caller loads the core with `await init({ wasm, packs })`.
 *
 * @module
 */

export { type Blend, type BlendOptions, type BlendSource, blend } from "./blend.ts";
export type {
  BundleExportOptions,
  BundleImportOptions,
  BundleImportReport,
  BundleManifest,
  BundleOpenOptions,
} from "./bundle/bundle.ts";
export type { BundleSigner, BundleSigners } from "./bundle/signature.ts";
export type { BundleFile } from "./bundle/source.ts";
export {
  type CardConversion,
  type CardExportOptions,
  type CardFile,
  convertCard,
  exportCard,
} from "./cards.ts";
export { type Converted, convert } from "./convert.ts";
export type { Document } from "./document.ts";
export { type ErrorCode, LuminoraError, type Problem } from "./errors.ts";
export type * from "./generated/types.ts";
export { Luminora } from "./luminora.ts";
export { anthropic } from "./models/anthropic.ts";
export { type ChromeOptions, chrome } from "./models/chrome.ts";
export { cohere } from "./models/cohere.ts";
export { deepseek } from "./models/deepseek.ts";
export { google } from "./models/google.ts";
export type { HttpModelOptions } from "./models/http-options.ts";
export { llama } from "./models/llama.ts";
export { type ManualModel, manualModel } from "./models/manual.ts";
export { mistral } from "./models/mistral.ts";
export type { AnyModel, CallOptions, Capabilities, Message, Model, Tool } from "./models/model.ts";
export { openai } from "./models/openai.ts";
export {
  type OpenAICompatibleOptions,
  type OpenAICompatiblePreset,
  openaiCompatible,
} from "./models/openai-compatible.ts";
export type { FinishReason, Part } from "./models/part.ts";
export { type ScriptedModel, scriptedModel } from "./models/scripted.ts";
export { type WebLlmEngine, type WebLlmOptions, webllm } from "./models/webllm.ts";
export type {
  Note,
  NoteDetails,
  NoteDocument,
  NoteImport,
  NoteImportOptions,
  NoteProgress,
} from "./notes.ts";
export type {
  FeaturePreset,
  ImportOptions,
  Limits,
  LuminoraOptions,
  MemoryOptions,
  MemoryQuery,
  MigrationOptions,
  Policy,
  RecallOptions,
  Remembered,
  SessionOptions,
  SnapshotOptions,
} from "./options.ts";
export type { Clock, Random, Sleep } from "./ports.ts";
export {
  type Compiled,
  type CompileOptions,
  compile,
  observe,
  parse,
  Template,
  validate,
} from "./pure.ts";
export type { Learned, ManualReply, ReplyStream } from "./reply.ts";
export { type CoreSource, init } from "./runtime.ts";
export type { Explanation, SendOptions, Session, SessionEvents, SessionState } from "./session.ts";
export { memoryStorage } from "./storage/memory.ts";
export type {
  AppendOptions,
  Arrivals,
  Cache,
  RecordText,
  ScanOptions,
  Storage,
  StorageListener,
  StoredRecord,
} from "./storage/storage.ts";
export type { TableFiles, TableName, TableRows, TablesImportOptions } from "./tables.ts";
export type { TemplateEntry, TemplateSource } from "./templates.ts";
