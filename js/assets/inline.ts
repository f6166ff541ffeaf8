import { packs, personalities, wasm } from "luminoracore:inline";
import { LuminoraError } from "../errors.ts";
import type { Assets } from "../runtime.ts";

/** Files that the build made part of the JavaScript. */
export const inlineAssets: Assets = {
  async core() {
    return { wasm: bytesOf(wasm), packs };
  },
  async personality(key) {
    const document = personalities[key];
    if (!document) throw new LuminoraError("unknown_template", `No bundled personality is called ${key}.`);
    return document;
  },
};

function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  const binary = atob(base64);
  const bytes = new Uint8Array(binary.length);
  for (let index = 0; index < binary.length; index++) bytes[index] = binary.charCodeAt(index);
  return bytes;
}
