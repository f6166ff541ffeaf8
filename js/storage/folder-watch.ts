import { type FSWatcher, watch } from "node:fs";
import { versionOf, type Written } from "./record-version.ts";
import type { RecordText, StorageListener, StoredRecord } from "./storage.ts";
import { fromText } from "./text-head.ts";

/** After a file was changed, ms: what comes in the same moment is heard at once. */
const pause = 20;

/** So many versions that this view wrote itself are remembered at most. */
const mostOwn = 10_000;

/** What a log holds behind a position, or as a whole where it goes on from another one. */
export interface Behind {
  readonly texts: readonly string[];
  readonly position: string;
  readonly continues: boolean;
}

/** How far this view knows a log. */
interface Known {
  readonly owner: string;
  position: string;
  /** Versions that it wrote itself behind that. */
  readonly own: Set<string>;
}

/**
 * Hears from the system that other processes have changed the logs that this view was asked for, and tells listeners.
 * Where the system does not tell (folders of other machines), nothing is heard.
 */
export class FolderWatch {
  readonly #folder: string;
  readonly #look: (owner: string) => Promise<void>;
  /** By the names of files. */
  readonly #known = new Map<string, Known>();
  readonly #changed = new Map<string, ReturnType<typeof setTimeout>>();
  readonly #listeners = new Set<StorageListener>();
  #watcher: FSWatcher | undefined;

  /** @param look calls {@link hear} when nothing of the owner is being written by this view */
  constructor(folder: string, look: (owner: string) => Promise<void>) {
    this.#folder = folder;
    this.#look = look;
  }

  subscribe(listener: StorageListener): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) this.stop();
    };
  }

  /** Begins to listen, before somebody asks where a log ends. */
  start(): void {
    if (this.#watcher || this.#listeners.size === 0) return;
    try {
      this.#watcher = watch(this.#folder, { persistent: false }, (_, name) => this.#note(name));
      this.#watcher.on("error", () => this.stop());
    } catch {
      // Too many are being watched, or the system does not tell.
    }
  }

  /** Nobody listens any more. */
  close(): void {
    this.#listeners.clear();
    this.stop();
  }

  stop(): void {
    this.#watcher?.close();
    this.#watcher = undefined;
    for (const timer of this.#changed.values()) clearTimeout(timer);
    this.#changed.clear();
    this.#known.clear();
  }

  /** From this position on, changes are told, if they were not already. */
  begin(owner: string, file: string, position: string): void {
    if (this.#watcher && !this.#known.has(file)) this.#known.set(file, { owner, position, own: new Set() });
  }

  /** Nothing of a log is told any more. */
  forget(file: string): void {
    this.#known.delete(file);
  }

  /** This view added these records itself. */
  wrote(file: string, records: readonly Written[]): void {
    const own = this.#known.get(file)?.own;
    if (own) for (const record of records) own.add(versionOf(record));
    // Where the system tells of nothing.
    if (own && own.size > mostOwn) this.#note(file);
  }

  /** This view made another file of a log, which was as the first position says before. */
  rewrote(file: string, from: string, to: string): void {
    const known = this.#known.get(file);
    // Otherwise something was there that was not heard yet.
    if (known?.position === from) known.position = to;
  }

  /** Looks at one log. */
  async hear(file: string, read: (position: string) => Promise<Behind>): Promise<void> {
    const known = this.#known.get(file);
    if (!known) return;
    const { texts, position, continues } = await read(known.position);
    known.position = position;
    const records = texts.map(fromText);
    const heard = continues ? records.filter((record) => !known.own.has(versionOf(record))) : records;
    known.own.clear();
    if (continues && heard.length === 0) return;
    const told = heard.map(({ text }: RecordText) => JSON.parse(text) as StoredRecord);
    for (const listener of this.#listeners) listener(known.owner, told, !continues);
  }

  #note(file: string | null): void {
    const known = file && this.#known.get(file);
    if (!known || this.#changed.has(file)) return;
    const timer = setTimeout(() => {
      this.#changed.delete(file);
      // What cannot be read now is heard with the next change.
      this.#look(known.owner).catch(() => {});
    }, pause);
    // Node ends without waiting for it.
    timer.unref();
    this.#changed.set(file, timer);
  }
}
