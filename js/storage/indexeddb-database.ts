import { type IDBPDatabase, type IDBPObjectStore, openDB } from "idb";
import { LuminoraError } from "../errors.ts";
import {
  beginNumbering,
  changedSince,
  type Numbering,
  noteArrival,
  numberingOf,
  positionOf,
} from "./indexeddb-arrivals.ts";
import { everythingOf, type Schema, type Stores, type Transaction } from "./indexeddb-schema.ts";
import { erases, type StoredRecord } from "./storage.ts";
import { winners } from "./winners.ts";

/** The version of the schema; `tests/browser/golden/` has a database of each. */
const version = 3;

/** Other tabs have so long (ms) to let go of an older version, before that is an error. */
const patience = 3000;

const batchSize = 500;

/** From which position to which a log has moved. */
export interface Step {
  readonly before: string;
  readonly position: string;
}

/** What an append has changed. */
export interface Appended extends Step {
  readonly changed: StoredRecord[];
}

const strict = { durability: "strict" } as const;

/** An open connection to a database of the browser; one transaction for each call. */
export class Database {
  readonly #database: IDBPDatabase<Schema>;
  /** By owner, how many batches there are, unless another tab has added some since. */
  readonly #numberings = new Map<string, Numbering>();

  private constructor(database: IDBPDatabase<Schema>) {
    this.#database = database;
  }

  /**
   * Opens a database, and creates it when it is not there.
   *
   * @param lost called when the connection goes: another tab upgrades or deletes the database, or the browser takes it
   * @param wasThere whether it has been open before: then it is not created anew
   * @throws LuminoraError `storage`, when another tab does not let go of an older version, or everything was deleted
   */
  static async open(name: string, lost: () => void, wasThere: boolean): Promise<Database> {
    let deleted = false;
    let late: ReturnType<typeof setTimeout> | undefined;
    const opened = await new Promise<IDBPDatabase<Schema>>((resolve, reject) => {
      const opening = openDB<Schema>(name, version, {
        upgrade(database, before, _, transaction) {
          if (before === 0 && wasThere) {
            // What this page stores next would be all that there is. So it is left undone, and other pages find out, too.
            deleted = true;
            transaction.done.catch(() => {});
            transaction.abort();
            return;
          }
          if (before < 1) {
            const records = database.createObjectStore("records", { keyPath: ["owner", "id"] });
            records.createIndex("at", ["owner", "at"]);
          }
          if (before < 2) database.createObjectStore("caches");
          if (before < 3) database.createObjectStore("arrivals");
        },
        blocked() {
          late = setTimeout(() => {
            reject(
              new LuminoraError("storage", "Another tab keeps an older version open.", { hint: otherTabs }),
            );
            // Nobody waits any more.
            opening.then((database) => database.close()).catch(() => {});
          }, patience);
        },
        // What is under way is finished first.
        blocking(_current, _blocked, event) {
          lost();
          (event.target as IDBDatabase).close();
        },
        terminated: lost,
      });
      opening.then(resolve, (error) =>
        reject(deleted ? new LuminoraError("storage", "The database was deleted.", { hint: reload }) : error),
      );
    });
    clearTimeout(late);
    return new Database(opened);
  }

  /** Keeps what wins, in one strict transaction. */
  async append(owner: string, offered: readonly StoredRecord[], replace: boolean): Promise<Appended> {
    const numbering = this.#numberings.get(owner);
    const mayBeNew = numbering && offered.length > 0 && offered.length <= batchSize;
    const added = mayBeNew && !erases(offered, { replace }) && (await this.#add(owner, offered, numbering));
    return added || (await this.#merge(owner, offered, replace));
  }

  /** Another view has changed an owner's log. */
  heard(owner: string): void {
    this.#numberings.delete(owner);
  }

  /**
   * Adds records without waiting for what is there, which takes one message less; undefined, and nothing is changed, when one
   * of them is there already.
   */
  async #add(
    owner: string,
    offered: readonly StoredRecord[],
    numbering: Numbering,
  ): Promise<Appended | undefined> {
    const changed = winners(owner, new Map(), offered);
    const transaction = this.#database.transaction(["records", "arrivals"], "readwrite", strict);
    const store = transaction.objectStore("records");
    // All in one message. The number may be another tab's by now, or that of a log which is gone: then it counts for nothing.
    const present = numberingOf(transaction, owner);
    present.catch(() => {});
    const writes: Promise<unknown>[] = changed.map((record) => store.add(record));
    const next = noteArrival(transaction, owner, numbering, changed, writes);
    // For a batch that begins before this one has ended.
    this.#numberings.set(owner, next);
    try {
      await Promise.all(writes);
      const before = positionOf(await present);
      if (before !== positionOf(numbering)) throw new DOMException("The number is taken.", "ConstraintError");
      transaction.commit();
      await transaction.done;
      return { changed, before, position: positionOf(next) };
    } catch (error) {
      this.#numberings.delete(owner);
      const reason = await reasonOf(transaction, error);
      if (reason.name === "ConstraintError") return undefined;
      throw reason;
    }
  }

  /** Reads what is there of the same records, and writes what wins. */
  async #merge(owner: string, offered: readonly StoredRecord[], replace: boolean): Promise<Appended> {
    const dropped = erases(offered, { replace });
    const stores: Stores[] = dropped ? ["records", "caches", "arrivals"] : ["records", "arrivals"];
    const transaction = this.#database.transaction(stores, "readwrite", strict);
    const store = transaction.objectStore("records");
    const ids = [...new Set(offered.map((record) => record.id))];
    try {
      // Two messages to the database, one to read and one to write: each takes as long as a put.
      const [present, found] = await Promise.all([
        numberingOf(transaction, owner),
        replace ? [] : storedVersions(store, owner, ids),
        ...(dropped
          ? (["caches", "arrivals"] as const).map((name) =>
              transaction.objectStore(name).delete(everythingOf(owner)),
            )
          : []),
        ...(replace ? [store.delete(everythingOf(owner))] : []),
      ]);
      const stored = new Map(found.flatMap((record) => (record ? [[record.id, record]] : [])));
      const changed = winners(owner, stored, offered);
      const writes: Promise<unknown>[] = changed.map((record) => store.put(record));
      const kept = dropped ? undefined : present;
      const numbering = changed.length > 0 ? noteArrival(transaction, owner, kept, changed, writes) : kept;
      transaction.commit();
      await Promise.all([...writes, transaction.done]);
      if (numbering) this.#numberings.set(owner, numbering);
      return { changed, before: positionOf(present), position: positionOf(numbering) };
    } catch (error) {
      throw await reasonOf(transaction, error);
    }
  }

  /**
   * The next records by clock. Whole groups of one clock only, so that the clock of the last is where the next page
   * begins, and no transaction stays open while the caller works on a page.
   */
  async page(owner: string, after: string | undefined): Promise<StoredRecord[]> {
    const index = this.#database.transaction("records").store.index("at");
    const range =
      after === undefined ? everythingOf(owner) : IDBKeyRange.bound([owner, after], [owner, []], true, false);
    const page = await index.getAll(range, batchSize);
    const last = page.at(-1);
    if (!last || page.length < batchSize) return page;
    const group = await index.getAll(IDBKeyRange.only([owner, last.at]));
    return [...page.filter((record) => record.at !== last.at), ...group];
  }

  /** What has changed since a position; undefined when that is not known, or when it is much. */
  async arrivals(
    owner: string,
    after: string | undefined,
  ): Promise<{ since: StoredRecord[] | undefined; position: string }> {
    const transaction = this.#database.transaction(["records", "arrivals"], "readonly");
    let numbering = await numberingOf(transaction, owner);
    const since = after === undefined ? undefined : await changedSince(transaction, owner, numbering, after);
    await transaction.done;
    if (!since && !numbering) {
      // A log of an earlier version of the database has none yet.
      const transaction = this.#database.transaction(["records", "arrivals"], "readwrite");
      numbering = (await numberingOf(transaction, owner)) ?? (await beginNumbering(transaction, owner));
      await transaction.done;
    }
    return { since, position: positionOf(numbering) };
  }

  async owners(): Promise<string[]> {
    const store = this.#database.transaction("records").store;
    const owners: string[] = [];
    // From the first key of one owner straight to the first key of the next.
    let cursor = await store.openKeyCursor();
    while (cursor) {
      const [owner] = cursor.key;
      owners.push(owner);
      cursor = await store.openKeyCursor(IDBKeyRange.lowerBound([owner, []], true));
    }
    return owners.sort();
  }

  /** Removes all of an owner. */
  async erase(owner: string): Promise<Step> {
    const names: Stores[] = ["records", "caches", "arrivals"];
    this.#numberings.delete(owner);
    const transaction = this.#database.transaction(names, "readwrite", strict);
    const before = positionOf(await numberingOf(transaction, owner));
    const stores = names.map((name) => transaction.objectStore(name));
    await Promise.all([...stores.map((store) => store.delete(everythingOf(owner))), transaction.done]);
    return { before, position: positionOf(undefined) };
  }

  async cached(owner: string, name: string): Promise<Uint8Array | undefined> {
    return await this.#database.get("caches", [owner, name]);
  }

  /** Caches bytes; with a position only while the log goes on from there. */
  async keep(owner: string, name: string, bytes: Uint8Array, position: string | undefined): Promise<void> {
    const transaction = this.#database.transaction(["arrivals", "caches"], "readwrite");
    const numbering = position && (await transaction.objectStore("arrivals").get([owner, 0]));
    if (numbering === position?.split(":")[0])
      await transaction.objectStore("caches").put(bytes, [owner, name]);
    await transaction.done;
  }

  close(): void {
    this.#database.close();
  }
}

/** Why a transaction failed, which is undone then: a failed request has done so already, a refused batch has not. */
async function reasonOf(transaction: Transaction<"readwrite">, error: unknown): Promise<Error> {
  const aborted = transaction.done.catch(() => {});
  try {
    transaction.abort();
  } catch {}
  await aborted;
  return transaction.error ?? (error as Error);
}

/** The versions that are there of records with these ids, and perhaps others. */
async function storedVersions(
  store: IDBPObjectStore<Schema, Stores[], "records", "readwrite">,
  owner: string,
  ids: readonly string[],
): Promise<(StoredRecord | undefined)[]> {
  if (ids.length > batchSize) return await store.getAll(everythingOf(owner));
  return await Promise.all(ids.map((id) => store.get([owner, id])));
}

/** What the browser refuses, as an error of this library. */
export function storageError(error: unknown): LuminoraError {
  const name = error instanceof Error ? error.name : "";
  return new LuminoraError("storage", `The browser's database failed: ${error}`, {
    cause: error,
    hint: hints[name] ?? again,
  });
}

const otherTabs = "Close or reload the other tabs of this site, and try again.";
const reload =
  "The data of this site was cleared. Export what this page still knows, if it is to be kept; then reload the page.";
const again = "Nothing of it was kept: try again. If it fails again, reload the page.";
const unavailable =
  "This page may not store data here (a private window, blocked site data, a sandbox): allow it, or use memoryStorage() and export what is to be kept.";

const hints: Readonly<Record<string, string>> = {
  QuotaExceededError:
    "The browser's storage is full, and nothing of the batch was kept: free some space, or export and erase what is not needed; then try again.",
  VersionError: "A newer version of this library has written the database: reload the page.",
  UnknownError: "The browser cannot read its own database: free some disk space, or start the browser anew.",
  SecurityError: unavailable,
  InvalidStateError: unavailable,
  ReferenceError: unavailable,
  TypeError: unavailable,
};
