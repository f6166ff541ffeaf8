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
  /** Ends the call, its waits and its stream, with code `aborted`. */
  readonly signal: AbortSignal;
}

/** How a provider or a model differs from the usual. */
export interface Capabilities {
  /** The name under which the server takes the output limit. */
  readonly tokenKey?: "max_completion_tokens" | "max_tokens";
  /** `false`: the model refuses a temperature, so none is sent. */
  readonly temperature?: boolean;
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
