import { LuminoraError } from "../errors.ts";
import type { Appended, Database, FirstPage } from "./indexeddb-database.ts";
import { offerOf } from "./indexeddb-offer.ts";
import type { Identity } from "./indexeddb-open.ts";
import { type Batch, version } from "./indexeddb-schema.ts";
import { toText } from "./record-text.ts";
import type {
  AppendOptions,
  Arrivals,
  Cache,
  RecordText,
  ScanOptions,
  Storage,
  StorageListener,
  StoredRecord,
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
interface Change extends Appended {
  readonly owner: string;
  readonly replaced: boolean;
}

/**
 * Keeps records in the browser's database `name`. Every batch is one strict transaction; other tabs of the origin
 * hear of it through a BroadcastChannel, and a tab that was asleep looks for itself.
 */
export function indexedDbStorage(options: IndexedDbOptions = {}): Storage {
  return new IndexedDbStorage(options);
}

class IndexedDbStorage implements Storage {
  readonly #name: string;
  /** Absent where the environment has none: then other tabs are heard when this one wakes. */
  readonly #channel: BroadcastChannel | undefined;
  readonly #listeners = new Set<StorageListener>();
  /** By owner, up to which number the listeners know the log at least. */
  readonly #known = new Map<string, number>();
  readonly #catching = new Set<string>();
  readonly #untold: Change[] = [];
  #database: Promise<Database> | undefined;
  /** Of the database that was open. */
  #identity: Identity | undefined;
  #persist: boolean;
  #closed = false;

  constructor({ name = "luminoracore", persist = false }: IndexedDbOptions) {
    this.#name = name;
    this.#persist = persist;
    if (globalThis.BroadcastChannel) {
      this.#channel = new BroadcastChannel(`luminoracore:${version}:${name}`);
      this.#channel.onmessage = ({ data }: MessageEvent<Change>) => this.#hear(data);
    }
    for (const event of wakings) globalThis.addEventListener?.(event, this.#wake);
  }

  async append(owner: string, records: readonly StoredRecord[], options?: AppendOptions): Promise<void> {
    await this.appendTexts(owner, records.map(toText), options);
  }

  async appendTexts(
    owner: string,
    records: readonly RecordText[],
    options: AppendOptions = {},
  ): Promise<void> {
    const { replace = false } = options;
    const offer = offerOf(owner, records, options);
    const appended = await this.#use((database) => database.append(owner, offer));
    if (appended) this.#tell({ owner, replaced: replace, ...appended });
    if (!this.#persist) return;
    this.#persist = false;
    // What is refused, or not known here, is as before.
    globalThis.navigator?.storage?.persist?.().catch(() => {});
  }

  async *scan(owner: string, { since, kinds }: ScanOptions = {}): AsyncGenerator<StoredRecord[]> {
    const first = await this.#use((database) => database.firstPage(owner));
    for await (const batches of this.#pages(owner, first)) {
      const chosen = batches
        .flatMap(({ text }) => JSON.parse(text) as StoredRecord[])
        .filter(({ at, kind }) => (since === undefined || at > since) && (!kinds || kinds.includes(kind)));
      if (chosen.length > 0) yield chosen;
    }
  }

  async arrivals(owner: string, after?: string): Promise<Arrivals> {
    const first = await this.#use((database) => database.arrivals(owner, Number(after)));
    const { continues, end } = first;
    // Whoever asks only where the log ends has not heard of what came before.
    if (!this.#known.has(owner)) this.#known.set(owner, end);
    return { continues, position: String(end), texts: textsOf(this.#pages(owner, first)) };
  }

  /**
   * The batches of a log. What was changed while a long one was read is behind where it ended: there it is once more, because
   * it was perhaps taken away from where it had not been read yet.
   */
  async *#pages(owner: string, { end, ...first }: FirstPage): AsyncGenerator<readonly Batch[]> {
    let { batches, next } = first;
    if (batches.length > 0) yield batches;
    if (next === undefined) return;
    while (next !== undefined) {
      const from: number = next;
      const page = await this.#use((database) => database.page(owner, from, end));
      ({ batches, next } = page);
      if (batches.length > 0) yield batches;
    }
    const later = await this.#use((database) => database.behind(owner, end));
    if (later.length > 0) yield later;
  }

  owners(): Promise<string[]> {
    return this.#use((database) => database.owners());
  }

  async erase(owner: string): Promise<void> {
    const step = await this.#use((database) => database.erase(owner));
    this.#tell({ owner, text: "[]", replaced: true, ...step });
  }

  cache(owner: string): Cache {
    return {
      get: (name) => this.#use((database) => database.cached(owner, name)),
      put: (name, bytes, { position } = {}) =>
        this.#use((database) =>
          database.keep(owner, name, bytes, position === undefined ? undefined : Number(position)),
        ),
    };
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    for (const event of wakings) globalThis.removeEventListener?.(event, this.#wake);
    this.#listeners.clear();
    this.#post();
    this.#channel?.close();
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
    this.#untold.push(change);
    waitersGone().then(() => this.#post());
  }

  #post(): void {
    for (const change of this.#untold.splice(0)) this.#channel?.postMessage(change);
  }

  #hear(change: Change): void {
    if (change.replaced) this.#database?.then((database) => database.heard(change.owner)).catch(() => {});
    this.#follow(change);
    if (this.#listeners.size === 0) return;
    const records: StoredRecord[] = JSON.parse(change.text);
    for (const listener of this.#listeners) listener(change.owner, records, change.replaced);
  }

  /**
   * Only step by step, whosever log a step changes: whoever has missed one stays where it was, until it looks for itself.
   */
  #follow({ from, to }: Change): void {
    for (const [owner, number] of this.#known) if (number === from) this.#known.set(owner, to);
  }

  /**
   * A page that was put aside hears nothing meanwhile, and nobody hears of the last batch of a tab that died. When this
   * one is shown again, it reads what it has missed.
   */
  readonly #wake = (): void => {
    if (globalThis.document?.hidden || this.#listeners.size === 0) return;
    for (const [owner, number] of this.#known) {
      // Two events may say the same.
      if (this.#catching.has(owner)) continue;
      this.#catching.add(owner);
      this.#catchUp(owner, String(number))
        .catch(() => {})
        .finally(() => this.#catching.delete(owner));
    }
  };

  async #catchUp(owner: string, from: string): Promise<void> {
    const { continues, position, texts } = await this.arrivals(owner, from);
    const records: StoredRecord[] = [];
    for await (const text of texts) records.push(...(JSON.parse(text) as StoredRecord[]));
    this.#known.set(owner, Number(position));
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
    const opening = openDatabase(this.#name, reset, this.#identity);
    opening.then(({ identity }) => {
      this.#identity ??= identity;
    }, reset);
    return opening;
  }
}

/**
 * Resolves in this task, but behind those who wait for what was just done: to tell other tabs takes a tenth of what storing
 * takes.
 */
async function waitersGone(): Promise<void> {
  for (let turn = 0; turn < 8; turn++) await undefined;
}

/** Events of a page that may have missed something. */
const wakings = ["pageshow", "visibilitychange"];

/** How browsers say that a connection is of no use any more. */
const lostNames = new Set(["InvalidStateError", "AbortError", "UnknownError"]);

// Loaded when a database is opened: whoever keeps records elsewhere does not pay for it.
function loaded(): Promise<typeof import("./indexeddb-database.ts")> {
  return import("./indexeddb-database.ts");
}

async function openDatabase(name: string, lost: () => void, known: Identity | undefined): Promise<Database> {
  let module: Awaited<ReturnType<typeof loaded>>;
  try {
    module = await loaded();
  } catch (cause) {
    throw new LuminoraError("storage", `A part of the library was not loaded: ${cause}`, { cause });
  }
  try {
    return await module.Database.open(name, lost, known);
  } catch (error) {
    throw LuminoraError.isInstance(error) ? error : module.storageError(error);
  }
}

/** Of each page one text: those of the batches are arrays. */
async function* textsOf(pages: AsyncIterable<readonly Batch[]>): AsyncGenerator<string> {
  for await (const batches of pages) yield `[${batches.map(({ text }) => text.slice(1, -1)).join()}]`;
}
