// What is copied into pkg/ as it is: the wasm, the data, the papers. Only language packs, which pages fetch, lose the
// white space that is there for their authors.

import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
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
      const from = join(root, folder, name);
      const to = join(pkg, folder, name);
      if (folder === "packs") writeFileSync(to, JSON.stringify(JSON.parse(readFileSync(from, "utf8"))));
      else copyFileSync(from, to);
    }
  }
}
