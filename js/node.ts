/**
 * Storage in files, for Node.
 *
 * @module
 */
export { type FileStorageOptions, fileStorage } from "./storage/file.ts";
