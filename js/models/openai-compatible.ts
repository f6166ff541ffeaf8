import { LuminoraError } from "../errors.ts";
import { httpModel, type Provider } from "./http-model.ts";
import type { HttpModelOptions } from "./http-options.ts";
import type { Capabilities, Model } from "./model.ts";

/** What {@link openaiCompatible} takes: an address, or the name of a server or provider whose address is known. */
export type OpenAICompatibleOptions = HttpModelOptions &
  (
    | {
        /** Where `/chat/completions` is found: `http://localhost:8080/v1`. */
        baseURL: string;
        preset?: OpenAICompatiblePreset | undefined;
      }
    | { preset: OpenAICompatiblePreset }
  );

/** Servers and providers whose address and ways are known; `baseURL` and `capabilities` win where they are given. */
export type OpenAICompatiblePreset = keyof typeof presets;

/**
 * Any server with OpenAI's chat completions: `openaiCompatible({ baseURL, model })`, or
 * `openaiCompatible({ preset: "groq", model, apiKey })`.
 *
 * @throws LuminoraError `invalid_argument` without an address, or for a preset that there is not
 */
export function openaiCompatible(options: OpenAICompatibleOptions): Model {
  const { preset } = options;
  if (preset === undefined) return chatModel(options, { kind });
  if (Object.hasOwn(presets, preset)) return chatModel(options, { kind, ...presets[preset] });
  throw new LuminoraError("invalid_argument", "There is no such preset.", {
    path: "/preset",
    hint: `Presets: ${Object.keys(presets).join(", ")}.`,
  });
}

/** A provider that speaks OpenAI's chat completions. */
export function chatModel(options: HttpModelOptions, provider: Provider): Model {
  return httpModel(options, provider, async () => (await import("./chat-completion.ts")).chatCompletion);
}

const kind = "openai-compatible";
const local: Capabilities = { browser: "yes", systemRole: "first", jsonOutput: "schema" };
const presets = {
  // Some of its models take a schema: capabilities { jsonOutput: "schema" }.
  groq: {
    baseURL: "https://api.groq.com/openai/v1",
    capabilities: { browser: "yes", jsonOutput: "object" } as Capabilities,
  },
  openrouter: {
    baseURL: "https://openrouter.ai/api/v1",
    capabilities: { browser: "yes", jsonOutput: "schema" } as Capabilities,
  },
  vllm: { baseURL: "http://localhost:8000/v1", capabilities: local },
  "llama.cpp": { baseURL: "http://localhost:8080/v1", capabilities: local },
  "lm-studio": { baseURL: "http://localhost:1234/v1", capabilities: local },
  ollama: { baseURL: "http://localhost:11434/v1", capabilities: local },
};
