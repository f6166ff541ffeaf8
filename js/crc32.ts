import { zlib } from "./node-builtins.ts";

// Four bytes at a time: what each of them adds to the sum.
const tables: Uint32Array[] = [];

function prepare(): void {
  const first = new Uint32Array(256).map((_, value) => {
    let crc = value;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 && 0xedb88320);
    return crc;
  });
  tables.push(first);
  for (let index = 1; index < 4; index++) {
    const before = tables[index - 1] as Uint32Array;
    tables.push(before.map((crc) => (crc >>> 8) ^ (first[crc & 255] as number)));
  }
}

/** The checksum of zip archives; of bytes in pieces, when it is given that of the pieces before. */
export function crc32(bytes: Uint8Array, before = 0): number {
  if (zlib?.crc32) return zlib.crc32(bytes, before);
  if (tables.length === 0) prepare();
  const [t0, t1, t2, t3] = tables as [Uint32Array, Uint32Array, Uint32Array, Uint32Array];
  let crc = ~before;
  let at = 0;
  for (const end = bytes.length - 3; at < end; at += 4) {
    crc ^=
      (bytes[at] as number) |
      ((bytes[at + 1] as number) << 8) |
      ((bytes[at + 2] as number) << 16) |
      ((bytes[at + 3] as number) << 24);
    crc =
      (t3[crc & 255] as number) ^
      (t2[(crc >>> 8) & 255] as number) ^
      (t1[(crc >>> 16) & 255] as number) ^
      (t0[crc >>> 24] as number);
  }
  for (; at < bytes.length; at++) crc = (crc >>> 8) ^ (t0[(crc ^ (bytes[at] as number)) & 255] as number);
  return ~crc >>> 0;
}
