import type { RecordText, StoredRecord } from "./storage.ts";

/**
 * A record as text, which is at the same time a copy of it. What adapters read stands first, as {@link fromText} and the
 * index of a file look for it.
 *
 * @internal
 */
export function toText({ id, owner, kind, at, erased, ...rest }: StoredRecord): RecordText {
  return { id, owner, kind, at, erased, text: JSON.stringify({ id, owner, kind, at, erased, ...rest }) };
}

/**
 * What a text says of its record. The body is not parsed where the text is as {@link toText} or the core writes it: of a
 * long log it is nearly all.
 *
 * @internal
 */
export function fromText(text: string): RecordText {
  const found = head.exec(text);
  if (!found) {
    const { id, owner, kind, at, erased } = toRecord({ text });
    return { id, owner, kind, at, erased, text };
  }
  const [, id, owner, kind, at, erased] = found as unknown as [
    string,
    string,
    string,
    string,
    string,
    string?,
  ];
  return { id, owner, kind, at, erased: erased ? true : undefined, text };
}

/** Without escapes, of which our ids, kinds and clocks have none. What follows is known, so that no `erased` is missed. */
const head =
  /^\{"id":"([^"\\]*)","owner":"([^"\\]*)","kind":"([^"\\]*)","at":"([^"\\]*)"(?:,"schema":|(,"erased":true\}$))/;

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
