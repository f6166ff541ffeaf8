/**
 * luminoracore for browsers: loads `core.wasm` and the language packs from beside this file, and keeps records in
 * IndexedDB.
 *
 * @module
 */

import { fetchedAssets } from "./assets/fetched.ts";
import { useDefaultStorage } from "./luminora.ts";
import { useAssets } from "./runtime.ts";
import { indexedDbStorage } from "./storage/indexeddb.ts";
import { memoryStorage } from "./storage/memory.ts";

export * from "./slim.ts";
export { type IndexedDbOptions, indexedDbStorage } from "./storage/indexeddb.ts";

useAssets(fetchedAssets);
useDefaultStorage(() => (typeof indexedDB === "undefined" ? memoryStorage() : indexedDbStorage()));
