/**
 * luminoracore for Node: reads `core.wasm` and the language packs from beside this file, and keeps records in memory
 * unless told otherwise.
 *
 * @module
 */
import { fileAssets } from "./assets/files.ts";
import { useAssets } from "./runtime.ts";

export * from "./slim.ts";

useAssets(fileAssets);
