import wasm from "../../build/wasm/core.wasm";
import english from "../../packs/en.json" with { type: "json" };
import spanish from "../../packs/es.json" with { type: "json" };
import languages from "../../packs/languages.json" with { type: "json" };
import { LuminoraError } from "../errors.ts";
import index from "../generated/personalities.json" with { type: "json" };
import { personalityDocuments } from "../generated/personality-documents.ts";
import type { Assets } from "../runtime.ts";

/** Files that the build made part of the JavaScript. */
export const inlineAssets: Assets = {
  async core() {
    return { wasm, packs: [languages, english, spanish].map((pack) => JSON.stringify(pack)) };
  },
  async personalities() {
    return index;
  },
  async personality(key) {
    const document = personalityDocuments[key];
    if (!document) throw new LuminoraError("unknown_template", `No bundled personality is called ${key}.`);
    return JSON.stringify(document);
  },
};
