import { httpModel } from "./http-model.ts";
import type { HttpModelOptions } from "./http-options.ts";
import type { Model } from "./model.ts";

/**
 * Models that Ollama serves, by its own interface: `llama({ model: "llama3.2", contextTokens: 8192 })`. A page needs its
 * origin in the server's `OLLAMA_ORIGINS`. With `contextTokens` the server is told how large a window to open; without,
 * it takes one of its own and leaves out of a longer prompt what it likes.
 */
export function llama(options: HttpModelOptions): Model {
  return httpModel(
    options,
    {
      kind: "llama",
      baseURL: "http://localhost:11434",
      capabilities: { browser: "yes", systemRole: "anywhere", jsonOutput: "schema" },
      // A model may have to be loaded first, for which the server takes up to five minutes.
      stallTimeout: 330_000,
    },
    async () => (await import("./ollama-chat.ts")).ollamaChat,
  );
}
