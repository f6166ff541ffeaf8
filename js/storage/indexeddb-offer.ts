import type { Batch } from "./indexeddb-schema.ts";
import { erases, type StoredRecord } from "./storage.ts";
import { winners } from "./winners.ts";

/** More records than these are several rows. */
export const recordsInRow = 32;

/** A row has no more records when it has so many characters. */
export const charactersInRow = 1 << 16;

/** A batch as it was when it was offered: the caller may go on changing its objects. */
export interface Offer {
  /** The records, as the JSON text of an array. */
  readonly text: string;
  /** The same as a row, when all of them may be new and are few. */
  readonly batch: Batch | undefined;
  readonly erases: boolean;
  readonly replace: boolean;
}

/** Copies a batch, with nothing to be waited for. */
export function offerOf(owner: string, records: readonly StoredRecord[], replace: boolean): Offer {
  const text = JSON.stringify(records);
  const isRow =
    records.length > 0 &&
    records.length <= recordsInRow &&
    text.length <= charactersInRow &&
    winners(owner, new Map(), records).length === records.length;
  const ids = records.map(({ id }) => [owner, id] as const);
  return {
    text,
    batch: isRow ? { owner, ids, text } : undefined,
    erases: erases(records, { replace }),
    replace,
  };
}
