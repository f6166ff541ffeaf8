import type { Json } from "../storage/storage.ts";
import type { ManualModel } from "./manual.ts";
import type { Part } from "./part.ts";
import type { ScriptedModel } from "./scripted.ts";

/** One turn as a model sees it. */
export interface Message {
  /** `system`: what neither said but both should know; a provider without this role is told it as the user. */
  readonly role: "user" | "assistant" | "system";
  readonly content: string;
}

/** What a model is asked. */
export interface CallOptions {
  /** The compiled personality and context. */
  readonly system: string;
  readonly messages: readonly Message[];
  readonly temperature: number;
  readonly maxOutputTokens?: number | undefined;
  /** JSON Schema that the answer has to match. */
  readonly responseSchema?: Json | undefined;
  /** Texts at which the model stops. */
  readonly stop?: readonly string[] | undefined;
  /** What the model may ask for: its answer then has `tool-call` parts, and nobody here calls them. */
  readonly tools?: readonly Tool[] | undefined;
  /** Ends the call, its waits and its stream, with code `aborted`. */
  readonly signal: AbortSignal;
}

/** A function that a model may ask for. */
export interface Tool {
  readonly name: string;
  /** What it does and when to use it, for the model. */
  readonly description?: string | undefined;
  /** JSON Schema of its arguments: an object. */
  readonly parameters: Json;
}

/**
 * How a provider or a model differs from the usual. Each factory declares those of its provider; what the caller gives
 * wins, for a model or a server that differs again.
 */
export interface Capabilities {
  /**
   * How a page reaches it. `yes`: directly, where the server lets pages in; `header`: directly, with a header by which
   * the caller takes the risk for the key, which is sent; `proxy`: through a `baseURL` of the caller's. Absent: as the
   * server is set up.
   */
  readonly browser?: "yes" | "header" | "proxy";
  /**
   * Where the system role may stand. `anywhere`, the default; `first`: only in front, later system messages are told
   * as the user, and turns alternate strictly; `none`: nowhere, and the system text opens the first turn of the user.
   */
  readonly systemRole?: "anywhere" | "first" | "none";
  /**
   * What makes an answer JSON. `schema`, the default: the provider holds the model to the schema; `object`: to JSON of
   * any shape; `none`: nothing does. Short of `schema`, the schema is told in the system text.
   */
  readonly jsonOutput?: "schema" | "object" | "none";
  /** `false`: the model refuses a temperature, so none is sent. */
  readonly temperature?: boolean;
  /** The name under which the server takes the output limit. */
  readonly tokenKey?: "max_completion_tokens" | "max_tokens";
}

/**
 * The port to a language model, version 1. Nothing is called before the first part is asked for; failures are
 * thrown as a `LuminoraError` with a `model_*` code or `aborted`.
 */
export interface Model {
  /** Version of this interface; absent means 1. */
  readonly version?: 1;
  /** The provider, as records name it: `openai-compatible`. */
  readonly kind: string;
  /** The model, as its provider names it. */
  readonly id: string;
  /** Size of the context window in tokens. */
  readonly contextTokens?: number | undefined;
  /** Whether it runs on this device, so that nothing of a call leaves it. */
  readonly local?: boolean | undefined;
  readonly capabilities?: Capabilities | undefined;
  countTokens?(text: string): number;
  call(options: CallOptions): AsyncIterable<Part>;
}

/** Whatever `Luminora.open({ model })` takes: a model to call, or the declaration of one that the core plays itself. */
export type AnyModel = Model | ScriptedModel | ManualModel;

/** Whether the host has to call this model, rather than the core answering itself. */
export function isCallable(model: AnyModel): model is Model {
  return "call" in model;
}
