import { readFile } from "node:fs/promises";
import type { Assets } from "../runtime.ts";

const packs = ["languages", "en", "es"];

/** Files beside the JavaScript, read from disk. */
export const fileAssets: Assets = {
  async core() {
    const [wasm, ...files] = await Promise.all([
      readFile(new URL("./core.wasm", import.meta.url)),
      ...packs.map((name) => readFile(new URL(`./packs/${name}.json`, import.meta.url))),
    ]);
    return { wasm, packs: files };
  },
  async personalities() {
    return JSON.parse(await readFile(new URL("./personalities.json", import.meta.url), "utf8"));
  },
  async personality(key) {
    return await readFile(new URL(`./personalities/${key}.json`, import.meta.url), "utf8");
  },
};
