import { charactersInRow, recordsInRow, rowOf } from "./indexeddb-offer.ts";
import type { Batch, BatchStore } from "./indexeddb-schema.ts";
import { toText } from "./record-text.ts";
import type { RecordText, StoredRecord } from "./storage.ts";

/** So many batches are read at once. */
const pageSize = 128;

/** So many ids are looked up at once. */
const idsAtOnce = 1000;

/** Records as the rows in which they are kept. */
export function batchesOf(owner: string, records: readonly RecordText[]): Batch[] {
  const batches: Batch[] = [];
  let start = 0;
  let characters = 0;
  for (const [index, { text }] of records.entries()) {
    characters += text.length;
    const end = index + 1;
    const isFull = end - start >= recordsInRow || characters >= charactersInRow;
    if (!isFull && end < records.length) continue;
    batches.push(rowOf(owner, records.slice(start, end)));
    start = end;
    characters = 0;
  }
  return batches;
}

/** Takes the next number for something that leaves no batch: it is to be deleted in the same transaction. */
export function takeNumber(store: BatchStore<"readwrite">, owner: string): Promise<number> {
  return store.add({ owner, ids: [], text: "[]" });
}

/** The records of a batch. */
export function recordsIn({ text }: Batch): RecordText[] {
  return (JSON.parse(text) as StoredRecord[]).map(toText);
}

/** The batches that hold records with these ids, by number. */
export async function batchesWith(
  store: BatchStore<"readwrite">,
  owner: string,
  ids: readonly string[],
): Promise<Map<number, RecordText[]>> {
  const numbers = new Set<number>();
  // A log that is brought into an empty database need not be looked for record by record.
  if (ids.length > idsAtOnce && (await store.index("owner").getKey(owner)) === undefined) return new Map();
  for (let start = 0; start < ids.length; start += idsAtOnce) {
    const some = ids.slice(start, start + idsAtOnce);
    for (const number of await Promise.all(some.map((id) => store.index("ids").getKey([owner, id]))))
      if (number !== undefined) numbers.add(number);
  }
  const batches = new Map<number, RecordText[]>();
  const found = await Promise.all([...numbers].map((number) => store.get(number)));
  for (const batch of found) if (batch?.number) batches.set(batch.number, recordsIn(batch));
  return batches;
}

/** Takes the records with these ids out of a batch, if it holds any of them. */
export async function takeOut(
  store: BatchStore<"readwrite">,
  owner: string,
  [number, records]: readonly [number, readonly RecordText[]],
  gone: ReadonlySet<string>,
): Promise<void> {
  const left = records.filter(({ id }) => !gone.has(id));
  if (left.length === records.length) return;
  const [batch] = batchesOf(owner, left);
  if (batch) await store.put({ ...batch, number });
  else await store.delete(number);
}

/** Deletes all of an owner's batches, those that the transaction itself has added before included. */
export async function deleteBatches(store: BatchStore<"readwrite">, owner: string): Promise<void> {
  const numbers = await store.index("owner").getAllKeys(owner);
  const deleted: Promise<void>[] = [];
  for (let start = 0, index = 0; index < numbers.length; index++) {
    const number = numbers[index] as number;
    // Others may have batches in between.
    if (numbers[index + 1] === number + 1) continue;
    deleted.push(store.delete(IDBKeyRange.bound(numbers[start] as number, number)));
    start = index + 1;
  }
  await Promise.all(deleted);
}

/** Some of an owner's batches, and the number from which on there are more of them. */
export interface Page {
  readonly batches: readonly Batch[];
  readonly next: number | undefined;
}

/** An owner's next batches, from a number on up to another. */
export async function pageOf(
  store: BatchStore<IDBTransactionMode>,
  owner: string,
  from: number,
  to: number,
): Promise<Page> {
  if (from > to) return { batches: [], next: undefined };
  const read = await store.getAll(IDBKeyRange.bound(from, to), pageSize);
  const last = read.at(-1);
  const batches = read.filter((batch) => batch.owner === owner);
  if (last?.number === undefined || read.length < pageSize) return { batches, next: undefined };
  // Past those of others without reading them.
  const next = last.owner === owner ? last.number + 1 : await firstBehind(store, owner, last.number);
  return { batches, next: next !== undefined && next <= to ? next : undefined };
}

/** An owner's batches behind a number, all at once. */
export async function batchesBehind(
  store: BatchStore<IDBTransactionMode>,
  owner: string,
  number: number,
): Promise<Batch[]> {
  const read = await store.getAll(IDBKeyRange.lowerBound(number, true));
  return read.filter((batch) => batch.owner === owner);
}

/** The number of an owner's first batch behind another number. */
export async function firstBehind(
  store: BatchStore<IDBTransactionMode>,
  owner: string,
  number: number,
): Promise<number | undefined> {
  const cursor = await store.index("owner").openKeyCursor(owner);
  if (!cursor || cursor.primaryKey > number) return cursor?.primaryKey;
  return (await cursor.continuePrimaryKey(owner, number + 1))?.primaryKey;
}
