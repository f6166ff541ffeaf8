import { createHash, randomBytes } from "node:crypto";
import { type FileHandle, lstat, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { LuminoraError } from "../errors.ts";
import { queue } from "../queue.ts";
import { errorCode, makeFolder, unlessMissing } from "./disk.ts";
import { FolderWatch } from "./folder-watch.ts";
import { ownerOf } from "./header.ts";
import { type Entry, toLine } from "./line.ts";
import { type Lines, LogFile } from "./log-file.ts";
import { toRecord, toText } from "./record-text.ts";
import {
  type AppendOptions,
  type Arrivals,
  type Cache,
  erases,
  type RecordText,
  type ScanOptions,
  type Storage,
  type StorageListener,
  type StoredRecord,
} from "./storage.ts";
import { fromText } from "./text-head.ts";
import { winners } from "./winners.ts";

/** A temporary file of this age (ms) was left by a process that died. */
const abandonedAfter = 600_000;

/** How {@link fileStorage} keeps records. */
export interface FileStorageOptions {
  /**
   * Hears of lines that cannot be read, because the disk has changed them or the file was cut short: an `integrity`
   * error that names file and lines. All others are read. By default it becomes a warning of the process.
   */
  readonly onDamage?: (error: LuminoraError) => void;
}

/**
 * Keeps records in `folder`, for Node: one append-only JSON Lines file for each owner. A batch is on the disk when
 * `append` resolves; a process killed in the middle leaves the batch out, never half of it. Erased text is removed
 * from the file at once. Several processes may use one folder, and hear of each other where the system tells of changes
 * in it; it does not for folders of other machines.
 */
export function fileStorage(folder: string, options: FileStorageOptions = {}): Storage {
  return new FileStorage(resolve(folder), options.onDamage ?? warn);
}

class FileStorage implements Storage {
  readonly #folder: string;
  readonly #onDamage: (error: LuminoraError) => void;
  readonly #logs = new Map<string, LogFile>();
  readonly #running = new Set<Promise<unknown>>();
  readonly #watch: FolderWatch;
  #prepared: Promise<void> | undefined;
  #closed = false;

  constructor(folder: string, onDamage: (error: LuminoraError) => void) {
    this.#folder = folder;
    this.#onDamage = onDamage;
    this.#watch = new FolderWatch(folder, (owner) => this.#use(owner, (log) => this.#hear(owner, log)));
  }

  async append(owner: string, records: readonly StoredRecord[], options?: AppendOptions): Promise<void> {
    await this.appendTexts(owner, records.map(toText), options);
  }

  async appendTexts(owner: string, offered: readonly RecordText[], options?: AppendOptions): Promise<void> {
    await this.#use(owner, async (log) => {
      const erasing = erases(offered, options);
      if (erasing) await this.#dropCaches(owner);
      this.#watch.wrote(fileName(owner), offered);
      if (options?.replace) {
        const lines = winners(owner, new Map(), offered).map(toLine);
        await this.#rewrite(log, owner, async () => [lines]);
      } else if (!(await appended(log, owner, offered))) {
        await this.#rewrite(log, owner, (file) => rewritten(log, file, owner, offered));
      }
      // Once more: another process may have put something there before the log was another one.
      if (erasing) await this.#dropCaches(owner);
    });
  }

  async *scan(owner: string, { since, kinds }: ScanOptions = {}): AsyncGenerator<StoredRecord[]> {
    const chosen = ({ at, kind }: Entry) =>
      (since === undefined || at > since) && (!kinds || kinds.includes(kind));
    for await (const lines of this.#lines(owner, chosen)) yield lines.map((text) => toRecord({ text }));
  }

  subscribe(listener: StorageListener): () => void {
    return this.#watch.subscribe(listener);
  }

  async arrivals(owner: string, after?: string): Promise<Arrivals> {
    const arrivals = await this.#arrivals(owner, after);
    this.#watch.begin(owner, fileName(owner), arrivals.position);
    return arrivals;
  }

  async #arrivals(owner: string, after: string | undefined): Promise<Arrivals> {
    const since = after && (await this.#use(owner, (log) => log.since(after)));
    if (since) return { continues: true, position: since.position, texts: textsOf(since.lines) };
    const position = await this.#use(owner, async (log) => {
      await (await log.open())?.close();
      return log.position;
    });
    // What was added until it is read comes too.
    return { continues: false, position, texts: textsOf(this.#lines(owner, () => true)) };
  }

  async *#lines(owner: string, isChosen: (entry: Entry) => boolean): AsyncGenerator<string[]> {
    yield* linesOf(await this.#open(owner), isChosen);
  }

  /** In turn with the writers only until here: the lines stay where they are in the file that is open. */
  #open(owner: string): Promise<Opened> {
    return this.#use(owner, async (log) => {
      const file = await log.open();
      return { log, file, entries: [...log.index.entries.values()] };
    });
  }

  /** Tells what other processes have written. */
  #hear(owner: string, log: LogFile): Promise<void> {
    return this.#watch.hear(fileName(owner), async (position) => {
      const since = await log.since(position);
      if (since) return { texts: since.lines.flat(), position: since.position, continues: true };
      const file = await log.open();
      const opened = { log, file, entries: [...log.index.entries.values()] };
      const now = log.position;
      const texts: string[] = [];
      for await (const lines of linesOf(opened, () => true)) for (const line of lines) texts.push(line);
      // Where there was none, nothing was replaced.
      return { texts, position: now, continues: position.startsWith(":") };
    });
  }

  async #rewrite(log: LogFile, owner: string, compose: Compose): Promise<void> {
    // What stands in the file that goes is heard from it, and told apart from what this view wrote.
    await this.#hear(owner, log).catch(() => {});
    let from = "";
    await log.rewrite((file) => {
      from = log.position;
      return compose(file);
    });
    this.#watch.rewrote(fileName(owner), from, log.position);
  }

  async owners(): Promise<string[]> {
    return this.#run(async () => {
      const names = (await readdir(this.#folder)).filter((name) => name.endsWith(extension));
      const owners: string[] = [];
      // One after the other: a process may have only so many files open.
      for (const name of names) {
        const owner = await ownerOf(join(this.#folder, name));
        if (owner !== undefined && fileName(owner) === name) owners.push(owner);
      }
      return owners.sort();
    });
  }

  async erase(owner: string): Promise<void> {
    await this.#use(owner, async (log) => {
      await this.#dropCaches(owner);
      await log.rewrite(async () => []);
      await this.#dropCaches(owner);
    });
    this.#watch.forget(fileName(owner));
    this.#logs.delete(owner);
  }

  cache(owner: string): Cache {
    const pathOf = (name: string) => join(this.#folder, `${cachePrefix(owner)}${name}${cacheExtension}`);
    return {
      get: (name) =>
        this.#run(async () => {
          const bytes = await unlessMissing(readFile(pathOf(name)));
          return bytes && new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
        }),
      put: (name, bytes, { position } = {}) =>
        this.#use(owner, async (log) => {
          const path = pathOf(name);
          const temporary = `${path}.${randomBytes(6).toString("hex")}.tmp`;
          if (position && !(await log.holds(position))) return;
          try {
            await writeFile(temporary, bytes, { mode: 0o600 });
            await rename(temporary, path);
          } finally {
            await rm(temporary, { force: true });
          }
          // Another process may have erased something meanwhile.
          if (position && !(await log.holds(position))) await rm(path, { force: true });
        }),
    };
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#watch.close();
    await Promise.allSettled(this.#running);
    this.#logs.clear();
  }

  /** Runs `work` on the owner's log, when everyone in this process who asked before is done with it. */
  #use<T>(owner: string, work: (log: LogFile) => Promise<T>): Promise<T> {
    const path = join(this.#folder, fileName(owner));
    return this.#run(() =>
      inTurn(path, () => {
        // Before anybody looks: what comes in between is then told.
        this.#watch.start();
        let log = this.#logs.get(owner);
        if (!log) {
          log = new LogFile(path, owner, this.#onDamage);
          this.#logs.set(owner, log);
        }
        return work(log);
      }),
    );
  }

  /** Runs `work` in the prepared folder; what the file system refuses becomes a `storage` error. */
  async #run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#closed) throw new LuminoraError("disposed", "This storage is closed.");
    this.#prepared ??= this.#prepare();
    const running = this.#prepared.then(work);
    this.#running.add(running);
    try {
      return await running;
    } catch (error) {
      if (LuminoraError.isInstance(error)) throw error;
      throw new LuminoraError("storage", `The files in ${this.#folder} failed: ${(error as Error).message}`, {
        cause: error,
        hint:
          hints[errorCode(error) ?? ""] ??
          "Nothing of the batch was kept. The cause says what the disk refused.",
      });
    } finally {
      this.#running.delete(running);
    }
  }

  async #prepare(): Promise<void> {
    try {
      await makeFolder(this.#folder);
      // In a folder that can only be read they stay.
      await this.#sweep().catch(() => {});
    } catch (error) {
      this.#prepared = undefined;
      throw error;
    }
  }

  async #dropCaches(owner: string): Promise<void> {
    for (const name of await readdir(this.#folder)) {
      if (name.startsWith(cachePrefix(owner)) && name.includes(cacheExtension)) {
        await rm(join(this.#folder, name), { force: true });
      }
    }
  }

  /** Removes the temporary files that were left by processes that died. */
  async #sweep(): Promise<void> {
    for (const name of await readdir(this.#folder)) {
      if (!name.endsWith(".tmp")) continue;
      const path = join(this.#folder, name);
      const modified = (await unlessMissing(lstat(path)))?.mtimeMs ?? Number.POSITIVE_INFINITY;
      if (Date.now() - modified >= abandonedAfter) await rm(path, { force: true });
    }
  }
}

const extension = ".jsonl";
const cacheExtension = ".cache";

const isFull = "The disk is full: free some space and try again. Nothing of the batch was kept.";
const isReadOnly =
  "The process may not write in this folder: let it, or choose another one. What is there can be read.";
const isFile = "The path names a file: choose a folder.";
const areTooMany = "Too many files are open: close some, or raise the limit (`ulimit -n`), and try again.";

const hints: Readonly<Record<string, string>> = {
  ENOSPC: isFull,
  EDQUOT: isFull,
  EFBIG: "The file may not become larger: raise the limit (`ulimit -f`). Nothing of the batch was kept.",
  EACCES: isReadOnly,
  EPERM: isReadOnly,
  EROFS: isReadOnly,
  ENOTDIR: isFile,
  EEXIST: isFile,
  EMFILE: areTooMany,
  ENFILE: areTooMany,
  EIO: "The disk fails: copy the folder to another one while it can be read. Nothing of the batch was acknowledged.",
};

/** What nobody listens for is not kept from the person: Node prints it once. */
function warn({ message, hint }: LuminoraError): void {
  process.emitWarning(message, { type: "LuminoraWarning", code: "integrity", detail: hint });
}

/** Readable and safe on every file system; the header inside has the true name. */
function fileName(owner: string): string {
  const readable = owner
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .slice(0, 24);
  // As JSON, because UTF-8 has no unpaired surrogates and would give different owners one name.
  const digest = createHash("sha256").update(JSON.stringify(owner)).digest("hex");
  return `${readable}.${digest.slice(0, 32)}${extension}`;
}

/** How the names of the files begin that cache what follows from an owner's records. */
function cachePrefix(owner: string): string {
  return `${fileName(owner).slice(0, -extension.length)}.`;
}

/** Adds what is new to the end of the log; false when the whole of it has to be written anew. */
async function appended(log: LogFile, owner: string, offered: readonly RecordText[]): Promise<boolean> {
  for (;;) {
    const file = await log.open();
    const { index } = log;
    try {
      if (index.isWorn || (index.hasLeftovers && erases(offered))) return false;
      const changed = await changes(log, file, owner, offered);
      if (changed.length === 0) {
        await log.settle();
        return true;
      }
      const isAlive = (id: string) => index.entries.has(id) && !index.entries.get(id)?.erased;
      if (index.isBloated || changed.some(({ id, erased }) => erased && isAlive(id))) return false;
      if (await log.append(changed.map(toLine))) return !index.isWorn;
    } finally {
      await file?.close();
    }
  }
}

/** The whole of a log with the offered records, and without what is lost or erased. */
async function rewritten(
  log: LogFile,
  file: FileHandle | undefined,
  owner: string,
  offered: readonly RecordText[],
): Promise<Lines> {
  const changed = await changes(log, file, owner, offered);
  const ids = new Set(changed.map(({ id }) => id));
  const kept = [...log.index.entries.values()].filter(({ id }) => !ids.has(id));
  const erased = offered.flatMap((record) => (record.erased ? record.id : []));
  return parts(await log.index.damagedLines(file, erased), log.index.lines(file, kept), changed.map(toLine));
}

async function* parts(
  damaged: readonly string[],
  kept: AsyncIterable<readonly string[]>,
  changed: readonly string[],
): AsyncGenerator<readonly string[]> {
  yield damaged;
  yield* kept;
  yield changed;
}

/** The offered records that win over what the log holds. */
async function changes(
  log: LogFile,
  file: FileHandle | undefined,
  owner: string,
  offered: readonly RecordText[],
): Promise<RecordText[]> {
  const ids = new Set(offered.map(({ id }) => id));
  const entries = [...ids].flatMap((id) => log.index.entries.get(id) ?? []);
  const stored = new Map<string, RecordText>();
  for await (const lines of log.index.lines(file, entries))
    for (const text of lines) {
      const record = fromText(text);
      stored.set(record.id, record);
    }
  return winners(owner, stored, offered);
}

/** Gives the lines of a log's next file from the present one. */
type Compose = (file: FileHandle | undefined) => Promise<Lines>;

/** A log at one moment. */
interface Opened {
  readonly log: LogFile;
  readonly file: FileHandle | undefined;
  readonly entries: readonly Entry[];
}

/** The chosen lines of an open log, which is closed behind them. */
async function* linesOf(
  { log, file, entries }: Opened,
  isChosen: (entry: Entry) => boolean,
): AsyncGenerator<string[]> {
  try {
    yield* log.index.lines(file, entries.filter(isChosen));
  } finally {
    await file?.close();
  }
}

async function* textsOf(batches: Iterable<string[]> | AsyncIterable<string[]>): AsyncGenerator<string> {
  for await (const lines of batches) yield `[${lines.join(",")}]`;
}

/** By path; shared by all storages of this process. */
const inTurn = queue();
