// Zip archives, as far as character cards need them: one entry is read, one is put in its place, and all others stay
// byte for byte. Nothing is inflated but that one, and no size is believed.
import { crc32 } from "./crc32.ts";
import { LuminoraError } from "./errors.ts";
import { inflate } from "./inflate.ts";
import {
  CENTRAL,
  CENTRAL_LENGTH,
  centralRecord,
  END,
  END_LENGTH,
  endRecord,
  LOCAL,
  LOCAL_LENGTH,
  localHeader,
  viewOf,
} from "./zip.ts";

const ARCHIVE_LIMIT = 64 << 20;
const ENTRY_LIMIT = 16 << 20;
const COUNT_LIMIT = 10_000;

/** What the directory of an archive says of an entry. */
interface Entry {
  readonly name: string;
  /** Its record in the directory. */
  readonly record: Uint8Array;
  readonly method: number;
  readonly crc: number;
  readonly packedSize: number;
  readonly size: number;
  /** Where its own header is. */
  readonly offset: number;
}

interface Directory {
  readonly entries: readonly Entry[];
  /** Where it begins: the end of the last entry. */
  readonly start: number;
}

/** Whether a file begins like a zip archive. */
export function isArchive(file: Uint8Array): boolean {
  return file[0] === 0x50 && file[1] === 0x4b && (file[2] === 3 || file[2] === 5) && file[3] === file[2] + 1;
}

/**
 * The bytes of an entry. Throws `unsupported_format` for what is not a plain zip archive with that entry, `too_large`
 * above a limit, `bad_crc` for a wrong checksum.
 */
export function readEntry(archive: Uint8Array, name: string): Uint8Array {
  const { entries, start } = readDirectory(archive);
  const entry = entries.find((entry) => entry.name === name);
  if (!entry) throw unsupported(`There is no ${name} in this archive.`, "Give a CHARX archive.");
  const { method, packedSize, size, offset } = entry;
  const view = viewOf(archive);
  const isHeader = offset + LOCAL_LENGTH <= start && view.getUint32(offset, true) === LOCAL;
  if (!isHeader) throw damaged();
  const data = offset + LOCAL_LENGTH + view.getUint16(offset + 26, true) + view.getUint16(offset + 28, true);
  if (data + packedSize > start) throw damaged();
  if (method !== 0 && method !== 8) {
    throw unsupported(`${name} is packed in a way that is not read.`, "Pack the archive with deflate.");
  }
  const packed = archive.subarray(data, data + packedSize);
  const bytes = method === 0 ? packed : inflate(packed, size + 1);
  if (bytes?.length !== size) throw damaged();
  if (crc32(bytes) !== entry.crc) {
    throw new LuminoraError("bad_crc", `The checksum of ${name} in the archive is wrong.`, {
      hint: "The file was damaged on its way. Get it once more.",
    });
  }
  return bytes;
}

/**
 * An archive of files, the first ones of it, and after them the entries of another archive that have other names.
 * Files are stored as they are. The errors are those of {@link readEntry}.
 */
export function writeArchive(
  files: readonly (readonly [name: string, bytes: Uint8Array])[],
  base?: Uint8Array,
): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array[] = [];
  const records: Uint8Array[] = [];
  let length = 0;
  const add = (...bytes: Uint8Array[]) => {
    for (const part of bytes) length += part.length;
    parts.push(...bytes);
  };
  for (const [name, bytes] of files) {
    if (bytes.length > ENTRY_LIMIT) throw tooLarge(`${name} would have`);
    const encoded = new TextEncoder().encode(name);
    // Names in UTF-8, stored.
    const entry = {
      ...{ flags: 0x800, method: 0, crc: crc32(bytes), size: bytes.length },
      ...{ packedSize: bytes.length, nameLength: encoded.length },
    };
    records.push(centralRecord(entry, length), encoded);
    add(localHeader(entry), encoded, bytes);
  }
  let count = files.length;
  if (base) {
    const { entries, start } = readDirectory(base);
    const offsets = entries.map(({ offset }) => offset).sort((a, b) => a - b);
    for (const { name, record, offset } of entries) {
      if (files.some(([other]) => other === name)) continue;
      // With all that stands between it and the next one, such as sizes that follow their data.
      const end = offsets.find((other) => other > offset) ?? start;
      const moved = record.slice();
      viewOf(moved).setUint32(42, length, true);
      records.push(moved);
      add(base.subarray(offset, end));
      count += 1;
    }
  }
  const start = length;
  add(...records);
  add(endRecord(count, length - start, start));
  if (length > ARCHIVE_LIMIT || count > COUNT_LIMIT) throw tooLarge("The archive would have");
  const archive = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    archive.set(part, at);
    at += part.length;
  }
  return archive;
}

function readDirectory(archive: Uint8Array): Directory {
  if (archive.length > ARCHIVE_LIMIT) throw tooLarge("The archive has");
  const view = viewOf(archive);
  // Behind it there may be a comment.
  let end = archive.length - END_LENGTH;
  const first = Math.max(0, end - 0xffff);
  while (end >= first && view.getUint32(end, true) !== END) end -= 1;
  if (end < first) throw damaged();
  const count = view.getUint16(end + 10, true);
  const start = view.getUint32(end + 16, true);
  if (count > COUNT_LIMIT) throw tooLarge("The archive has");
  const entries: Entry[] = [];
  let at = start;
  const names = new Set<string>();
  for (let index = 0; index < count; index++) {
    const entry = readRecord(archive, view, at, end);
    if (entry.offset >= start) throw damaged();
    if (names.has(entry.name)) throw unsupported(`The archive has ${entry.name} twice.`);
    names.add(entry.name);
    entries.push(entry);
    at += entry.record.length;
  }
  return { entries, start };
}

function readRecord(archive: Uint8Array, view: DataView, at: number, end: number): Entry {
  if (at + CENTRAL_LENGTH > end || view.getUint32(at, true) !== CENTRAL) throw damaged();
  const flags = view.getUint16(at + 8, true);
  const nameLength = view.getUint16(at + 28, true);
  const length = CENTRAL_LENGTH + nameLength + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  if (at + length > end) throw damaged();
  const encoded = archive.subarray(at + CENTRAL_LENGTH, at + CENTRAL_LENGTH + nameLength);
  const name = new TextDecoder().decode(encoded);
  // Bit 0: encrypted; bit 6: strongly; bit 13: the directory too.
  if (flags & 0x2041)
    throw unsupported(`${name} in the archive is encrypted.`, "Give an archive without a password.");
  if (/^(\/|[a-z]:)|\\|(^|\/)\.\.(\/|$)/i.test(name)) {
    throw unsupported(`The archive has an entry that leads out of it: ${name}`);
  }
  const size = view.getUint32(at + 24, true);
  if (size > ENTRY_LIMIT) throw tooLarge(`${name} in the archive has`);
  return {
    name,
    record: archive.subarray(at, at + length),
    method: view.getUint16(at + 10, true),
    crc: view.getUint32(at + 16, true),
    packedSize: view.getUint32(at + 20, true),
    size,
    offset: view.getUint32(at + 42, true),
  };
}

function unsupported(message: string, hint?: string): LuminoraError {
  return new LuminoraError("unsupported_format", message, { hint });
}

function damaged(): LuminoraError {
  return unsupported("The archive is damaged.", "Get it once more: it may have been cut off on its way.");
}

function tooLarge(what: string): LuminoraError {
  return new LuminoraError("too_large", `${what} more than is read.`, {
    hint: "At most 64 MiB, 10,000 entries, and 16 MiB in each.",
  });
}
