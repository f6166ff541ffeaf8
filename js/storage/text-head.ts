import { toRecord } from "./record-text.ts";
import type { RecordText } from "./storage.ts";

/**
 * What a text says of its record. The body is not parsed where the text is as `toText` or the core writes it: of a
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
