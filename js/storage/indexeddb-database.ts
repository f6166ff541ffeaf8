import type { IDBPDatabase } from "idb";
import { LuminoraError } from "../errors.ts";
import {
  batchesBehind,
  batchesOf,
  batchesWith,
  deleteBatches,
  firstBehind,
  type Page,
  pageOf,
  takeNumber,
  takeOut,
} from "./indexeddb-batches.ts";
import type { Offer } from "./indexeddb-offer.ts";
import { type Identity, openConnection } from "./indexeddb-open.ts";
import { type Batch, everythingOf, type Schema, type Transaction } from "./indexeddb-schema.ts";
import { listOf } from "./record-text.ts";
import type { RecordText } from "./storage.ts";
import { winners } from "./winners.ts";

/** From the number before a change up to its last one: nothing else came in between, of whatever owner. */
export interface Step {
  readonly from: number;
  readonly to: number;
}

/** What an append has changed: records, as the JSON text of an array. */
export interface Appended extends Step {
  readonly text: string;
}

/** What is read of a log first, and where the log ends. */
export interface FirstPage extends Page {
  /** Whether these are what came since the number that was asked for. */
  readonly continues: boolean;
  /** Whether the log has a beginning, without which nobody can go on from its end. */
  readonly isBegun: boolean;
  readonly end: number;
}

const strict = { durability: "strict" } as const;

/** An open connection to a database of the browser; one transaction for each call. */
export class Database {
  /** Undefined when the connection went before it could be read. */
  readonly identity: Identity | undefined;
  readonly #database: IDBPDatabase<Schema>;
  /** Whose logs have a beginning, unless another tab has erased all since. */
  readonly #begun = new Set<string>();

  private constructor(database: IDBPDatabase<Schema>, identity: Identity | undefined) {
    this.#database = database;
    this.identity = identity;
  }

  /** Opens a database: see {@link openConnection}. */
  static async open(name: string, lost: () => void, known: Identity | undefined): Promise<Database> {
    const { connection, identity } = await openConnection(name, lost, known);
    return new Database(connection, identity);
  }

  /** Keeps what wins, in one strict transaction; undefined: all of it was there. */
  async append(owner: string, offer: Offer): Promise<Appended | undefined> {
    const { batch, erases } = offer;
    const added = batch && !erases && this.#begun.has(owner) && (await this.#add(batch));
    return added || (await this.#merge(owner, offer));
  }

  /** Another view has erased an owner's log, or replaced it. */
  heard(owner: string): void {
    this.#begun.delete(owner);
  }

  /** Adds one row without waiting for what is there: ids are unique. Undefined: one of them is there, nothing is changed. */
  async #add(batch: Batch): Promise<Appended | undefined> {
    const transaction = this.#database.transaction("batches", "readwrite", strict);
    const added = transaction.store.add(batch);
    transaction.commit();
    try {
      const [number] = await Promise.all([added, transaction.done]);
      return { text: batch.text, from: number - 1, to: number };
    } catch (error) {
      const reason = await reasonOf(transaction, error);
      if (reason.name === "ConstraintError") return undefined;
      throw reason;
    }
  }

  /** Reads what is there of the same records, takes out what loses and adds what wins. */
  async #merge(owner: string, { records: offered, erases, replace }: Offer): Promise<Appended | undefined> {
    const transaction = this.#database.transaction(["batches", "logs", "caches"], "readwrite", strict);
    const batches = transaction.objectStore("batches");
    const logs = transaction.objectStore("logs");
    try {
      const [begun, found, number] = await Promise.all([
        logs.get(owner),
        replace ? new Map<number, RecordText[]>() : batchesWith(batches, owner, idsOf(offered)),
        // A log that begins here begins before what comes now.
        erases || !this.#begun.has(owner) ? takeNumber(batches, owner) : undefined,
        erases && transaction.objectStore("caches").delete(everythingOf(owner)),
        replace && deleteBatches(batches, owner),
      ]);
      const stored = new Map([...found.values()].flat().map((record) => [record.id, record]));
      const changed = winners(owner, stored, offered);
      const gone = new Set(idsOf(changed));
      const writes: Promise<unknown>[] = [...found].map((batch) => takeOut(batches, owner, batch, gone));
      const added = batchesOf(owner, changed).map((batch) => batches.add(batch));
      if (number !== undefined) writes.push(batches.delete(number));
      const begins = number !== undefined && changed.length > 0 && (erases || begun === undefined);
      if (begins) writes.push(logs.put(number, owner));
      else if (replace) writes.push(logs.delete(owner));
      transaction.commit();
      const [numbers] = await Promise.all([Promise.all(added), ...writes, transaction.done]);
      if (begins || (begun !== undefined && !replace)) this.#begun.add(owner);
      else this.#begun.delete(owner);
      const first = number ?? numbers[0];
      if (first === undefined || (changed.length === 0 && !replace)) return undefined;
      return { text: listOf(changed), from: first - 1, to: numbers.at(-1) ?? first };
    } catch (error) {
      throw await reasonOf(transaction, error);
    }
  }

  /** The first page of what came since a number, if that is of use; otherwise of all that there is. */
  async firstPage(owner: string, after = 0): Promise<FirstPage> {
    const transaction = this.#database.transaction(["batches", "logs"]);
    const batches = transaction.objectStore("batches");
    const [begun, newest] = await Promise.all([
      transaction.objectStore("logs").get(owner),
      batches.openKeyCursor(null, "prev"),
    ]);
    const end = Math.max(newest?.key ?? 0, begun ?? 0);
    const continues = begun !== undefined && begun <= after && after <= end;
    const first = await firstBehind(batches, owner, continues ? after : 0);
    const page = await pageOf(batches, owner, first ?? end + 1, end);
    if (begun !== undefined) this.#begun.add(owner);
    return { ...page, isBegun: begun !== undefined, continues, end };
  }

  /** The same, where what is read is to be gone on from. */
  async arrivals(owner: string, after: number): Promise<FirstPage> {
    const page = await this.firstPage(owner, after);
    if (page.isBegun || page.batches.length === 0) return page;
    // On a full disk all is read the next time, too.
    await this.#begin(owner).catch(() => {});
    return await this.firstPage(owner);
  }

  /** Has a log begin here. */
  async #begin(owner: string): Promise<void> {
    const transaction = this.#database.transaction(["batches", "logs"], "readwrite");
    const batches = transaction.objectStore("batches");
    const logs = transaction.objectStore("logs");
    const [begun, number] = await Promise.all([logs.get(owner), takeNumber(batches, owner)]);
    const writes: Promise<unknown>[] = [batches.delete(number)];
    if (begun === undefined) writes.push(logs.put(number, owner));
    await Promise.all([...writes, transaction.done]);
  }

  /** The batches of a log that follow on a page. */
  async page(owner: string, from: number, to: number): Promise<Page> {
    return await pageOf(this.#database.transaction("batches").store, owner, from, to);
  }

  /** What came behind a number, all at once. */
  async behind(owner: string, number: number): Promise<Batch[]> {
    return await batchesBehind(this.#database.transaction("batches").store, owner, number);
  }

  async owners(): Promise<string[]> {
    const owners: string[] = [];
    const index = this.#database.transaction("batches").store.index("owner");
    for (let cursor = await index.openKeyCursor(null, "nextunique"); cursor; cursor = await cursor.continue())
      owners.push(cursor.key);
    return owners.sort();
  }

  /** Removes all of an owner. */
  async erase(owner: string): Promise<Step> {
    this.#begun.delete(owner);
    const transaction = this.#database.transaction(["batches", "logs", "caches"], "readwrite", strict);
    const batches = transaction.objectStore("batches");
    const [number] = await Promise.all([
      takeNumber(batches, owner),
      deleteBatches(batches, owner),
      transaction.objectStore("logs").delete(owner),
      transaction.objectStore("caches").delete(everythingOf(owner)),
      transaction.done,
    ]);
    return { from: number - 1, to: number };
  }

  async cached(owner: string, name: string): Promise<Uint8Array | undefined> {
    return await this.#database.get("caches", [owner, name]);
  }

  /** Caches bytes; with a number only while the log still goes on from there. */
  async keep(owner: string, name: string, bytes: Uint8Array, number: number | undefined): Promise<void> {
    const transaction = this.#database.transaction(["logs", "caches"], "readwrite");
    const begun = number === undefined ? 0 : await transaction.objectStore("logs").get(owner);
    if (begun !== undefined && begun <= (number ?? 0))
      await transaction.objectStore("caches").put(bytes, [owner, name]);
    await transaction.done;
  }

  close(): void {
    this.#database.close();
  }
}

function idsOf(records: readonly RecordText[]): string[] {
  return [...new Set(records.map(({ id }) => id))];
}

/** Why a transaction failed, which is undone then: a failed request has done so already, a refused batch has not. */
async function reasonOf(
  transaction: Pick<Transaction<"readwrite">, "abort" | "done" | "error">,
  error: unknown,
): Promise<Error> {
  const aborted = transaction.done.catch(() => {});
  try {
    transaction.abort();
  } catch {}
  await aborted;
  return transaction.error ?? (error as Error);
}

/** What the browser refuses, as an error of this library. */
export function storageError(error: unknown): LuminoraError {
  const name = error instanceof Error ? error.name : "";
  return new LuminoraError("storage", `The browser's database failed: ${error}`, {
    cause: error,
    hint: hints[name] ?? again,
  });
}

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
