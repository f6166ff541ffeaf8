import { type FileHandle, mkdir, open, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { decodeFrames, type Frame } from "./frames.ts";

/** So many bytes are read at once; more, where a frame is larger. */
const windowSize = 4 << 20;

/** The operating system's name for a failure: `ENOENT`. */
export function errorCode(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException | undefined)?.code;
}

/** What `work` gives; undefined when the file is not there. */
export async function unlessMissing<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (errorCode(error) === "ENOENT") return undefined;
    throw error;
  }
}

export async function exists(path: string): Promise<boolean> {
  return (await unlessMissing(stat(path))) !== undefined;
}

/** The bytes from `from` to `to`, or to the end of the file. */
export async function readBytes(file: FileHandle, from: number, to: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(Math.max(0, to - from));
  let length = 0;
  while (length < bytes.length) {
    const wanted = Math.min(bytes.length - length, 1 << 30);
    const { bytesRead } = await file.read(bytes, length, wanted, from + length);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  return bytes.subarray(0, length);
}

/** Some frames of a file, whose places count in `bytes`; these stand at `base` of the file. */
export interface Frames {
  readonly bytes: Buffer;
  readonly base: number;
  readonly frames: readonly Frame[];
}

/** The complete frames of a file from a place on. */
export async function* readFrames(file: FileHandle, from: number): AsyncGenerator<Frames> {
  const { size } = await file.stat();
  let window = windowSize;
  for (let base = from; base < size; ) {
    const to = Math.min(size, base + window);
    const bytes = await readBytes(file, base, to);
    const frames = [...decodeFrames(bytes)];
    const end = frames.at(-1)?.end ?? 0;
    if (end > 0) yield { bytes, base, frames };
    if (to === size || bytes.length < to - base) return;
    window = end > 0 ? windowSize : 2 * window;
    base += end;
  }
}

/** Makes folders; when it resolves they outlive a power cut. */
export async function makeFolder(path: string): Promise<void> {
  const first = await mkdir(path, { recursive: true, mode: 0o700 });
  if (first === undefined) return;
  for (let made = path; made.length >= first.length; made = dirname(made)) await syncFolder(dirname(made));
}

/** Makes the names in a folder outlive a power cut, where the platform lets folders be synced. */
export async function syncFolder(path: string): Promise<void> {
  let folder: FileHandle | undefined;
  try {
    folder = await open(path, "r");
    await folder.sync();
  } catch (error) {
    if (!noFolderSync.has(errorCode(error))) throw error;
  } finally {
    await folder?.close();
  }
}

/** How platforms and file systems say that a folder cannot be synced, or not even be opened. */
const noFolderSync = new Set<string | undefined>(["EINVAL", "EISDIR", "EPERM", "EACCES", "EBADF", "ENOTSUP"]);
