import type { FileHandle } from "node:fs/promises";
import { LuminoraError } from "../errors.ts";
import { readBytes } from "./disk.ts";

const windowSize = 1 << 20;

/** Some bytes of a file that belong to no batch. */
export interface Leftover {
  readonly path: string;
  readonly from: number;
  readonly to: number;
  /** Whether it can be a batch whose writing was cut short. */
  readonly unfinished: boolean;
}

/** Says which lines of a file are left out, and what to do. */
export async function damageError(
  file: FileHandle,
  { path, from, to, unfinished }: Leftover,
): Promise<LuminoraError> {
  const first = (await lineFeeds(file, 0, from)) + 1;
  // A line feed at the end begins no further line.
  const last = first + (await lineFeeds(file, from, to - 1));
  const lines = first === last ? `Line ${first}` : `Lines ${first} to ${last}`;
  const are = first === last ? "is" : "are";
  if (unfinished)
    return new LuminoraError("integrity", `${lines} at the end of ${path} ${are} not whole, and left out.`, {
      hint: "Nothing is lost if the writing was cut short: then it was never acknowledged. If the file was cut short, restore it from a copy.",
    });
  return new LuminoraError(
    "integrity",
    `${lines} of ${path} ${are} damaged, and left out; the rest is read.`,
    {
      hint: "The disk has changed them. Restore what they held from a copy. They stay in the file as they are until what they name is erased.",
    },
  );
}

/** The lines of damaged bytes, as lines of their own that a new file can hold. */
export function damagedLines(bytes: Buffer): string[] {
  return bytes
    .toString("latin1")
    .split("\n")
    .filter((line) => line !== "" && !/^\{"(commit|format)":/.test(line))
    .map((damaged) => JSON.stringify({ damaged }));
}

/** Whether one of these lines names a record. */
export function namesRecord(line: string, id: string): boolean {
  const { damaged } = JSON.parse(line) as { damaged?: unknown };
  return String(damaged).includes(Buffer.from(JSON.stringify(id)).toString("latin1"));
}

async function lineFeeds(file: FileHandle, from: number, to: number): Promise<number> {
  let count = 0;
  for (let start = from; start < to; start += windowSize) {
    const bytes = await readBytes(file, start, Math.min(to, start + windowSize));
    for (let at = bytes.indexOf(10); at !== -1; at = bytes.indexOf(10, at + 1)) count++;
  }
  return count;
}
