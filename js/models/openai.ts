import type { HttpModelOptions } from "./http-options.ts";
import type { Model } from "./model.ts";
import { chatModel } from "./openai-compatible.ts";

/**
 * The models of OpenAI: `openai({ model, apiKey })`. Those that reason refuse a temperature:
 * `capabilities: { temperature: false }`.
 */
export function openai(options: HttpModelOptions): Model {
  return chatModel(options, {
    kind: "openai",
    baseURL: "https://api.openai.com/v1",
    capabilities: { browser: "yes", jsonOutput: "schema", tokenKey: "max_completion_tokens" },
  });
}
