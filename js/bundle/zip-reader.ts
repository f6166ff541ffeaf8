import { crc32 } from "../crc32.ts";
import { LuminoraError } from "../errors.ts";
import { CENTRAL, CENTRAL_LENGTH, END, END_LENGTH, LOCAL, LOCAL_LENGTH, viewOf } from "../zip.ts";
import { inflated } from "./deflate.ts";
import { inflatedLimit, memberLimit, ratioLimit } from "./limits.ts";
import type { Source } from "./source.ts";

/** What the directory says of a member. */
export interface Entry {
  readonly name: string;
  readonly method: number;
  readonly crc: number;
  readonly packedSize: number;
  readonly size: number;
  /** Where its own header is. */
  readonly offset: number;
}

const names =
  /^(MANIFEST\.json|INDEX\.jsonl|SIGNATURE\.json|payload|records\/[a-z]+\.jsonl|blobs\/[0-9a-f]{64})$/;

/** How much is read of the file at a time; each piece inflates to a thousand times as much at most. */
const PIECE = 64 << 10;

/**
 * The members of an archive, by name. Nothing of them is read yet, and no size is believed.
 *
 * @throws LuminoraError `unsupported_format` for what is no plain zip archive, `invalid_bundle` for members that no
 *   bundle has, `too_large` above a limit
 */
export async function readDirectory(source: Source): Promise<Map<string, Entry>> {
  const tailStart = Math.max(0, source.size - END_LENGTH - 0xffff);
  const tail = await source.read(tailStart, source.size);
  const view = viewOf(tail);
  // Behind it there may be a comment.
  let end = tail.length - END_LENGTH;
  while (
    end >= 0 &&
    !(view.getUint32(end, true) === END && end + END_LENGTH + view.getUint16(end + 20, true) === tail.length)
  ) {
    end -= 1;
  }
  if (end < 0) throw damaged();
  const count = view.getUint16(end + 10, true);
  const size = view.getUint32(end + 12, true);
  const start = view.getUint32(end + 16, true);
  if (count > memberLimit) throw tooLarge(`The archive has ${count} members.`);
  // One disk, and the directory right before its end.
  const isPlain = view.getUint32(end + 4, true) === 0 && view.getUint16(end + 8, true) === count;
  if (!isPlain || start + size !== tailStart + end) throw damaged();
  const directory = await source.read(start, start + size);
  const entries = new Map<string, Entry>();
  let at = 0;
  let inflated = 0;
  for (let index = 0; index < count; index++) {
    const [entry, next] = readRecord(directory, at);
    if (entries.has(entry.name)) throw unfit(entry.name, `The archive has ${entry.name} twice.`);
    entries.set(entry.name, entry);
    inflated += entry.size;
    at = next;
  }
  if (at !== directory.length) throw damaged();
  if (inflated > inflatedLimit) throw tooLarge(`The archive would unpack to ${inflated} bytes.`);
  let free = start;
  for (const entry of [...entries.values()].sort((a, b) => b.offset - a.offset)) {
    // Members that share bytes would unpack to more than the file can hold.
    if (entry.offset + LOCAL_LENGTH + entry.name.length + entry.packedSize > free) throw damaged();
    free = entry.offset;
  }
  return entries;
}

function readRecord(directory: Uint8Array, at: number): [Entry, number] {
  const view = viewOf(directory);
  if (at + CENTRAL_LENGTH > directory.length || view.getUint32(at, true) !== CENTRAL) throw damaged();
  const nameEnd = at + CENTRAL_LENGTH + view.getUint16(at + 28, true);
  const next = nameEnd + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  if (next > directory.length) throw damaged();
  const name = new TextDecoder("latin1").decode(directory.subarray(at + CENTRAL_LENGTH, nameEnd));
  if (!names.test(name))
    throw unfit(name, `The archive has a member that no bundle has: ${JSON.stringify(name)}.`);
  // How well it is packed (bits 1 and 2), sizes behind the data (3), names in UTF-8 (11): all others, encryption among
  // them, no bundle has.
  if (view.getUint16(at + 8, true) & ~0x80e)
    throw unfit(name, `${name} is encrypted or packed in an unknown way.`);
  const type = (view.getUint32(at + 38, true) >>> 28) & 15;
  // A plain file, or nothing is said.
  if (type !== 0 && type !== 8) throw unfit(name, `${name} is not a plain file, but a link or a folder.`);
  const entry = {
    name,
    method: view.getUint16(at + 10, true),
    crc: view.getUint32(at + 16, true),
    packedSize: view.getUint32(at + 20, true),
    size: view.getUint32(at + 24, true),
    offset: view.getUint32(at + 42, true),
  };
  if (entry.method !== 0 && entry.method !== 8) throw unfit(name, `${name} is packed in an unknown way.`);
  if (entry.size > inflatedLimit) throw tooLarge(`${name} would unpack to ${entry.size} bytes.`, name);
  if (entry.size > ratioLimit * Math.max(1, entry.packedSize)) {
    throw tooLarge(`${name} would unpack to more than ${ratioLimit} times its size.`, name);
  }
  if (entry.method === 0 && entry.size !== entry.packedSize) throw damaged(name);
  return [entry, next];
}

/**
 * The content of a member, in pieces. It ends where the directory says that it ends, whatever the data says. Its
 * checksum is checked unless something better follows.
 */
export async function* readMember(
  source: Source,
  entry: Entry,
  { checksum = true }: { checksum?: boolean } = {},
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const header = await source.read(entry.offset, entry.offset + LOCAL_LENGTH);
  const view = viewOf(header);
  if (header.length < LOCAL_LENGTH || view.getUint32(0, true) !== LOCAL) throw damaged(entry.name);
  const nameLength = view.getUint16(26, true);
  const start = entry.offset + LOCAL_LENGTH + nameLength + view.getUint16(28, true);
  const name = await source.read(entry.offset + LOCAL_LENGTH, entry.offset + LOCAL_LENGTH + nameLength);
  // Two readers must not see two archives.
  const isSame =
    new TextDecoder("latin1").decode(name) === entry.name && view.getUint16(8, true) === entry.method;
  if (!isSame || start + entry.packedSize > source.size) throw damaged(entry.name);
  const packed = pieces(source, start, start + entry.packedSize);
  let size = 0;
  let crc = 0;
  for await (const piece of entry.method === 0 ? packed : unpacked(packed, entry.name)) {
    size += piece.length;
    if (size > entry.size) throw unfit(entry.name, `${entry.name} unpacks to more than the archive says.`);
    if (checksum) crc = crc32(piece, crc);
    yield piece;
  }
  if (size !== entry.size) throw unfit(entry.name, `${entry.name} unpacks to less than the archive says.`);
  if (checksum && crc !== entry.crc) throw damaged(entry.name);
}

/** A member of at most `limit` bytes as a whole. */
export async function readWhole(
  source: Source,
  entry: Entry,
  limit: number,
  options?: { checksum?: boolean },
): Promise<Uint8Array<ArrayBuffer>> {
  if (entry.size > limit) throw tooLarge(`${entry.name} has more than ${limit} bytes.`, entry.name);
  const whole = new Uint8Array(entry.size);
  let at = 0;
  for await (const piece of readMember(source, entry, options)) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

async function* pieces(source: Source, start: number, end: number): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  for (let at = start; at < end; at += PIECE) yield await source.read(at, Math.min(end, at + PIECE));
}

/** What goes wrong while it is inflated is said to be damaged. */
async function* unpacked(
  packed: AsyncIterable<Uint8Array<ArrayBuffer>>,
  name: string,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const pieces = inflated(packed);
  try {
    for (;;) {
      const { done, value } = await pieces.next().catch((cause: unknown) => {
        throw damaged(name, cause);
      });
      if (done) return;
      yield value;
    }
  } finally {
    await pieces.return(undefined);
  }
}

function damaged(path?: string, cause?: unknown): LuminoraError {
  const what = path ? `${path} in the archive is damaged.` : "This is no bundle, or a damaged one.";
  return new LuminoraError(path ? "invalid_bundle" : "unsupported_format", what, {
    path,
    cause,
    hint: "Pass the file that exportBundle wrote, as it was. It may have been cut off on its way.",
  });
}

function unfit(path: string, message: string): LuminoraError {
  return new LuminoraError("invalid_bundle", message, {
    path,
    hint: "The file was changed after it was exported. Use another copy of it.",
  });
}

function tooLarge(message: string, path?: string): LuminoraError {
  return new LuminoraError("too_large", message, {
    path,
    hint: "A bundle of this library has at most 10,000 members and 1 GiB, no member 200 times as large as it is packed.",
  });
}
