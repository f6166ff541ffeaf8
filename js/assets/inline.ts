import wasm from "../../build/wasm/core.wasm";
import english from "../../packs/en.json" with { type: "json" };
import spanish from "../../packs/es.json" with { type: "json" };
import languages from "../../packs/languages.json" with { type: "json" };
import abuelaEsperanza from "../../personalities/abuela_esperanza.json" with { type: "json" };
import alicia from "../../personalities/alicia.json" with { type: "json" };
import drLuna from "../../personalities/dr_luna.json" with { type: "json" };
import { LuminoraError } from "../errors.ts";
import type { Assets } from "../runtime.ts";

const personalities: Readonly<Record<string, object>> = {
  abuela_esperanza: abuelaEsperanza,
  alicia,
  dr_luna: drLuna,
};

/** Files that the build made part of the JavaScript. */
export const inlineAssets: Assets = {
  async core() {
    return { wasm, packs: [languages, english, spanish].map((pack) => JSON.stringify(pack)) };
  },
  async personality(key) {
    const document = personalities[key];
    if (!document) throw new LuminoraError("unknown_template", `No bundled personality is called ${key}.`);
    return JSON.stringify(document);
  },
};
