import type { RecordText } from "./storage.ts";

/** What names a version of a record. */
export type Written = Pick<RecordText, "id" | "at" | "erased">;

/** The same for two versions only if they are one. */
export function versionOf({ id, at, erased }: Written): string {
  return JSON.stringify([id, at, erased === true]);
}
