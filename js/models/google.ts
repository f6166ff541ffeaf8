import { httpModel } from "./http-model.ts";
import type { HttpModelOptions } from "./http-options.ts";
import type { Model } from "./model.ts";

/**
 * The models of Google's Gemini API: `google({ model, apiKey })`. Its open models (Gemma) have no system role:
 * `capabilities: { systemRole: "none", jsonOutput: "none" }`.
 */
export function google(options: HttpModelOptions): Model {
  return httpModel(
    options,
    {
      kind: "google",
      baseURL: "https://generativelanguage.googleapis.com/v1beta",
      capabilities: { browser: "yes", systemRole: "first", jsonOutput: "schema" },
      keyHeaders: (key) => ({ "x-goog-api-key": key }),
    },
    async () => (await import("./google-content.ts")).googleContent,
  );
}
