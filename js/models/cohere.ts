import { httpModel } from "./http-model.ts";
import type { HttpModelOptions } from "./http-options.ts";
import type { Model } from "./model.ts";

/** The models of Cohere: `cohere({ model, apiKey })`. Pages may need a proxy of yours as `baseURL`. */
export function cohere(options: HttpModelOptions): Model {
  return httpModel(
    options,
    {
      kind: "cohere",
      baseURL: "https://api.cohere.com",
      capabilities: { browser: "proxy", systemRole: "first", jsonOutput: "schema" },
    },
    async () => (await import("./cohere-chat.ts")).cohereChat,
  );
}
