import { httpModel } from "./http-model.ts";
import type { HttpModelOptions } from "./http-options.ts";
import type { Model } from "./model.ts";
import { inBrowser } from "./secrets.ts";

/**
 * The models of Anthropic: `anthropic({ model, apiKey })`. In a page or a worker the key has to belong to the person
 * there (`dangerouslyAllowBrowser`), and some organisations refuse calls from browsers, with `model_auth`.
 */
export function anthropic(options: HttpModelOptions): Model {
  return httpModel(
    options,
    {
      kind: "anthropic",
      baseURL: "https://api.anthropic.com",
      capabilities: { browser: "header", systemRole: "first", jsonOutput: "schema" },
      // A key is only let into a browser where the caller said so.
      keyHeaders: (key) => ({
        "x-api-key": key,
        ...(inBrowser() && { "anthropic-dangerous-direct-browser-access": "true" }),
      }),
      ownHeaders: { "anthropic-version": "2023-06-01" },
    },
    async () => (await import("./anthropic-message.ts")).anthropicMessage,
  );
}
