import type { DBSchema, IDBPDatabase, IDBPTransaction } from "idb";
import { LuminoraError } from "../errors.ts";
import {
  type Arrivals,
  type Cache,
  erases,
  type ScanOptions,
  type Storage,
  type StorageListener,
  type StoredRecord,
} from "./storage.ts";
import { winners } from "./winners.ts";

const batchSize = 500;

/** So many batches are known in the order in which they came; whoever knows fewer of them reads the whole log. */
const keptArrivals = 4096;

/** Records that are read one by one; more come as fast with all others. */
const fewRecords = 4096;

interface Schema extends DBSchema {
  records: {
    key: [owner: string, id: string];
    value: StoredRecord;
    indexes: { at: [owner: string, at: string] };
  };
  caches: { key: [owner: string, name: string]; value: Uint8Array };
  /**
   * Which records each batch changed, numbered from 1. Under 0 the name of the numbering, another one whenever something
   * is taken away for good.
   */
  arrivals: { key: [owner: string, number: number]; value: string | string[] };
}

type Stores = "records" | "caches" | "arrivals";
type Transaction<Mode extends IDBTransactionMode> = IDBPTransaction<Schema, Stores[], Mode>;

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
      const stores: Stores[] = dropped ? ["records", "caches", "arrivals"] : ["records", "arrivals"];
      const transaction = database.transaction(stores, "readwrite", { durability: "strict" });
      const store = transaction.objectStore("records");
      try {
        if (dropped) {
          await transaction.objectStore("caches").delete(everythingOf(owner));
          await transaction.objectStore("arrivals").delete(everythingOf(owner));
        }
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
        const puts = changed.map((record) => store.put(record));
        if (changed.length > 0) await noteArrival(transaction, owner, changed);
        await Promise.all([...puts, transaction.done]);
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

  async arrivals(owner: string, after?: string): Promise<Arrivals> {
    return await this.#use(async (database) => {
      const transaction = database.transaction(["records", "arrivals"], "readonly");
      let numbering = await numberingOf(transaction, owner);
      const since =
        after === undefined ? undefined : await changedSince(transaction, owner, numbering, after);
      await transaction.done;
      if (since) return { continues: true, position: positionOf(numbering), texts: textsOf([since]) };
      if (!numbering) {
        // A log of an earlier version of the database has none yet.
        const transaction = database.transaction(["records", "arrivals"], "readwrite");
        numbering = await beginNumbering(transaction, owner);
        await transaction.done;
      }
      return { continues: false, position: positionOf(numbering), texts: textsOf(this.scan(owner)) };
    });
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
      const names: Stores[] = ["records", "caches", "arrivals"];
      const transaction = database.transaction(names, "readwrite", { durability: "strict" });
      const stores = names.map((name) => transaction.objectStore(name));
      await Promise.all([...stores.map((store) => store.delete(everythingOf(owner))), transaction.done]);
    });
    this.#tell({ owner, records: [], replaced: true });
  }

  cache(owner: string): Cache {
    return {
      get: (name) => this.#use((database) => database.get("caches", [owner, name])),
      put: (name, bytes, { position } = {}) =>
        this.#use(async (database) => {
          const transaction = database.transaction(["arrivals", "caches"], "readwrite");
          const numbering = position && (await transaction.objectStore("arrivals").get([owner, 0]));
          if (numbering === position?.split(":")[0])
            await transaction.objectStore("caches").put(bytes, [owner, name]);
          await transaction.done;
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
          openDB<Schema>(this.#name, 3, {
            upgrade(database, before) {
              if (before < 1) {
                const records = database.createObjectStore("records", { keyPath: ["owner", "id"] });
                records.createIndex("at", ["owner", "at"]);
              }
              if (before < 2) database.createObjectStore("caches");
              if (before < 3) database.createObjectStore("arrivals");
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

/** The name of an owner's numbering of batches, and the number of the last. */
interface Numbering {
  readonly name: string;
  readonly last: number;
}

async function numberingOf(
  transaction: Transaction<IDBTransactionMode>,
  owner: string,
): Promise<Numbering | undefined> {
  const store = transaction.objectStore("arrivals");
  const [name, last] = await Promise.all([
    store.get([owner, 0]),
    store.openKeyCursor(everythingOf(owner), "prev"),
  ]);
  return typeof name === "string" && last ? { name, last: last.key[1] } : undefined;
}

/** Begins to number an owner's batches, if there are records. */
async function beginNumbering(
  transaction: Transaction<"readwrite">,
  owner: string,
): Promise<Numbering | undefined> {
  const present = await numberingOf(transaction, owner);
  if (present || !(await transaction.objectStore("records").getKey(everythingOf(owner)))) return present;
  const name = [...crypto.getRandomValues(new Uint8Array(8))]
    .map((byte) => byte.toString(16).padStart(2, "0"))
    .join("");
  await transaction.objectStore("arrivals").put(name, [owner, 0]);
  return { name, last: 0 };
}

/** Notes which records a batch changed. After a large one the numbering begins anew: all is read again anyway. */
async function noteArrival(
  transaction: Transaction<"readwrite">,
  owner: string,
  changed: readonly StoredRecord[],
): Promise<void> {
  const store = transaction.objectStore("arrivals");
  if (changed.length > fewRecords) await store.delete(everythingOf(owner));
  const numbering = await beginNumbering(transaction, owner);
  if (!numbering || changed.length > fewRecords) return;
  const number = numbering.last + 1;
  const writes: Promise<unknown>[] = [
    store.put(
      changed.map(({ id }) => id),
      [owner, number],
    ),
  ];
  if (number % keptArrivals === 0)
    writes.push(store.delete(IDBKeyRange.bound([owner, 1], [owner, number - keptArrivals])));
  await Promise.all(writes);
}

/** The records that changed since a position; undefined when that is not known, or they are many. */
async function changedSince(
  transaction: Transaction<IDBTransactionMode>,
  owner: string,
  numbering: Numbering | undefined,
  position: string,
): Promise<StoredRecord[] | undefined> {
  const [name, number] = position.split(":") as [string, string];
  const from = Number(number);
  if (!numbering || numbering.name !== name || !(from >= 0 && from <= numbering.last)) return undefined;
  const range = IDBKeyRange.bound([owner, from + 1], [owner, []]);
  const batches = await transaction.objectStore("arrivals").getAll(range, keptArrivals);
  const ids = new Set(batches.flat());
  if (batches.length !== numbering.last - from || ids.size > fewRecords) return undefined;
  const store = transaction.objectStore("records");
  const records = await Promise.all([...ids].map((id) => store.get([owner, id])));
  return records.filter((record) => record !== undefined);
}

function positionOf(numbering: Numbering | undefined): string {
  return `${numbering?.name ?? ""}:${numbering?.last ?? 0}`;
}

async function* textsOf(
  batches: Iterable<StoredRecord[]> | AsyncIterable<StoredRecord[]>,
): AsyncGenerator<string> {
  for await (const records of batches) yield JSON.stringify(records);
}

/** All keys `[owner, text]`: an array sorts after every text. */
function everythingOf(owner: string): IDBKeyRange {
  return IDBKeyRange.bound([owner], [owner, []]);
}
