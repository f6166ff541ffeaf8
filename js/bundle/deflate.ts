// Raw deflate, which every environment that can run the core has built in, in another thread.
import { type Zlib, zlib } from "../node-builtins.ts";

/** Bytes that come out at a time. */
const chunkSize = 256 << 10;

/** Twice as fast on what people write as the level that streams of the web have, for 7 % more. */
const level = 4;

/** So many pieces may wait to be packed: then the other thread always has something to do. */
const ahead = 3;

/** Deflates what comes in pieces. */
export interface Deflater {
  /** Resolves when there is room for more. What went wrong is told at the end. */
  write(bytes: Uint8Array<ArrayBuffer>): Promise<void>;
  end(): Promise<Blob>;
  /** Nobody waits for it any more. */
  abort(): void;
}

/** A new one; nothing has come yet. */
export function deflater(): Deflater {
  const { writer, deflated, abort } = zlib ? nodeDeflater(zlib) : webDeflater();
  // What went wrong is told where the end is waited for.
  deflated.catch(() => {});
  const waiting: Promise<void>[] = [];
  return {
    async write(bytes) {
      waiting.push(writer.write(bytes).catch(() => {}));
      if (waiting.length > ahead) await waiting.shift();
    },
    async end() {
      writer.close().catch(() => {});
      return await deflated;
    },
    abort,
  };
}

interface Halves {
  readonly writer: { write(bytes: Uint8Array<ArrayBuffer>): Promise<void>; close(): Promise<void> };
  readonly deflated: Promise<Blob>;
  abort(): void;
}

function webDeflater(): Halves {
  const stream = new CompressionStream("deflate-raw");
  const writer = stream.writable.getWriter();
  const deflated = new Response(stream.readable as ReadableStream<Uint8Array<ArrayBuffer>>).blob();
  return { writer, deflated, abort: () => void writer.abort().catch(() => {}) };
}

function nodeDeflater({ createDeflateRaw }: Zlib): Halves {
  const stream = createDeflateRaw({ chunkSize, level });
  const parts: Uint8Array<ArrayBuffer>[] = [];
  const deflated = new Promise<Blob>((resolve, reject) => {
    stream.on("data", (part: Uint8Array<ArrayBuffer>) => parts.push(part));
    stream.on("end", () => resolve(new Blob(parts)));
    stream.on("error", reject);
    stream.on("close", () => reject(new Error("The stream was given up.")));
  });
  const write = (bytes: Uint8Array) =>
    new Promise<void>((resolve, reject) => {
      stream.write(bytes, (error) => (error ? reject(error) : resolve()));
    });
  const close = async () => void stream.end();
  return { writer: { write, close }, deflated, abort: () => void stream.destroy() };
}

/** Inflates; what is not taken is not inflated, but for one piece. Fails where the data is damaged. */
export async function* inflated(
  packed: AsyncIterable<Uint8Array<ArrayBuffer>>,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  if (zlib) yield* nodeInflated(zlib, packed);
  else yield* webInflated(packed);
}

async function* nodeInflated(
  { createInflateRaw }: Zlib,
  packed: AsyncIterable<Uint8Array<ArrayBuffer>>,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const stream = createInflateRaw({ chunkSize });
  let given = 0;
  const writing = (async () => {
    for await (const piece of packed) {
      given += piece.length;
      await new Promise<void>((resolve) => stream.write(piece, () => resolve()));
    }
    stream.end();
  })();
  // Told where it is read.
  writing.catch((error) => stream.destroy(error));
  try {
    yield* stream as AsyncIterable<Uint8Array<ArrayBuffer>>;
    if (stream.bytesWritten !== given) throw new Error("Something follows the data.");
  } finally {
    stream.destroy();
  }
}

async function* webInflated(
  packed: AsyncIterable<Uint8Array<ArrayBuffer>>,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const stream = new DecompressionStream("deflate-raw");
  const writer = stream.writable.getWriter();
  const reader = (stream.readable as ReadableStream<Uint8Array<ArrayBuffer>>).getReader();
  const writing = (async () => {
    for await (const piece of packed) {
      await writer.ready;
      await writer.write(piece);
    }
    await writer.close();
  })();
  // Told where it is read.
  writing.catch((error) => writer.abort(error).catch(() => {}));
  writer.closed.catch(() => {});
  // While a piece is looked at, the next one is inflated in another thread.
  const ask = () => {
    const read = reader.read();
    read.catch(() => {});
    return read;
  };
  let next = ask();
  try {
    for (;;) {
      const { done, value } = await next;
      if (done) return;
      next = ask();
      yield value;
    }
  } finally {
    reader.cancel().catch(() => {});
    writer.abort().catch(() => {});
  }
}
