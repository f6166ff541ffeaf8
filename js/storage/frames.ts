import { createHash } from "node:crypto";

/**
 * The framing of a log file. A frame is one batch: its records, one JSON text a line, and a commit line
 * `{"commit":"<SHA-256 of the record lines>","bytes":<their length>}`. A frame whose writing was cut short has no
 * commit line that fits, whatever comes behind it, so a reader skips exactly the batches that were never finished.
 */
export interface Frame {
  /** The record lines, with the place of each in the bytes that were read. */
  readonly lines: readonly Line[];
  /** Where the frame's commit line ends. */
  readonly end: number;
}

/** The place of one line, without its line feed. */
export interface Line {
  readonly offset: number;
  readonly length: number;
  readonly text: string;
}

const lineFeed = 10;
const commitStart = Buffer.from('{"commit":"');

/** The bytes of one frame; write them at once. */
export function encodeFrame(lines: readonly string[]): Buffer {
  const payload = Buffer.from(lines.map((line) => `${line}\n`).join(""));
  return Buffer.concat([
    payload,
    Buffer.from(`${JSON.stringify({ commit: hash(payload), bytes: payload.length })}\n`),
  ]);
}

/** The complete frames in `bytes`, in order; everything else is left out. */
export function* decodeFrames(bytes: Buffer): Generator<Frame> {
  let boundary = 0;
  let start = 0;
  for (let end = bytes.indexOf(lineFeed); end !== -1; end = bytes.indexOf(lineFeed, start)) {
    if (bytes.subarray(start, start + commitStart.length).equals(commitStart)) {
      const payloadStart = committedFrom(bytes, start, end, boundary);
      if (payloadStart !== undefined) {
        yield { lines: [...linesOf(bytes, payloadStart, start)], end: end + 1 };
        boundary = end + 1;
      }
    }
    start = end + 1;
  }
}

/** Where the payload of the commit line at `start` begins; undefined when the line commits nothing. */
function committedFrom(bytes: Buffer, start: number, end: number, boundary: number): number | undefined {
  const [, digest, length] =
    /^\{"commit":"([0-9a-f]{64})","bytes":(\d{1,15})\}$/.exec(bytes.toString("latin1", start, end)) ?? [];
  const from = start - Number(length);
  // The comparison also refuses NaN.
  return from >= boundary && hash(bytes.subarray(from, start)) === digest ? from : undefined;
}

function* linesOf(bytes: Buffer, from: number, to: number): Generator<Line> {
  for (let offset = from; offset < to; ) {
    const end = bytes.indexOf(lineFeed, offset);
    yield { offset, length: end - offset, text: bytes.toString("utf8", offset, end) };
    offset = end + 1;
  }
}

function hash(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}
