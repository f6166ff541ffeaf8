// What a zip archive consists of: a header before each entry, a record of it in the directory behind them, and the end.

/** How a header, a record and the end begin. */
export const LOCAL = 0x04034b50;
export const CENTRAL = 0x02014b50;
export const END = 0x06054b50;
/** How long they are, without the names. */
export const LOCAL_LENGTH = 30;
export const CENTRAL_LENGTH = 46;
export const END_LENGTH = 22;

// 1980-01-01, the first day that the format knows.
const DATE = 0x21;

/** What is said of an entry, twice. */
export interface ZipEntry {
  readonly flags: number;
  readonly method: number;
  readonly crc: number;
  readonly packedSize: number;
  readonly size: number;
  /** In bytes. */
  readonly nameLength: number;
}

/** What stands before an entry; its name follows. */
export function localHeader(entry: ZipEntry): Uint8Array<ArrayBuffer> {
  return written(LOCAL, LOCAL_LENGTH, (view) => describe(view, 4, entry));
}

/** What the directory says of an entry whose header is at `offset`; its name follows. */
export function centralRecord(entry: ZipEntry, offset: number): Uint8Array<ArrayBuffer> {
  return written(CENTRAL, CENTRAL_LENGTH, (view) => {
    view.setUint16(4, 20, true);
    describe(view, 6, entry);
    view.setUint32(42, offset, true);
  });
}

/** The end of an archive: how many entries it has, how long its directory is, and where that begins. */
export function endRecord(count: number, size: number, start: number): Uint8Array<ArrayBuffer> {
  return written(END, END_LENGTH, (view) => {
    view.setUint16(8, count, true);
    view.setUint16(10, count, true);
    view.setUint32(12, size, true);
    view.setUint32(16, start, true);
  });
}

/** To read numbers of bytes, or to write them. */
export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}

function describe(view: DataView, start: number, entry: ZipEntry): void {
  view.setUint16(start, 20, true);
  view.setUint16(start + 2, entry.flags, true);
  view.setUint16(start + 4, entry.method, true);
  view.setUint16(start + 8, DATE, true);
  view.setUint32(start + 10, entry.crc, true);
  view.setUint32(start + 14, entry.packedSize, true);
  view.setUint32(start + 18, entry.size, true);
  view.setUint16(start + 22, entry.nameLength, true);
}

function written(signature: number, length: number, fill: (view: DataView) => void): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  const view = viewOf(bytes);
  view.setUint32(0, signature, true);
  fill(view);
  return bytes;
}
