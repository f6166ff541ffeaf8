import { LuminoraError } from "../errors.ts";

/**
 * A bundle: a file that was chosen or downloaded, its bytes, or a stream of them. A file is read in parts and never held
 * as a whole.
 */
export type BundleFile = Blob | Uint8Array | ReadableStream<Uint8Array>;

/** Bytes of which any part can be read. */
export interface Source {
  readonly size: number;
  read(start: number, end: number): Promise<Uint8Array<ArrayBuffer>>;
}

/** The largest file that is read or written. */
export const fileLimit = 256 << 20;

export async function sourceOf(file: BundleFile): Promise<Source> {
  if (file instanceof Uint8Array) return ofBytes(file);
  if (typeof Blob !== "undefined" && file instanceof Blob) return ofBlob(file);
  if (typeof (file as ReadableStream | undefined)?.getReader === "function") {
    return ofBlob(await collect(file as ReadableStream<Uint8Array>));
  }
  throw new LuminoraError("invalid_argument", "A bundle is a Blob, bytes, or a stream of bytes.", {
    path: "/file",
    hint: "In Node, pass `await openAsBlob(path)` or `await readFile(path)`.",
  });
}

export function ofBytes(bytes: Uint8Array): Source {
  check(bytes.length);
  return {
    size: bytes.length,
    read: async (start, end) => bytes.subarray(start, end) as Uint8Array<ArrayBuffer>,
  };
}

function ofBlob(blob: Blob): Source {
  check(blob.size);
  return {
    size: blob.size,
    read: async (start, end) => new Uint8Array(await blob.slice(start, end).arrayBuffer()),
  };
}

/** Only at its end does an archive say what is in it. */
async function collect(stream: ReadableStream<Uint8Array>): Promise<Blob> {
  const parts: Blob[] = [];
  let size = 0;
  const reader = stream.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      size += value.length;
      check(size);
      parts.push(new Blob([value as Uint8Array<ArrayBuffer>]));
    }
  } finally {
    reader.cancel().catch(() => {});
  }
  return new Blob(parts);
}

function check(size: number): void {
  if (size > fileLimit) {
    throw new LuminoraError("too_large", "The file has more than 256 MiB.", {
      hint: "A bundle of this library is never larger. Export a part: one relationship, or what is new.",
    });
  }
}
