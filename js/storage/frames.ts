import { createHash } from "node:crypto";

/**
 * The framing of a log file. A frame is one batch: its records, one JSON text a line, and a commit line
 * `{"commit":"<SHA-256 of the record lines>","bytes":<their length>}`. A frame whose writing was cut short has no
 * commit line that fits, whatever comes behind it, so a reader skips exactly the batches that were never finished. One
 * that a bad disk has changed has a commit line that does not fit: it is skipped too, and told from the others.
 */
export interface Frame {
  /** The places of the record lines in the bytes that were read. */
  readonly lines: readonly Line[];
  /** Where the record lines begin, */
  readonly start: number;
  /** and where the frame's commit line ends. */
  readonly end: number;
}

/** The place of one line, without its line feed. */
export interface Line {
  readonly offset: number;
  readonly length: number;
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
  let lines: Line[] = [];
  let start = 0;
  for (let end = bytes.indexOf(lineFeed); end !== -1; end = bytes.indexOf(lineFeed, start)) {
    const from = isCommit(bytes, start) ? committedFrom(bytes, start, end, boundary) : undefined;
    if (from === undefined) {
      lines.push({ offset: start, length: end - start });
    } else {
      yield { lines: linesFrom(lines, from), start: from, end: end + 1 };
      boundary = end + 1;
      lines = [];
    }
    start = end + 1;
  }
}

/**
 * Whether bytes that are in no frame can be what is left of a batch whose writing was cut short. Nothing of such a
 * batch was acknowledged. Otherwise they were changed after they had been written.
 */
export function isUnfinished(bytes: Buffer): boolean {
  // JSON escapes the quotes of a text, so no record has these marks of a commit line.
  return !/\{"commit":"|","bytes":/.test(bytes.toString("latin1").replace(unfinishedCommit, ""));
}

const unfinishedCommit = /\{"commit":"[0-9a-f]{0,64}$|\{"commit":"[0-9a-f]{64}"[,"bytes:]*\d{0,15}\}?$/;
const wholeCommit = /^\{"commit":"([0-9a-f]{64})","bytes":(\d{1,15})\}$/;

function isCommit(bytes: Buffer, at: number): boolean {
  for (let index = 0; index < commitStart.length; index++)
    if (bytes[at + index] !== commitStart[index]) return false;
  return true;
}

/** Where the payload of the commit line at `start` begins; undefined when the line commits nothing. */
function committedFrom(bytes: Buffer, start: number, end: number, boundary: number): number | undefined {
  const [, digest, length] = wholeCommit.exec(bytes.toString("latin1", start, end)) ?? [];
  const from = start - Number(length);
  // The comparison also refuses NaN.
  return from >= boundary && hash(bytes.subarray(from, start)) === digest ? from : undefined;
}

/** The lines that stand from `from` on; what was never finished may stand before it in the same line. */
function linesFrom(lines: readonly Line[], from: number): readonly Line[] {
  if (lines[0]?.offset === from) return lines;
  return lines.flatMap(({ offset, length }) => {
    const cut = Math.max(0, from - offset);
    return cut > length ? [] : { offset: offset + cut, length: length - cut };
  });
}

function hash(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}
