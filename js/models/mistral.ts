import type { HttpModelOptions } from "./http-options.ts";
import type { Model } from "./model.ts";
import { chatModel } from "./openai-compatible.ts";

/** The models of Mistral: `mistral({ model, apiKey })`. It refuses pages that send any `headers` of their own. */
export function mistral(options: HttpModelOptions): Model {
  return chatModel(options, {
    kind: "mistral",
    baseURL: "https://api.mistral.ai/v1",
    // After the first turn it refuses the system role.
    capabilities: { browser: "yes", systemRole: "first", jsonOutput: "schema" },
  });
}
