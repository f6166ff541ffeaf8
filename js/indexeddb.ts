/**
 * Storage in the browser's IndexedDB, for applications that load the core themselves.
 *
 * @module
 */
export { type IndexedDbOptions, indexedDbStorage } from "./storage/indexeddb.ts";
