import type { DBSchema, IDBPDatabase } from "idb";
import { LuminoraError } from "../errors.ts";
import {
  type Cache,
  erases,
  type ScanOptions,
  type Storage,
  type StorageListener,
  type StoredRecord,
} from "./storage.ts";
import { winners } from "./winners.ts";

const batchSize = 500;

interface Schema extends DBSchema {
  records: {
    key: [owner: string, id: string];
    value: StoredRecord;
    indexes: { at: [owner: string, at: string] };
  };
  caches: { key: [owner: string, name: string]; value: Uint8Array };
}

/** What the views of one database tell each other. */
interface Change {
  readonly owner: string;
  readonly records: readonly StoredRecord[];
  readonly replaced: boolean;
}

/**
 * Keeps records in the browser's database `name`. Every batch is one strict transaction; other tabs of the origin
 * hear of it through a BroadcastChannel of the same name.
 */
export function indexedDbStorage(options: { name?: string } = {}): Storage {
  return new IndexedDbStorage(options.name ?? "luminoracore");
}

class IndexedDbStorage implements Storage {
  readonly #name: string;
  readonly #channel: BroadcastChannel;
  readonly #listeners = new Set<StorageListener>();
  #database: Promise<IDBPDatabase<Schema>> | undefined;
  #closed = false;

  constructor(name: string) {
    this.#name = name;
    this.#channel = new BroadcastChannel(`luminoracore:${name}`);
    this.#channel.onmessage = ({ data }: MessageEvent<Change>) => {
      for (const listener of this.#listeners) listener(data.owner, data.records, data.replaced);
    };
  }

  async append(
    owner: string,
    records: readonly StoredRecord[],
    { replace = false }: { replace?: boolean } = {},
  ): Promise<void> {
    // Copied before the first wait: the caller may go on changing its objects.
    const offered = structuredClone(records);
    const changed = await this.#use(async (database) => {
      const dropped = erases(offered, { replace });
      const stores: ("records" | "caches")[] = dropped ? ["records", "caches"] : ["records"];
      const transaction = database.transaction(stores, "readwrite", { durability: "strict" });
      const store = transaction.objectStore("records");
      try {
        if (dropped) await transaction.objectStore("caches").delete(everythingOf(owner));
        const stored = new Map<string, StoredRecord>();
        if (replace) {
          await store.delete(everythingOf(owner));
        } else {
          const ids = [...new Set(offered.map((record) => record.id))];
          const found =
            ids.length > batchSize
              ? await store.getAll(everythingOf(owner))
              : await Promise.all(ids.map((id) => store.get([owner, id])));
          for (const record of found) if (record) stored.set(record.id, record);
        }
        const changed = winners(owner, stored, offered);
        await Promise.all([...changed.map((record) => store.put(record)), transaction.done]);
        return changed;
      } catch (error) {
        // A failed request has aborted the transaction already; a refused batch has not.
        transaction.done.catch(() => {});
        try {
          transaction.abort();
        } catch {}
        throw error;
      }
    });
    if (replace || changed.length > 0) this.#tell({ owner, records: changed, replaced: replace });
  }

  async *scan(owner: string, { since, kinds }: ScanOptions = {}): AsyncGenerator<StoredRecord[]> {
    let after = since;
    for (;;) {
      const page = await this.#use((database) => readPage(database, owner, after));
      const last = page.at(-1);
      if (!last) return;
      after = last.at;
      const chosen = kinds ? page.filter((record) => kinds.includes(record.kind)) : page;
      if (chosen.length > 0) yield chosen;
    }
  }

  async owners(): Promise<string[]> {
    return this.#use(async (database) => {
      const store = database.transaction("records").store;
      const owners: string[] = [];
      // From the first key of one owner straight to the first key of the next.
      let cursor = await store.openKeyCursor();
      while (cursor) {
        const [owner] = cursor.key;
        owners.push(owner);
        cursor = await store.openKeyCursor(IDBKeyRange.lowerBound([owner, []], true));
      }
      return owners.sort();
    });
  }

  async erase(owner: string): Promise<void> {
    await this.#use(async (database) => {
      const transaction = database.transaction(["records", "caches"], "readwrite", { durability: "strict" });
      const stores = [transaction.objectStore("records"), transaction.objectStore("caches")];
      await Promise.all([...stores.map((store) => store.delete(everythingOf(owner))), transaction.done]);
    });
    this.#tell({ owner, records: [], replaced: true });
  }

  cache(owner: string): Cache {
    return {
      get: (name) => this.#use((database) => database.get("caches", [owner, name])),
      put: (name, bytes) =>
        this.#use(async (database) => {
          await database.put("caches", bytes, [owner, name]);
        }),
    };
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
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
    if (!this.#closed) this.#channel.postMessage(change);
  }

  /** Runs `work` on the open database; what the browser refuses becomes a `storage` error. */
  async #use<T>(work: (database: IDBPDatabase<Schema>) => Promise<T>): Promise<T> {
    if (this.#closed) throw new LuminoraError("disposed", "This storage is closed.");
    try {
      this.#database ??= this.#open();
      return await work(await this.#database);
    } catch (error) {
      if (LuminoraError.isInstance(error)) throw error;
      const name = error instanceof Error ? error.name : "";
      throw new LuminoraError("storage", `The browser's database failed: ${error}`, {
        cause: error,
        hint: hints[name],
      });
    }
  }

  #open(): Promise<IDBPDatabase<Schema>> {
    const reset = () => {
      if (this.#database === opening) this.#database = undefined;
    };
    const opening = new Promise<IDBPDatabase<Schema>>((resolve, reject) => {
      // Loaded when a database is opened: whoever keeps records elsewhere does not pay for it.
      import("idb")
        .then(({ openDB }) =>
          openDB<Schema>(this.#name, 2, {
            upgrade(database, before) {
              if (before < 1) {
                const records = database.createObjectStore("records", { keyPath: ["owner", "id"] });
                records.createIndex("at", ["owner", "at"]);
              }
              if (before < 2) database.createObjectStore("caches");
            },
            blocked() {
              reject(
                new LuminoraError("storage", "Another tab keeps an older version of the database open.", {
                  hint: "Close or reload the other tabs of this site.",
                }),
              );
            },
            // Another tab upgrades or deletes the database: let it, and open again when next used.
            blocking(_current, _blocked, event) {
              reset();
              (event.target as IDBDatabase).close();
            },
            terminated: reset,
          }),
        )
        .then((database) => {
          // Nobody waits any more after `blocked`: let go.
          if (this.#database !== opening) database.close();
          resolve(database);
        }, reject);
    });
    opening.catch(reset);
    return opening;
  }
}

const hints: Readonly<Record<string, string>> = {
  QuotaExceededError:
    "The browser's storage is full: free some space, or export and erase what is not needed.",
  VersionError: "A newer version of this library has written the database: reload the page.",
  SecurityError: "This page may not store data here: use memoryStorage().",
};

/**
 * The next records by clock. Whole groups of one clock only, so that the clock of the last is where the next page
 * begins, and no transaction stays open while the caller works on a page.
 */
async function readPage(
  database: IDBPDatabase<Schema>,
  owner: string,
  after: string | undefined,
): Promise<StoredRecord[]> {
  const index = database.transaction("records").store.index("at");
  const range =
    after === undefined ? everythingOf(owner) : IDBKeyRange.bound([owner, after], [owner, []], true, false);
  const page = await index.getAll(range, batchSize);
  const last = page.at(-1);
  if (!last || page.length < batchSize) return page;
  const group = await index.getAll(IDBKeyRange.only([owner, last.at]));
  return [...page.filter((record) => record.at !== last.at), ...group];
}

/** All keys `[owner, text]`: an array sorts after every text. */
function everythingOf(owner: string): IDBKeyRange {
  return IDBKeyRange.bound([owner], [owner, []]);
}
