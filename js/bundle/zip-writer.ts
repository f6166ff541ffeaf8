import { crc32 } from "../crc32.ts";
import { LuminoraError } from "../errors.ts";
import { centralRecord, endRecord, LOCAL_LENGTH, localHeader } from "../zip.ts";
import { deflater } from "./deflate.ts";
import { inflatedLimit, memberLimit, ratioLimit } from "./limits.ts";
import { MemberHash } from "./member-hash.ts";
import { fileLimit } from "./source.ts";

/** A member as the archive has it. */
export interface PackedMember {
  readonly name: string;
  readonly method: number;
  readonly crc: number;
  /** Of its content. */
  readonly size: number;
  readonly packed: Blob;
}

/** A member that was packed as it came, and the SHA-256 of its content. */
export type HashedMember = PackedMember & { readonly sha256: string };

/** Packs and hashes the content of one member as it comes. */
export class MemberPacker {
  readonly #name: string;
  readonly #deflater = deflater();
  readonly #hash = new MemberHash();
  #crc = 0;
  #size = 0;

  constructor(name: string) {
    this.#name = name;
  }

  /** Resolves when there is room for more. */
  async write(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    this.#crc = crc32(bytes, this.#crc);
    this.#size += bytes.length;
    this.#hash.add(bytes);
    await this.#deflater.write(bytes);
  }

  async end(): Promise<HashedMember> {
    const [sha256, packed] = await Promise.all([this.#hash.end(), this.#deflater.end()]);
    const [name, crc, size] = [this.#name, this.#crc, this.#size];
    return { name, method: 8, crc, size, packed: new Blob([ballast(size, packed.size), packed]), sha256 };
  }

  /** Nobody waits for it any more. */
  abort(): void {
    this.#hash.abort();
    this.#deflater.abort();
  }
}

/** A member that is not packed. */
export function storedMember(name: string, content: string | Uint8Array<ArrayBuffer>): PackedMember {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  return { name, method: 0, crc: crc32(bytes), size: bytes.length, packed: new Blob([bytes]) };
}

/**
 * Empty blocks of deflate, which unpack to nothing. Text that repeats itself is packed so well that it would be taken for
 * a bomb.
 */
function ballast(size: number, packed: number): Uint8Array<ArrayBuffer> {
  const blocks = Math.max(0, Math.ceil((Math.ceil(size / ratioLimit) - packed) / 5));
  const bytes = new Uint8Array(blocks * 5);
  for (let at = 0; at < bytes.length; at += 5) bytes.fill(0xff, at + 3, at + 5);
  return bytes;
}

/** An archive of these members, sorted by name. The same members give the same bytes. */
export function zip(members: readonly PackedMember[]): Blob {
  const sorted = [...members].sort((a, b) => (a.name < b.name ? -1 : 1));
  const parts: BlobPart[] = [];
  const directory: Uint8Array<ArrayBuffer>[] = [];
  let offset = 0;
  let inflated = 0;
  for (const member of sorted) {
    const name = new TextEncoder().encode(member.name);
    const entry = {
      ...{ flags: 0, method: member.method, crc: member.crc, size: member.size },
      ...{ packedSize: member.packed.size, nameLength: name.length },
    };
    parts.push(localHeader(entry), name, member.packed);
    directory.push(centralRecord(entry, offset), name);
    offset += LOCAL_LENGTH + name.length + member.packed.size;
    inflated += member.size;
  }
  const size = directory.reduce((sum, part) => sum + part.length, 0);
  const end = endRecord(sorted.length, size, offset);
  const archive = new Blob([...parts, ...directory, end], { type: "application/zip" });
  if (archive.size > fileLimit || inflated > inflatedLimit || sorted.length > memberLimit) {
    throw new LuminoraError("too_large", "There is more to export than a bundle can hold.", {
      hint: "At most 1 GiB, 256 MiB when packed. Export a part: one relationship, or what is new.",
    });
  }
  return archive;
}
