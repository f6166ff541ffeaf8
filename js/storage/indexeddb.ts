import { LuminoraError } from "../errors.ts";
import type { Database, Step } from "./indexeddb-database.ts";
import {
  type AppendOptions,
  type Arrivals,
  type Cache,
  type ScanOptions,
  type Storage,
  type StorageListener,
  type StoredRecord,
  taken,
} from "./storage.ts";

/** How {@link indexedDbStorage} keeps records. */
export interface IndexedDbOptions {
  /** The name of the database (default: `luminoracore`). */
  readonly name?: string;
  /**
   * Asks the browser with the first batch not to remove the site's data when it needs room (default: false). Some ask
   * the person. `navigator.storage.persisted()` says whether it was granted.
   */
  readonly persist?: boolean;
}

/** What the views of one database tell each other. */
interface Change extends Step {
  readonly owner: string;
  readonly records: readonly StoredRecord[];
  readonly replaced: boolean;
}

/**
 * Keeps records in the browser's database `name`. Every batch is one strict transaction; other tabs of the origin
 * hear of it through a BroadcastChannel of the same name, and a tab that was asleep looks for itself.
 */
export function indexedDbStorage(options: IndexedDbOptions = {}): Storage {
  return new IndexedDbStorage(options);
}

class IndexedDbStorage implements Storage {
  readonly #name: string;
  readonly #channel: BroadcastChannel;
  readonly #listeners = new Set<StorageListener>();
  /** By owner, up to where the listeners know the log at least. */
  readonly #known = new Map<string, string>();
  readonly #catching = new Set<string>();
  #database: Promise<Database> | undefined;
  #wasOpen = false;
  #persist: boolean;
  #closed = false;

  constructor({ name = "luminoracore", persist = false }: IndexedDbOptions) {
    this.#name = name;
    this.#persist = persist;
    this.#channel = new BroadcastChannel(`luminoracore:${name}`);
    this.#channel.onmessage = ({ data }: MessageEvent<Change>) => this.#hear(data);
    for (const event of wakings) globalThis.addEventListener?.(event, this.#wake);
  }

  async append(owner: string, records: readonly StoredRecord[], options: AppendOptions = {}): Promise<void> {
    const { replace = false } = options;
    const offered = taken(records, options);
    const { changed, ...step } = await this.#use((database) => database.append(owner, offered, replace));
    if (replace || changed.length > 0) this.#tell({ owner, records: changed, replaced: replace, ...step });
    if (!this.#persist) return;
    this.#persist = false;
    // What is refused, or not known here, is as before.
    globalThis.navigator?.storage?.persist?.().catch(() => {});
  }

  async *scan(owner: string, { since, kinds }: ScanOptions = {}): AsyncGenerator<StoredRecord[]> {
    let after = since;
    for (;;) {
      const page = await this.#use((database) => database.page(owner, after));
      const last = page.at(-1);
      if (!last) return;
      after = last.at;
      const chosen = kinds ? page.filter((record) => kinds.includes(record.kind)) : page;
      if (chosen.length > 0) yield chosen;
    }
  }

  async arrivals(owner: string, after?: string): Promise<Arrivals> {
    const { since, position } = await this.#use((database) => database.arrivals(owner, after));
    this.#known.set(owner, position);
    return { continues: since !== undefined, position, texts: textsOf(since ? [since] : this.scan(owner)) };
  }

  owners(): Promise<string[]> {
    return this.#use((database) => database.owners());
  }

  async erase(owner: string): Promise<void> {
    const step = await this.#use((database) => database.erase(owner));
    this.#tell({ owner, records: [], replaced: true, ...step });
  }

  cache(owner: string): Cache {
    return {
      get: (name) => this.#use((database) => database.cached(owner, name)),
      put: (name, bytes, { position } = {}) =>
        this.#use((database) => database.keep(owner, name, bytes, position)),
    };
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    for (const event of wakings) globalThis.removeEventListener?.(event, this.#wake);
    this.#listeners.clear();
    this.#channel.close();
    const database = await this.#database?.catch(() => undefined);
    database?.close();
  }

  subscribe(listener: StorageListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #tell(change: Change): void {
    if (this.#closed) return;
    this.#follow(change);
    this.#channel.postMessage(change);
  }

  #hear(change: Change): void {
    this.#database?.then((database) => database.heard(change.owner)).catch(() => {});
    this.#follow(change);
    for (const listener of this.#listeners) listener(change.owner, change.records, change.replaced);
  }

  /** Only step by step: whoever has missed one stays where it was, until it looks for itself. */
  #follow({ owner, before, position }: Change): void {
    if (this.#known.get(owner) === before) this.#known.set(owner, position);
  }

  /**
   * A page that was put aside hears nothing meanwhile, and nobody hears of the last batch of a tab that died. When this
   * one is shown again, it reads what it has missed.
   */
  readonly #wake = (): void => {
    if (globalThis.document?.hidden || this.#listeners.size === 0) return;
    for (const [owner, position] of this.#known) {
      // Two events may say the same.
      if (this.#catching.has(owner)) continue;
      this.#catching.add(owner);
      this.#catchUp(owner, position)
        .catch(() => {})
        .finally(() => this.#catching.delete(owner));
    }
  };

  async #catchUp(owner: string, from: string): Promise<void> {
    const { continues, texts } = await this.arrivals(owner, from);
    const records: StoredRecord[] = [];
    for await (const text of texts) records.push(...(JSON.parse(text) as StoredRecord[]));
    if (continues && records.length === 0) return;
    for (const listener of this.#listeners) listener(owner, records, !continues);
  }

  /** Runs `work` on the open database; what the browser refuses becomes a `storage` error. */
  async #use<T>(work: (database: Database) => Promise<T>): Promise<T> {
    for (let isFirst = true; ; isFirst = false) {
      if (this.#closed) throw new LuminoraError("disposed", "This storage is closed.");
      this.#database ??= this.#open();
      const opening = this.#database;
      const database = await opening;
      try {
        return await work(database);
      } catch (error) {
        if (LuminoraError.isInstance(error)) throw error;
        // The connection went meanwhile, and nothing of a batch that was not finished is there: once more on another.
        const isLost = this.#database !== opening || lostNames.has((error as Error)?.name);
        if (!isFirst || !isLost || this.#closed) throw (await loaded()).storageError(error);
        if (this.#database === opening) this.#database = undefined;
        database.close();
      }
    }
  }

  #open(): Promise<Database> {
    const reset = () => {
      if (this.#database === opening) this.#database = undefined;
    };
    const opening = openDatabase(this.#name, reset, this.#wasOpen);
    opening.then(() => {
      this.#wasOpen = true;
    }, reset);
    return opening;
  }
}

/** Events of a page that may have missed something. */
const wakings = ["pageshow", "visibilitychange"];

/** How browsers say that a connection is of no use any more. */
const lostNames = new Set(["InvalidStateError", "AbortError", "UnknownError"]);

// Loaded when a database is opened: whoever keeps records elsewhere does not pay for it.
function loaded(): Promise<typeof import("./indexeddb-database.ts")> {
  return import("./indexeddb-database.ts");
}

async function openDatabase(name: string, lost: () => void, wasThere: boolean): Promise<Database> {
  let module: Awaited<ReturnType<typeof loaded>>;
  try {
    module = await loaded();
  } catch (cause) {
    throw new LuminoraError("storage", `A part of the library was not loaded: ${cause}`, { cause });
  }
  try {
    return await module.Database.open(name, lost, wasThere);
  } catch (error) {
    throw LuminoraError.isInstance(error) ? error : module.storageError(error);
  }
}

async function* textsOf(
  batches: Iterable<StoredRecord[]> | AsyncIterable<StoredRecord[]>,
): AsyncGenerator<string> {
  for await (const records of batches) yield JSON.stringify(records);
}
