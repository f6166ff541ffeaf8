import { randomBytes } from "node:crypto";
import { constants } from "node:fs";
import { type FileHandle, link, open, readdir, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { LuminoraError } from "../errors.ts";
import { errorCode, exists, readFrames, syncFolder, unlessMissing } from "./disk.ts";
import { exclusively, LockLost, noLinks } from "./exclusive.ts";
import { encodeFrame } from "./frames.ts";
import { generationOf, headerOf, newHeader } from "./header.ts";
import { type Entry, entryOf, textOf } from "./line.ts";
import { LogIndex } from "./log-index.ts";
import { compareVersions } from "./winners.ts";

/** So many records are in one frame of a file that was written anew: a bad byte costs these and no others. */
const frameLines = 20;

/**
 * The log of one owner in one file: a header line in a frame of its own, then frames. In memory there is only an index
 * of it, brought up to date before every use, because other processes may write to the same file.
 *
 * Frames are appended by one write each, without a lock. A rewrite, one at a time, puts a new file in the place of
 * the old one, and its header has a new generation: whoever appended to the old file meanwhile sees that and decides
 * again what to append, or the rewriter finds the late frame in the old file and carries it over. Until it has, the old
 * file keeps a second name, and the new header says from where on its frames are late: when the rewriter dies, the next
 * one who opens the file carries them over.
 *
 * Bytes in no frame are left out: see {@link LogIndex}. What a bad disk has changed goes with every rewrite into the new
 * file as it stands, in lines `{"damaged":"<bytes as Latin-1>"}`.
 */
export class LogFile {
  readonly index: LogIndex;
  readonly #path: string;
  readonly #owner: string;
  /** Up to here the file of this generation is on the disk for sure. */
  #durable = { generation: "", to: 0 };
  /** The file of this generation has all late frames. */
  #whole = "";

  constructor(path: string, owner: string, onDamage: (error: LuminoraError) => void) {
    this.#path = path;
    this.#owner = owner;
    this.index = new LogIndex(path, onDamage);
  }

  /** The file, open for reading, with the index up to date; undefined when there is none. */
  async open(): Promise<FileHandle | undefined> {
    for (;;) {
      const file = await this.#openIndexed();
      if (this.index.generation === this.#whole) return file;
      const { generation } = this.index;
      await file?.close();
      // A rewrite is under way, or was cut short: without its end, late frames are missing, also for whoever asks again.
      if (await exists(this.#previous)) await exclusively(this.#lock, () => this.#recover());
      // They may have come since the file was read.
      this.#whole = generation;
    }
  }

  /** Where the file ends, as far as it was read: for {@link since}. */
  get position(): string {
    return `${this.index.generation}:${this.index.end}`;
  }

  /**
   * The lines that were added since a position, and where the file ends now, without reading what stands before;
   * undefined when the file is another one by now.
   */
  async since(position: string): Promise<{ lines: string[][]; position: string } | undefined> {
    const [generation, from] = position.split(":") as [string, string];
    const file = await unlessMissing(open(this.#path, "r"));
    if (!file) return undefined;
    try {
      if ((await generationOf(file)) !== generation || Number(from) > (await file.stat()).size)
        return undefined;
      const lines: string[][] = [];
      let end = Number(from);
      for await (const { bytes, base, frames } of readFrames(file, end)) {
        for (const frame of frames) {
          if (base + frame.start > end) await this.index.tell(file, end, base + frame.start);
          end = base + frame.end;
          lines.push(frame.lines.map((line) => textOf(bytes, line)));
        }
      }
      return { lines, position: `${generation}:${end}` };
    } finally {
      await file.close();
    }
  }

  /** Whether a position is one of the file that is there. */
  async holds(position: string): Promise<boolean> {
    const file = await unlessMissing(open(this.#path, "r"));
    try {
      return file !== undefined && (await generationOf(file)) === position.split(":")[0];
    } finally {
      await file?.close();
    }
  }

  /**
   * Adds one frame, which is on the disk when the promise resolves. False: the file is not the one of the index any
   * more, and what is to be added has to be decided again.
   */
  async append(lines: readonly string[]): Promise<boolean> {
    const frame = encodeFrame(lines);
    const file = await unlessMissing(open(this.#path, constants.O_RDWR | constants.O_APPEND));
    if (!file) return this.index.generation === "" && (await this.#create([frame]));
    try {
      if ((await generationOf(file)) !== this.index.generation) return false;
      const { bytesWritten } = await file.write(frame);
      if (bytesWritten < frame.length) {
        // Says why, as a rule. If not, another process may have written in between.
        await file.writeFile(frame.subarray(bytesWritten));
        return false;
      }
      await this.#sync(file);
      // What others have written since the index was made may have been erased by it, or by them.
      if (this.#durable.to !== this.index.end + frame.length) await this.index.refresh(file);
    } finally {
      await file.close();
    }
    return await this.holds(this.position);
  }

  /** Makes sure that what the index knows is on the disk, also where another process has written it. */
  async settle(): Promise<void> {
    if (this.#durable.generation === this.index.generation && this.#durable.to >= this.index.end) return;
    const file = await unlessMissing(open(this.#path, "r+"));
    try {
      if (file && (await generationOf(file)) === this.index.generation) await this.#sync(file);
    } finally {
      await file?.close();
    }
  }

  /**
   * Puts a file with exactly the lines that `compose` gives in the place of this one; no lines: removes it. `compose`
   * is called with the file open and the index up to date.
   */
  async rewrite(compose: (file: FileHandle | undefined) => Promise<Lines>): Promise<void> {
    await exclusively(this.#lock, async (isHeld) => {
      await this.#recover();
      await this.#sweep();
      while (!(await this.#rewriteOnce(compose, isHeld))) {
        // Another process has created the file in between.
      }
    });
  }

  get #lock(): string {
    return `${this.#path}.lock`;
  }

  /** The second name of a file that is being replaced. */
  get #previous(): string {
    return `${this.#path}.previous`;
  }

  async #openIndexed(): Promise<FileHandle | undefined> {
    const file = await unlessMissing(open(this.#path, "r"));
    try {
      await this.index.refresh(file);
      return file;
    } catch (error) {
      await file?.close();
      throw error;
    }
  }

  async #sync(file: FileHandle): Promise<void> {
    const { generation } = this.index;
    const { size } = await file.stat();
    try {
      await file.sync();
      // The name may be one that another process has just made.
      if (this.#durable.generation !== generation) await syncFolder(dirname(this.#path));
    } catch (error) {
      // The system may take for written what it could not write: only a new file is sure.
      this.index.isWorn = true;
      throw error;
    }
    this.#durable = { generation, to: size };
  }

  /** Gives the file its first frames; false when it is there by now. */
  async #create(frames: Frames): Promise<boolean> {
    const temporary = await this.#write(frames);
    if (temporary === undefined) return true;
    try {
      await link(temporary, this.#path);
    } catch (error) {
      const code = errorCode(error);
      // Another process has created it, or has swept away what seemed to be left over.
      if (code === "EEXIST" || code === "ENOENT") return false;
      // Where there are no links the narrow race of two creators stays.
      if (!noLinks.has(code)) throw error;
      await rename(temporary, this.#path);
    } finally {
      await rm(temporary, { force: true });
    }
    await syncFolder(dirname(this.#path));
    return true;
  }

  async #rewriteOnce(
    compose: (file: FileHandle | undefined) => Promise<Lines>,
    isHeld: () => Promise<boolean>,
  ): Promise<boolean> {
    const file = await this.#openIndexed();
    try {
      const frames = framesOf(await compose(file));
      if (!file) return await this.#create(frames);
      const late = { previous: this.index.generation, from: this.index.end };
      await this.#replace(frames, late, isHeld);
      await syncFolder(dirname(this.#path));
      await this.#carry(file, late.from);
      await rm(this.#previous, { force: true });
      await syncFolder(dirname(this.#path));
      return true;
    } finally {
      await file?.close();
    }
  }

  /** Puts a new file in the place of this one, which keeps a second name for as long as it may hold late frames. */
  async #replace(frames: Frames, late: Late, isHeld: () => Promise<boolean>): Promise<void> {
    const temporary = await this.#write(frames, late);
    try {
      if (!(await isHeld())) throw new LockLost();
      if (temporary === undefined) return await rm(this.#path, { force: true });
      await link(this.#path, this.#previous).catch((error) => {
        // Some file systems have no links; there late frames are lost if this process is killed before the end.
        if (!noLinks.has(errorCode(error))) throw error;
      });
      await rename(temporary, this.#path);
    } catch (error) {
      // Whoever has taken the lock over since then has swept the new file away, so nothing was replaced.
      throw (await isHeld()) ? error : new LockLost();
    } finally {
      if (temporary !== undefined) await rm(temporary, { force: true });
    }
  }

  /** Writes a complete file under a name for the time being; undefined when there is nothing to write. */
  async #write(frames: Frames, late?: Late): Promise<string | undefined> {
    const path = `${this.#path}.${randomBytes(6).toString("hex")}.tmp`;
    let file: FileHandle | undefined;
    try {
      for await (const frame of frames) {
        if (!file) {
          file = await open(path, "wx", 0o600);
          await file.writeFile(encodeFrame([newHeader(this.#owner, late)]));
        }
        await file.writeFile(frame);
      }
      await file?.sync();
    } catch (error) {
      await rm(path, { force: true });
      throw error;
    } finally {
      await file?.close();
    }
    return file && path;
  }

  /** Ends what another process began and did not live to end. The lock is held. */
  async #recover(): Promise<void> {
    const previous = await unlessMissing(open(this.#previous, "r"));
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

  /** Appends the records that stand from `from` on in a file that was replaced, but for those that were erased. */
  async #carry(replaced: FileHandle, from: number): Promise<void> {
    const late: { entry: Entry; text: string }[] = [];
    for await (const { bytes, frames } of readFrames(replaced, from))
      for (const line of frames.flatMap((frame) => frame.lines)) {
        const entry = entryOf(bytes, line);
        if (entry) late.push({ entry, text: textOf(bytes, line) });
      }
    let left: string[];
    do {
      await (await this.#openIndexed())?.close();
      left = late.flatMap(({ entry, text }) => {
        const present = this.index.entries.get(entry.id);
        return !present || compareVersions(entry, present) > 0 ? text : [];
      });
    } while (left.length > 0 && !(await this.append(left)));
  }

  /** Removes the temporary files of those who died. Who is alive and loses one makes another. */
  async #sweep(): Promise<void> {
    const folder = dirname(this.#path);
    const start = `${basename(this.#path)}.`;
    for (const name of await readdir(folder))
      if (name.startsWith(start) && name.endsWith(".tmp")) await rm(join(folder, name), { force: true });
  }
}

/** Lines of a file, in parts of any size. */
export type Lines = Iterable<readonly string[]> | AsyncIterable<readonly string[]>;

type Frames = Iterable<Buffer> | AsyncIterable<Buffer>;
type Late = { readonly previous: string; readonly from: number };

async function* framesOf(parts: Lines): AsyncGenerator<Buffer> {
  for await (const lines of parts) {
    const frames: Buffer[] = [];
    for (let start = 0; start < lines.length; start += frameLines)
      frames.push(encodeFrame(lines.slice(start, start + frameLines)));
    if (frames.length > 0) yield Buffer.concat(frames);
  }
}
