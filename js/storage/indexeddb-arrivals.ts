import { hex } from "../hex.ts";
import { everythingOf, type Transaction } from "./indexeddb-schema.ts";
import type { StoredRecord } from "./storage.ts";

/** So many batches are known in the order in which they came; whoever knows fewer of them reads the whole log. */
const keptArrivals = 4096;

/** Records that are read one by one; more come as fast with all others. */
const fewRecords = 4096;

/** The name of an owner's numbering of batches, and the number of the last. */
export interface Numbering {
  readonly name: string;
  readonly last: number;
}

/** The numbering of an owner; undefined: nothing was numbered yet. */
export async function numberingOf(
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

/** Begins to number an owner's batches, if there are records: a log of an earlier version has no numbers. */
export async function beginNumbering(
  transaction: Transaction<"readwrite">,
  owner: string,
): Promise<Numbering | undefined> {
  if (!(await transaction.objectStore("records").getKey(everythingOf(owner)))) return undefined;
  const numbering = newNumbering();
  await transaction.objectStore("arrivals").put(numbering.name, [owner, 0]);
  return numbering;
}

/**
 * Notes which records a batch changed, behind the `present` numbering, and adds what it writes to `writes`. After a large
 * batch the numbering begins anew: all is read again anyway.
 */
export function noteArrival(
  transaction: Transaction<"readwrite">,
  owner: string,
  present: Numbering | undefined,
  changed: readonly StoredRecord[],
  writes: Promise<unknown>[],
): Numbering {
  const store = transaction.objectStore("arrivals");
  const isLarge = changed.length > fewRecords;
  if (isLarge) writes.push(store.delete(everythingOf(owner)));
  const numbering = (!isLarge && present) || newNumbering();
  if (numbering !== present) writes.push(store.put(numbering.name, [owner, 0]));
  if (isLarge) return numbering;
  const number = numbering.last + 1;
  writes.push(
    store.put(
      changed.map(({ id }) => id),
      [owner, number],
    ),
  );
  // Whoever is so far behind reads everything.
  if (number % keptArrivals === 0)
    writes.push(store.delete(IDBKeyRange.bound([owner, 1], [owner, number - keptArrivals])));
  return { name: numbering.name, last: number };
}

function newNumbering(): Numbering {
  return { name: hex(crypto.getRandomValues(new Uint8Array(8))), last: 0 };
}

/** The records that changed since a position; undefined when that is not known, or they are many. */
export async function changedSince(
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

/** A numbering as the position that callers know. */
export function positionOf(numbering: Numbering | undefined): string {
  return `${numbering?.name ?? ""}:${numbering?.last ?? 0}`;
}
