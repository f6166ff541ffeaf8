/**
 * luminoracore in one file: the core and the language packs are part of this module, for places that serve no other
 * file. Larger and slower to start than the main entry.
 *
 * @module
 */
import { inlineAssets } from "./assets/inline.ts";
import { useDefaultStorage } from "./luminora.ts";
import { useAssets } from "./runtime.ts";
import { indexedDbStorage } from "./storage/indexeddb.ts";
import { memoryStorage } from "./storage/memory.ts";

export * from "./slim.ts";
export { indexedDbStorage } from "./storage/indexeddb.ts";

useAssets(inlineAssets);
useDefaultStorage(() => (typeof indexedDB === "undefined" ? memoryStorage() : indexedDbStorage()));
