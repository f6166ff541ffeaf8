/**
 * Storage in the browser's IndexedDB, for applications that load the core themselves.
 *
 * @module
 */
export { indexedDbStorage } from "./storage/indexeddb.ts";
