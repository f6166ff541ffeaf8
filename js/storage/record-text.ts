import type { RecordText, StoredRecord } from "./storage.ts";

/**
 * A record as text, which is at the same time a copy of it. What adapters read stands first: there `fromText` and the index
 * of a file look for it.
 *
 * @internal
 */
export function toText({ id, owner, kind, at, erased, ...rest }: StoredRecord): RecordText {
  return { id, owner, kind, at, erased, text: JSON.stringify({ id, owner, kind, at, erased, ...rest }) };
}

/**
 * The record that a text is of.
 *
 * @internal
 */
export function toRecord({ text }: Pick<RecordText, "text">): StoredRecord {
  return JSON.parse(text) as StoredRecord;
}

/**
 * Records as the JSON text of an array.
 *
 * @internal
 */
export function listOf(records: readonly Pick<RecordText, "text">[]): string {
  return `[${records.map(({ text }) => text).join()}]`;
}
