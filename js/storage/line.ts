import type { Line } from "./frames.ts";
import { toRecord, toText } from "./record-text.ts";
import type { RecordText } from "./storage.ts";
import type { Version } from "./winners.ts";

/** Where a record stands in a file, and what decides about it: all that the index of a log holds of it. */
export interface Entry extends Version, Line {
  readonly id: string;
  readonly kind: string;
}

/** A record as it stands in a log: on one line. What an index looks for comes first, unless others wrote the text. */
export function toLine(record: RecordText): string {
  return record.text.includes("\n") ? toText(toRecord(record)).text : record.text;
}

/** The text of a line. */
export function textOf(bytes: Buffer, { offset, length }: Line): string {
  return bytes.toString("utf8", offset, offset + length);
}

/** The record in a line of bytes that stand at `base` of their file; undefined when the line holds none. */
export function entryOf(bytes: Buffer, line: Line, base = 0): Entry | undefined {
  const written = writtenEntryOf(bytes, line, base);
  if (written) return written;
  const { id, kind, at, erased } = toRecord({ text: textOf(bytes, line) });
  if (typeof id === "string") return entry(id, kind, at, erased === true, base + line.offset, line.length);
}

const [idField, ownerField, kindField, atField, schemaField, erasedField] = [
  '{"id":"',
  '","owner":"',
  '","kind":"',
  '","at":"',
  '","schema":',
  '","erased":true}',
].map((text) => Buffer.from(text)) as [Buffer, Buffer, Buffer, Buffer, Buffer, Buffer];
const quote = 34;
const backslash = 92;

/** Of a line that {@link toText} or the core wrote, without parsing the body: a log has a hundred times as much of it. */
function writtenEntryOf(bytes: Buffer, { offset, length }: Line, base: number): Entry | undefined {
  const idStart = fieldEnd(bytes, offset, idField);
  const idEnd = textEnd(bytes, idStart);
  const ownerEnd = textEnd(bytes, fieldEnd(bytes, idEnd, ownerField));
  const kindStart = fieldEnd(bytes, ownerEnd, kindField);
  const kindEnd = textEnd(bytes, kindStart);
  const atStart = fieldEnd(bytes, kindEnd, atField);
  const atEnd = textEnd(bytes, atStart);
  if (atEnd === -1 || atEnd > offset + length) return undefined;
  const erased = fieldEnd(bytes, atEnd, erasedField) === offset + length;
  // Whatever else follows, `erased` may stand behind it.
  if (!erased && fieldEnd(bytes, atEnd, schemaField) === -1) return undefined;
  const text = (start: number, end: number) => bytes.toString("utf8", start, end);
  return entry(
    text(idStart, idEnd),
    text(kindStart, kindEnd),
    text(atStart, atEnd),
    erased,
    base + offset,
    length,
  );
}

function entry(id: string, kind: string, at: string, erased: boolean, offset: number, length: number): Entry {
  return { id, kind, at, erased: erased || undefined, offset, length } as Entry;
}

/** Where a field's value begins that begins itself at `at`; -1: another one stands there, or `at` is -1 already. */
function fieldEnd(bytes: Buffer, at: number, field: Buffer): number {
  for (let index = 0; index < field.length; index++) if (bytes[at + index] !== field[index]) return -1;
  return at + field.length;
}

/** Where a text ends; -1: it has an escape, perhaps of a quote, and needs the general way. */
function textEnd(bytes: Buffer, start: number): number {
  for (let at = start; start !== -1 && at < bytes.length; at++) {
    if (bytes[at] === quote) return at;
    if (bytes[at] === backslash) return -1;
  }
  return -1;
}
