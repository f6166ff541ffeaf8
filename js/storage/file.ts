import { createHash } from "node:crypto";
import { type FileHandle, mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { LuminoraError } from "../errors.ts";
import { type Entry, errorCode, LogFile, ownerOf } from "./log-file.ts";
import {
  type Arrivals,
  type Cache,
  erases,
  type ScanOptions,
  type Storage,
  type StoredRecord,
} from "./storage.ts";
import { winners } from "./winners.ts";

/** A log with more lost versions than this, and more than it has records, is rewritten without them. */
const tolerableDead = 1000;

/** A temporary file of this age (ms) was left by a process that died. */
const abandonedAfter = 600_000;

/**
 * Keeps records in `folder`, for Node: one append-only JSON Lines file for each owner. A batch is on the disk when
 * `append` resolves; a process killed in the middle leaves the batch out, never half of it. Erased text is removed
 * from the file at once. Several processes may use one folder.
 */
export function fileStorage(folder: string): Storage {
  return new FileStorage(resolve(folder));
}

class FileStorage implements Storage {
  readonly #folder: string;
  readonly #logs = new Map<string, LogFile>();
  readonly #running = new Set<Promise<unknown>>();
  #prepared: Promise<void> | undefined;
  #closed = false;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async append(
    owner: string,
    records: readonly StoredRecord[],
    options?: { replace?: boolean },
  ): Promise<void> {
    // Copied before the first wait: the caller may go on changing its objects.
    const offered = structuredClone(records);
    await this.#use(owner, async (log) => {
      if (erases(offered, options)) await this.#dropCaches(owner);
      if (!options?.replace && (await appended(log, owner, offered))) return;
      await log.rewrite(async (file) => {
        if (options?.replace) return winners(owner, new Map(), offered).map(toLine);
        const changed = await changes(log, file, owner, offered);
        const ids = new Set(changed.map(({ id }) => id));
        const kept = [...log.entries.values()].filter(({ id }) => !ids.has(id));
        return [...(await allLines(log, file, kept)), ...changed.map(toLine)];
      });
    });
  }

  async *scan(owner: string, { since, kinds }: ScanOptions = {}): AsyncGenerator<StoredRecord[]> {
    const chosen = ({ at, kind }: Entry) =>
      (since === undefined || at > since) && (!kinds || kinds.includes(kind));
    for await (const lines of this.#lines(owner, chosen)) yield lines.map(toRecord);
  }

  async arrivals(owner: string, after?: string): Promise<Arrivals> {
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
      return { log, file, entries: [...log.entries.values()] };
    });
  }

  async owners(): Promise<string[]> {
    return this.#run(async () => {
      const names = (await readdir(this.#folder)).filter((name) => name.endsWith(extension));
      const owners = await Promise.all(names.map((name) => ownerOf(join(this.#folder, name))));
      return owners.filter((owner) => owner !== undefined).sort();
    });
  }

  async erase(owner: string): Promise<void> {
    await this.#use(owner, async (log) => {
      await this.#dropCaches(owner);
      await log.rewrite(async () => []);
      await this.#sweep(fileName(owner), 0);
    });
    this.#logs.delete(owner);
  }

  cache(owner: string): Cache {
    const pathOf = (name: string) => join(this.#folder, `${cachePrefix(owner)}${name}${cacheExtension}`);
    return {
      get: (name) =>
        this.#run(async () => {
          try {
            const { buffer, byteOffset, length } = await readFile(pathOf(name));
            return new Uint8Array(buffer, byteOffset, length);
          } catch (error) {
            if (errorCode(error) !== "ENOENT") throw error;
          }
        }),
      put: (name, bytes, { position } = {}) =>
        this.#use(owner, async (log) => {
          if (position && !(await log.holds(position))) return;
          const path = pathOf(name);
          const temporary = `${path}.${process.pid}.tmp`;
          await writeFile(temporary, bytes, { mode: 0o600 });
          await rename(temporary, path);
        }),
    };
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.allSettled(this.#running);
    this.#logs.clear();
  }

  /** Runs `work` on the owner's log, when everyone in this process who asked before is done with it. */
  #use<T>(owner: string, work: (log: LogFile) => Promise<T>): Promise<T> {
    const path = join(this.#folder, fileName(owner));
    return this.#run(() =>
      inTurn(path, () => {
        let log = this.#logs.get(owner);
        if (!log) {
          log = new LogFile(path, owner);
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
        hint: hints[errorCode(error) ?? ""],
      });
    } finally {
      this.#running.delete(running);
    }
  }

  async #prepare(): Promise<void> {
    try {
      await mkdir(this.#folder, { recursive: true, mode: 0o700 });
      await this.#sweep("", abandonedAfter);
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

  /** Removes temporary files of at least this age (ms) whose names start so. */
  async #sweep(start: string, age: number): Promise<void> {
    for (const name of await readdir(this.#folder)) {
      if (!name.startsWith(start) || !name.endsWith(".tmp")) continue;
      const path = join(this.#folder, name);
      const modified = await stat(path).then(
        ({ mtimeMs }) => mtimeMs,
        () => Number.POSITIVE_INFINITY,
      );
      if (Date.now() - modified >= age) await rm(path, { force: true });
    }
  }
}

const extension = ".jsonl";
const cacheExtension = ".cache";

const hints: Readonly<Record<string, string>> = {
  ENOSPC: "The disk is full: free some space.",
  EACCES: "The process may not write in this folder: choose another one.",
  ENOTDIR: "The path names a file: choose a folder.",
  EEXIST: "The path names a file: choose a folder.",
};

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
async function appended(log: LogFile, owner: string, offered: readonly StoredRecord[]): Promise<boolean> {
  const file = await log.open();
  try {
    const changed = await changes(log, file, owner, offered);
    if (changed.length === 0) return true;
    if (changed.some(({ id, erased }) => erased && log.entries.has(id) && !log.entries.get(id)?.erased))
      return false;
    if (log.dead > tolerableDead && log.dead > log.entries.size) return false;
    await log.append(changed.map(toLine));
    return true;
  } finally {
    await file?.close();
  }
}

/** The offered records that win over what the log holds. */
async function changes(
  log: LogFile,
  file: FileHandle | undefined,
  owner: string,
  offered: readonly StoredRecord[],
): Promise<StoredRecord[]> {
  const ids = new Set(offered.map(({ id }) => id));
  const entries = [...ids].flatMap((id) => log.entries.get(id) ?? []);
  const stored = (await allLines(log, file, entries)).map(toRecord);
  return winners(owner, new Map(stored.map((record) => [record.id, record])), offered);
}

async function allLines(
  log: LogFile,
  file: FileHandle | undefined,
  entries: readonly Entry[],
): Promise<string[]> {
  const all: string[] = [];
  for await (const lines of log.lines(file, entries)) all.push(...lines);
  return all;
}

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
    yield* log.lines(file, entries.filter(isChosen));
  } finally {
    await file?.close();
  }
}

async function* textsOf(batches: Iterable<string[]> | AsyncIterable<string[]>): AsyncGenerator<string> {
  for await (const lines of batches) yield `[${lines.join(",")}]`;
}

function toLine(record: StoredRecord): string {
  return JSON.stringify(record);
}

function toRecord(line: string): StoredRecord {
  return JSON.parse(line) as StoredRecord;
}

/** The last one in the queue for each path; shared by all storages of this process. */
const queues = new Map<string, Promise<unknown>>();

function inTurn<T>(path: string, work: () => Promise<T>): Promise<T> {
  const turn = (queues.get(path) ?? Promise.resolve()).then(work);
  const settled = turn.catch(() => {});
  queues.set(path, settled);
  settled.then(() => {
    if (queues.get(path) === settled) queues.delete(path);
  });
  return turn;
}
