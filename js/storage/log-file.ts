import { randomBytes } from "node:crypto";
import { constants } from "node:fs";
import { type FileHandle, link, open, rename, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { exclusively } from "./exclusive.ts";
import { decodeFrames, encodeFrame } from "./frames.ts";
import type { StoredRecord } from "./storage.ts";
import { compareVersions, type Version } from "./winners.ts";

/** Where the winning version of a record stands in the file, and what decides about it. */
export interface Entry extends Version {
  readonly id: string;
  readonly kind: string;
  readonly offset: number;
  readonly length: number;
}

const readBatch = { entries: 500, bytes: 4 << 20 };

/**
 * The log of one owner in one file: a header line, then frames. In memory there is only an index of it, brought up
 * to date before every use, because other processes may write to the same file.
 *
 * Frames are appended by one write each, without a lock. A rewrite, one at a time, puts a new file in the place of
 * the old one, and its header has a new generation: whoever appended to the old file meanwhile sees that and appends
 * again, or the rewriter finds the late frame in the old file and carries it over. Until it has, the old file keeps a
 * second name, and the new header says from where on its frames are late: when the rewriter dies, the next one who
 * opens the file carries them over.
 */
export class LogFile {
  readonly entries = new Map<string, Entry>();
  /** Records in the file that lost against a later version. */
  dead = 0;
  readonly #path: string;
  readonly #owner: string;
  #generation = "";
  #consumed = 0;

  constructor(path: string, owner: string) {
    this.#path = path;
    this.#owner = owner;
  }

  /** The file, open for reading, with the index up to date; undefined when there is none. */
  async open(): Promise<FileHandle | undefined> {
    const known = this.#generation;
    const file = await this.#openIndexed();
    if (this.#generation === known || !(await exists(this.#previous))) return file;
    // A rewrite is under way, or was cut short. Without its end, late frames are missing.
    await file?.close();
    await exclusively(this.#lock, () => this.#recover());
    return this.#openIndexed();
  }

  /** Where the file ends, as far as it was read: for {@link since}. */
  get position(): string {
    return `${this.#generation}:${this.#consumed}`;
  }

  /**
   * The lines that were added since a position, and where the file ends now, without reading what stands before; undefined
   * when the file is another one by now.
   */
  async since(position: string): Promise<{ lines: string[][]; position: string } | undefined> {
    const [generation, from] = position.split(":") as [string, string];
    const file = await openExisting(this.#path, constants.O_RDONLY);
    if (!file) return undefined;
    try {
      if ((await generationOf(file)) !== generation || Number(from) > (await file.stat()).size)
        return undefined;
      const frames = [...decodeFrames(await this.#unread(file, Number(from)))];
      return {
        lines: frames.map(({ lines }) => lines.map(({ text }) => text)),
        position: `${generation}:${Number(from) + (frames.at(-1)?.end ?? 0)}`,
      };
    } finally {
      await file.close();
    }
  }

  /** Whether a position is one of the file that is there. */
  async holds(position: string): Promise<boolean> {
    const file = await openExisting(this.#path, constants.O_RDONLY);
    try {
      return file !== undefined && (await generationOf(file)) === position.split(":")[0];
    } finally {
      await file?.close();
    }
  }

  get #lock(): string {
    return `${this.#path}.lock`;
  }

  /** The second name of a file that is being replaced. */
  get #previous(): string {
    return `${this.#path}.previous`;
  }

  async #openIndexed(): Promise<FileHandle | undefined> {
    const file = await openExisting(this.#path, constants.O_RDONLY);
    try {
      await this.#refresh(file);
      return file;
    } catch (error) {
      await file?.close();
      throw error;
    }
  }

  /** Adds one frame; it is on the disk when the promise resolves. */
  async append(lines: readonly string[]): Promise<void> {
    const frame = encodeFrame(lines);
    while (!(await this.#appendOnce(frame))) {
      // The file came, went or was replaced in between.
    }
  }

  /**
   * Puts a file with exactly the lines that `compose` gives in the place of this one; no lines: removes it. `compose`
   * is called with the file open and the index up to date.
   */
  async rewrite(compose: (file: FileHandle | undefined) => Promise<readonly string[]>): Promise<void> {
    await exclusively(this.#lock, async () => {
      await this.#recover();
      while (!(await this.#rewriteOnce(compose))) {
        // Another process has created the file in between.
      }
    });
  }

  /** The lines of the index's entries, as they stand in the file. */
  async *lines(file: FileHandle | undefined, entries: readonly Entry[]): AsyncGenerator<string[]> {
    if (!file) return;
    const sorted = [...entries].sort((a, b) => a.offset - b.offset);
    for (let start = 0; start < sorted.length; ) {
      const from = (sorted[start] as Entry).offset;
      const batch = sorted
        .slice(start, start + readBatch.entries)
        .filter((entry, index) => index === 0 || entry.offset + entry.length - from <= readBatch.bytes);
      const last = batch.at(-1) as Entry;
      const bytes = await readBytes(file, from, last.offset + last.length);
      yield batch.map(({ offset, length }) => bytes.toString("utf8", offset - from, offset - from + length));
      start += batch.length;
    }
  }

  async #rewriteOnce(
    compose: (file: FileHandle | undefined) => Promise<readonly string[]>,
  ): Promise<boolean> {
    const file = await this.#openIndexed();
    try {
      const lines = await compose(file);
      if (!file) return lines.length === 0 || (await this.#publish(encodeFrame(lines), link));
      if (lines.length > 0) await this.#replace(encodeFrame(lines));
      else await rm(this.#path, { force: true });
      await syncFolder(this.#path);
      await this.#carry(file, this.#consumed);
      await rm(this.#previous, { force: true });
      return true;
    } finally {
      await file?.close();
    }
  }

  /** Puts a new file in the place of this one, which keeps a second name for as long as it may hold late frames. */
  async #replace(frame: Buffer): Promise<void> {
    await link(this.#path, this.#previous).catch((error) => {
      // Some file systems have no links; there late frames are lost if this process is killed before the end.
      if (!noLinks.has(errorCode(error))) throw error;
    });
    await this.#publish(frame, rename, { previous: this.#generation, from: this.#consumed });
  }

  /** Ends what another process began and did not live to end. The lock is held. */
  async #recover(): Promise<void> {
    const previous = await openExisting(this.#previous, constants.O_RDONLY);
    if (!previous) return;
    try {
      const header = await headerOf(this.#path);
      // Otherwise it had not come to replace the file.
      if (header?.previous === (await generationOf(previous))) await this.#carry(previous, header.from ?? 0);
      await rm(this.#previous, { force: true });
    } finally {
      await previous.close();
    }
  }

  /** Appends the frames that stand from `from` on in a file that was replaced. */
  async #carry(replaced: FileHandle, from: number): Promise<void> {
    const late = [...decodeFrames(await this.#unread(replaced, from))].flatMap((frame) => frame.lines);
    if (late.length > 0) await this.append(late.map(({ text }) => text));
  }

  /** Reads what was added to the file since the last time; from the start, when it is another file by now. */
  async #refresh(file: FileHandle | undefined): Promise<void> {
    const generation = file ? await generationOf(file) : "";
    if (generation !== this.#generation) {
      this.entries.clear();
      this.dead = 0;
      this.#consumed = 0;
      this.#generation = generation;
    }
    if (!file) return;
    const start = this.#consumed;
    for (const frame of decodeFrames(await this.#unread(file))) {
      for (const { offset, length, text } of frame.lines) {
        const { id, kind, at, erased } = JSON.parse(text) as StoredRecord;
        const entry = { id, kind, at, erased, offset: start + offset, length } as Entry;
        const present = this.entries.get(id);
        if (present) this.dead += 1;
        if (!present || compareVersions(entry, present) > 0) this.entries.set(id, entry);
      }
      this.#consumed = start + frame.end;
    }
  }

  async #appendOnce(frame: Buffer): Promise<boolean> {
    const file = await openExisting(this.#path, constants.O_RDWR | constants.O_APPEND);
    if (!file) return this.#publish(frame, link);
    try {
      const generation = await generationOf(file);
      const { bytesWritten } = await file.write(frame);
      if (bytesWritten !== frame.length) throw new Error("The batch was cut short; is the disk full?");
      await file.sync();
      const current = await openExisting(this.#path, constants.O_RDONLY);
      try {
        return current !== undefined && (await generationOf(current)) === generation;
      } finally {
        await current?.close();
      }
    } finally {
      await file.close();
    }
  }

  /** Writes a complete file under a temporary name and gives it its own; false when `link` finds one there. */
  async #publish(
    frame: Buffer,
    place: typeof rename | typeof link,
    late: Pick<Header, "previous" | "from"> = {},
  ): Promise<boolean> {
    const temporary = `${this.#path}.${randomBytes(6).toString("hex")}.tmp`;
    const rest = JSON.stringify({ owner: this.#owner, ...late }).slice(1);
    const header = `{${generationKey}"${randomBytes(8).toString("hex")}",${rest}\n`;
    try {
      const file = await open(temporary, "wx", 0o600);
      try {
        await file.writeFile(Buffer.concat([Buffer.from(header), frame]));
        await file.sync();
      } finally {
        await file.close();
      }
      await place(temporary, this.#path);
      await syncFolder(this.#path);
      return true;
    } catch (error) {
      if (place === link && errorCode(error) === "EEXIST") return false;
      // Some file systems have no links; there the narrow race of two creators stays.
      if (place === link && noLinks.has(errorCode(error))) return this.#publish(frame, rename);
      throw error;
    } finally {
      await rm(temporary, { force: true });
    }
  }

  async #unread(file: FileHandle, from = this.#consumed): Promise<Buffer> {
    const { size } = await file.stat();
    return readBytes(file, from, size);
  }
}

/** The first line of a log. */
interface Header {
  readonly owner: string;
  /** The generation of the file that this one replaced, */
  readonly previous?: string;
  /** and from where on its frames are not in this one. */
  readonly from?: number;
}

/** The owner whose log the file holds; undefined when it is no such file. */
export async function ownerOf(path: string): Promise<string | undefined> {
  return (await headerOf(path))?.owner;
}

async function headerOf(path: string): Promise<Header | undefined> {
  const file = await openExisting(path, constants.O_RDONLY);
  if (!file) return undefined;
  try {
    const header = (await readBytes(file, 0, 1 << 16)).toString("utf8").split("\n", 1)[0] as string;
    return JSON.parse(header) as Header;
  } catch {
    return undefined;
  } finally {
    await file.close();
  }
}

/** Makes a name in the file's folder outlive a power cut, where the platform lets folders be synced. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(dirname(path), "r").catch(() => undefined);
  await folder?.sync().catch(() => {});
  await folder?.close();
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

/** The operating system's name for a failure: `ENOENT`. */
export function errorCode(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException | undefined)?.code;
}

const noLinks = new Set<string | undefined>(["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EACCES"]);

const generationKey = '"format":"luminora.log/1","generation":';
const generationPattern = new RegExp(`^\\{${generationKey}"([0-9a-f]{16})"`);

async function generationOf(file: FileHandle): Promise<string> {
  const start = (await readBytes(file, 0, generationKey.length + 19)).toString("latin1");
  const generation = generationPattern.exec(start)?.[1];
  if (!generation) throw new Error("The file is not a log that this version reads.");
  return generation;
}

async function openExisting(path: string, flags: number): Promise<FileHandle | undefined> {
  try {
    return await open(path, flags);
  } catch (error) {
    if (errorCode(error) === "ENOENT") return undefined;
    throw error;
  }
}

/** The bytes from `from` to `to`, or to the end of the file. */
async function readBytes(file: FileHandle, from: number, to: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(Math.max(0, to - from));
  let length = 0;
  while (length < bytes.length) {
    const { bytesRead } = await file.read(bytes, length, bytes.length - length, from + length);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  return bytes.subarray(0, length);
}
