// What is copied into pkg/ as it is: the wasm, the data, the papers.

import { copyFileSync, existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { CORE_WASM } from "./wasm.mjs";

// Folders of JSON documents that a user can import one by one.
const DATA = ["personalities", "packs", "schemas"];

/**
 * Copied every time: it costs less than to find out whether it must be.
 *
 * @param {string} root the repository
 */
export function copyAssets(root) {
  const pkg = join(root, "pkg");
  mkdirSync(pkg, { recursive: true });
  for (const name of readdirSync(join(root, "pkg-template"))) {
    copyFileSync(join(root, "pkg-template", name), join(pkg, name));
  }
  copyFileSync(join(root, "LICENSE"), join(pkg, "LICENSE"));
  copyFileSync(join(root, CORE_WASM), join(pkg, "core.wasm"));
  copyFileSync(join(root, "js", "generated", "personalities.json"), join(pkg, "personalities.json"));
  for (const folder of DATA) {
    rmSync(join(pkg, folder), { recursive: true, force: true });
    if (!existsSync(join(root, folder))) continue;
    mkdirSync(join(pkg, folder));
    for (const name of readdirSync(join(root, folder)).filter((name) => name.endsWith(".json"))) {
      copyFileSync(join(root, folder, name), join(pkg, folder, name));
    }
  }
}
