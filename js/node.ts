/**
 * Storage in files, for Node.
 *
 * @module
 */
export { fileStorage } from "./storage/file.ts";
