import type { HttpModelOptions } from "./http-options.ts";
import type { Model } from "./model.ts";
import { chatModel } from "./openai-compatible.ts";

/** The models of DeepSeek: `deepseek({ model, apiKey })`. What they think is told apart from what they say. */
export function deepseek(options: HttpModelOptions): Model {
  return chatModel(options, {
    kind: "deepseek",
    baseURL: "https://api.deepseek.com",
    capabilities: { browser: "yes", jsonOutput: "object" },
  });
}
