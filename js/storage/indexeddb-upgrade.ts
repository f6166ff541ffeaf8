import type { DBSchema, IDBPDatabase, IDBPObjectStore, IDBPTransaction } from "idb";
import { batchesOf } from "./indexeddb-batches.ts";
import type { Schema, Stores } from "./indexeddb-schema.ts";
import { toText } from "./record-text.ts";
import type { StoredRecord } from "./storage.ts";

/** So many records are moved at once. */
const pageSize = 500;

/** The stores of the versions 1 to 3 that are no more: a record was a row, and version 3 noted what each batch changed. */
interface Before extends DBSchema {
  records: {
    key: [owner: string, id: string];
    value: StoredRecord;
    indexes: { at: [owner: string, at: string] };
  };
  arrivals: { key: [owner: string, number: number]; value: string | string[] };
}

/**
 * Moves all records into batches, in the transaction that upgrades the database. Page by page, in the order of their
 * clocks: what was written together stays together.
 */
export async function moveRecords(
  database: IDBPDatabase<Schema>,
  transaction: IDBPTransaction<Schema, Stores[], "versionchange">,
  before: number,
): Promise<void> {
  const old = transaction as unknown as IDBPTransaction<Before, ["records"], "versionchange">;
  const batches = transaction.objectStore("batches");
  for await (const records of pages(old.objectStore("records"))) {
    const owners = [...new Set(records.map(({ owner }) => owner))];
    const moved = owners.flatMap((of) =>
      batchesOf(of, records.filter(({ owner }) => owner === of).map(toText)),
    );
    await Promise.all(moved.map((batch) => batches.add(batch)));
  }
  const stores = database as unknown as IDBPDatabase<Before>;
  stores.deleteObjectStore("records");
  if (before > 2) stores.deleteObjectStore("arrivals");
}

/** All records, in groups of one owner and clock that are never torn. */
async function* pages(
  store: IDBPObjectStore<Before, ["records"], "records", "versionchange">,
): AsyncGenerator<StoredRecord[]> {
  const index = store.index("at");
  for (let behind: IDBKeyRange | undefined; ; ) {
    const page = await index.getAll(behind, pageSize);
    const last = page.at(-1);
    if (!last) return;
    const group = await index.getAll(IDBKeyRange.only([last.owner, last.at]));
    yield [...page.filter(({ owner, at }) => owner !== last.owner || at !== last.at), ...group];
    behind = IDBKeyRange.lowerBound([last.owner, last.at], true);
  }
}
