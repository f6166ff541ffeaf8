import { type HttpModelOptions, httpPost } from "./http.ts";
import type { Model } from "./model.ts";
import { inBrowser } from "./secrets.ts";

/**
 * The models of Anthropic. In a page or a worker the key has to belong to the person there
 * (`dangerouslyAllowBrowser`), and some organisations refuse calls from browsers, with `model_auth`.
 */
export function anthropic(options: HttpModelOptions): Model {
  const { model, capabilities = {}, contextTokens, baseURL = "https://api.anthropic.com" } = options;
  const post = httpPost(
    { ...options, baseURL },
    // A key is only let into a browser where the caller said so.
    (key) => ({
      "x-api-key": key,
      ...(inBrowser() && { "anthropic-dangerous-direct-browser-access": "true" }),
    }),
    { "anthropic-version": "2023-06-01" },
  );
  return {
    version: 1,
    kind: "anthropic",
    id: model,
    contextTokens,
    capabilities,
    async *call(call) {
      // Loaded with the first call, like every protocol.
      const { anthropicMessage } = await import("./anthropic-message.ts");
      yield* anthropicMessage(post, options, call);
    },
  };
}
