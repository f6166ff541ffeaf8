import { zlib } from "./node-zlib.ts";

// Eight bytes at a time: what each of them adds to the sum.
const tables: Uint32Array[] = [];

function prepare(): void {
  const first = new Uint32Array(256).map((_, value) => {
    let crc = value;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 && 0xedb88320);
    return crc;
  });
  tables.push(first);
  for (let index = 1; index < 8; index++) {
    const before = tables[index - 1] as Uint32Array;
    tables.push(before.map((crc) => (crc >>> 8) ^ (first[crc & 255] as number)));
  }
}

type Table = Uint32Array;
type Tables = [Table, Table, Table, Table, Table, Table, Table, Table];

/** The checksum of zip archives; of bytes in pieces, when it is given that of the pieces before. */
export function crc32(bytes: Uint8Array, before = 0): number {
  if (zlib?.crc32) return zlib.crc32(bytes, before);
  if (tables.length === 0) prepare();
  const [t0, t1, t2, t3, t4, t5, t6, t7] = tables as Tables;
  let crc = ~before;
  let at = 0;
  for (const end = bytes.length - 7; at < end; at += 8) {
    crc ^=
      (bytes[at] as number) |
      ((bytes[at + 1] as number) << 8) |
      ((bytes[at + 2] as number) << 16) |
      ((bytes[at + 3] as number) << 24);
    crc =
      (t7[crc & 255] as number) ^
      (t6[(crc >>> 8) & 255] as number) ^
      (t5[(crc >>> 16) & 255] as number) ^
      (t4[crc >>> 24] as number) ^
      (t3[bytes[at + 4] as number] as number) ^
      (t2[bytes[at + 5] as number] as number) ^
      (t1[bytes[at + 6] as number] as number) ^
      (t0[bytes[at + 7] as number] as number);
  }
  for (; at < bytes.length; at++) crc = (crc >>> 8) ^ (t0[(crc ^ (bytes[at] as number)) & 255] as number);
  return ~crc >>> 0;
}
