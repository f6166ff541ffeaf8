import { createHash, randomBytes } from "node:crypto";
import { type FileHandle, open } from "node:fs/promises";
import { LuminoraError } from "../errors.ts";
import { readBytes, readFrames, unlessMissing } from "./disk.ts";
import { decodeFrames } from "./frames.ts";
import { textOf } from "./line.ts";

/** The first line of a log, in a frame of its own. */
export interface Header {
  readonly format: string;
  readonly generation: string;
  readonly owner: string;
  /** The generation of the file that this one replaced, */
  readonly previous?: string;
  /** and from where on its frames are not in this one. */
  readonly from?: number;
}

const format = "luminora.log/1";
const start = '{"format":"luminora.log/1","generation":"';
const startPattern = /^\{"format":"luminora\.log\/1","generation":"([0-9a-f]{16})"/;

/** The header of a new file, of a generation of its own. */
export function newHeader(owner: string, late: Pick<Header, "previous" | "from"> = {}): string {
  const generation = randomBytes(8).toString("hex");
  return JSON.stringify({ format, generation, owner, ...late } satisfies Header);
}

/**
 * The name of the file that is open: another one for each that ever had its path. A file with a damaged header has one
 * as well, and is read.
 *
 * @throws LuminoraError `storage`, when a later version of this library has written the file
 */
export async function generationOf(file: FileHandle): Promise<string> {
  const bytes = await readBytes(file, 0, start.length + 17);
  const generation = startPattern.exec(bytes.toString("latin1"))?.[1];
  if (generation) return generation;
  const header = await headerIn(file);
  if (header && header.format !== format)
    throw new LuminoraError("storage", `The file is of the format ${header.format}, not ${format}.`, {
      hint: "A newer version of this library has written it: update luminoracore.",
    });
  return createHash("sha256").update(bytes).digest("hex").slice(0, 16);
}

/** The header of the file with this name; undefined when there is none, or it is damaged. */
export async function headerOf(path: string): Promise<Header | undefined> {
  return await whileOpen(path, headerIn);
}

/** The owner whose log the file holds; undefined when it is no such file. */
export async function ownerOf(path: string): Promise<string | undefined> {
  return await whileOpen(path, async (file) => {
    const header = await headerIn(file);
    if (header) return header.owner;
    // Every record knows its owner, too.
    for await (const { bytes, frames } of readFrames(file, 0))
      for (const { lines } of frames)
        for (const line of lines) {
          const { owner } = JSON.parse(textOf(bytes, line)) as { owner?: unknown };
          if (typeof owner === "string") return owner;
        }
  });
}

async function headerIn(file: FileHandle): Promise<Header | undefined> {
  const bytes = await readBytes(file, 0, 1 << 16);
  for (const { start, lines } of decodeFrames(bytes)) {
    const [line] = lines;
    const header = start === 0 && line && (JSON.parse(textOf(bytes, line)) as Header);
    return header && typeof header.format === "string" ? header : undefined;
  }
}

async function whileOpen<T>(
  path: string,
  work: (file: FileHandle) => Promise<T | undefined>,
): Promise<T | undefined> {
  const file = await unlessMissing(open(path, "r"));
  try {
    return file && (await work(file));
  } finally {
    await file?.close();
  }
}
