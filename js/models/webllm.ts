import { LuminoraError } from "../errors.ts";
import type { Model } from "./model.ts";

/** An engine with WebLLM's interface, which is OpenAI's without a network. */
export interface WebLlmEngine {
  readonly chat: {
    readonly completions: {
      // biome-ignore lint/suspicious/noExplicitAny: engines type their own requests and answers
      create(request: any): any;
    };
  };
  /** Ends the answer under way. */
  interruptGenerate?(): unknown;
}

/** What {@link webllm} takes. */
export interface WebLlmOptions {
  /** The model that the engine has loaded, as it names it. */
  model: string;
  /** Size of its context window in tokens. */
  contextTokens?: number | undefined;
  /** `false`: the engine asks another machine. */
  local?: boolean | undefined;
}

/**
 * A model that an engine like WebLLM runs in the page or in a worker of it, with no key and no server:
 * `webllm(await CreateMLCEngine(id), { model: id })`. The engine is the application's own: it loads the model, and
 * tells how far it is. It answers one call after the other.
 */
export function webllm(engine: WebLlmEngine, options: WebLlmOptions): Model {
  if (typeof engine?.chat?.completions?.create !== "function") {
    throw new LuminoraError("invalid_argument", "This is no engine with chat completions.", {
      path: "/engine",
      hint: "Pass what CreateMLCEngine of WebLLM gives.",
    });
  }
  if (typeof options?.model !== "string" || options.model.trim() === "") {
    throw new LuminoraError("invalid_argument", "The model has no id.", { path: "/model" });
  }
  const { model, contextTokens, local = true } = options;
  return {
    version: 1,
    kind: "webllm",
    id: model,
    contextTokens,
    local,
    capabilities: { systemRole: "first", jsonOutput: "object", tokenKey: "max_tokens" },
    async *call(call) {
      // Loaded with the first call: a page that only ever talks offline does not pay for it.
      const { engineCompletion } = await import("./engine-completion.ts");
      yield* engineCompletion(engine, model, call);
    },
  };
}
