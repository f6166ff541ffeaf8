import { type HttpModelOptions, httpPost } from "./http.ts";
import type { Model } from "./model.ts";

/** What {@link openaiCompatible} takes: there is no default address. */
export interface OpenAICompatibleOptions extends HttpModelOptions {
  /** Where `/chat/completions` is found: `http://localhost:8080/v1`. */
  baseURL: string;
}

/** Any server with OpenAI's chat completions: llama.cpp, vLLM, LM Studio, Ollama's `/v1`, and many providers. */
export function openaiCompatible(options: OpenAICompatibleOptions): Model {
  return chatCompletionsModel("openai-compatible", options);
}

/** A provider that speaks OpenAI's chat completions, under its own `kind`. */
export function chatCompletionsModel(kind: string, options: HttpModelOptions): Model {
  const { model, capabilities = {}, contextTokens } = options;
  const post = httpPost(options, (key) => ({ authorization: `Bearer ${key}` }));
  return {
    version: 1,
    kind,
    id: model,
    contextTokens,
    capabilities,
    async *call(call) {
      // Loaded with the first call: a page that only ever talks offline does not pay for it.
      const { chatCompletion } = await import("./chat-completion.ts");
      yield* chatCompletion(post, options, call);
    },
  };
}
