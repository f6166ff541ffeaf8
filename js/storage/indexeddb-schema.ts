import type { DBSchema, IDBPTransaction } from "idb";
import type { StoredRecord } from "./storage.ts";

/** What is in a database. */
export interface Schema extends DBSchema {
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

export type Stores = "records" | "caches" | "arrivals";
export type Transaction<Mode extends IDBTransactionMode> = IDBPTransaction<Schema, Stores[], Mode>;

/** All keys `[owner, text]`: an array sorts after every text. */
export function everythingOf(owner: string): IDBKeyRange {
  return IDBKeyRange.bound([owner], [owner, []]);
}
