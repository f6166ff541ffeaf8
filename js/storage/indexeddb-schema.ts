import type { DBSchema, IDBPObjectStore, IDBPTransaction } from "idb";

/** The version of the schema; `tests/browser/golden/` has a database of each. Tabs tell each other what is of their own. */
export const version = 4;

/** What is in a database. */
export interface Schema extends DBSchema {
  /** By number: in the order in which they came, those of all owners. */
  batches: { key: number; value: Batch; indexes: { ids: [owner: string, id: string]; owner: string } };
  /**
   * By owner, the number where its log began anew: when something was last taken away for good. What is known from before
   * is of no use. Not there: nobody has asked yet, or all was erased.
   */
  logs: { key: string; value: number };
  caches: { key: [owner: string, name: string]; value: Uint8Array };
}

/** In `logs`, no owner's: a number that no other database has. */
export const identityKey = [] as unknown as string;

/** A batch, or a part of a large one. No record is in two of them: `ids` are unique. */
export interface Batch {
  /**
   * Given by the browser. Greater than all before, and given once only, whatever became of the batch: what came since a
   * number is behind it.
   */
  readonly number?: number;
  readonly owner: string;
  readonly ids: readonly (readonly [owner: string, id: string])[];
  /** The records, as the JSON text of an array: it is read as it is. */
  readonly text: string;
}

export type Stores = "batches" | "logs" | "caches";
export type Transaction<Mode extends IDBTransactionMode> = IDBPTransaction<Schema, Stores[], Mode>;
export type BatchStore<Mode extends IDBTransactionMode> = IDBPObjectStore<Schema, Stores[], "batches", Mode>;

/** All keys `[owner, text]`: an array sorts after every text. */
export function everythingOf(owner: string): IDBKeyRange {
  return IDBKeyRange.bound([owner], [owner, []]);
}
