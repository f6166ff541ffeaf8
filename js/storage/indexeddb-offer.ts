import type { Batch } from "./indexeddb-schema.ts";
import { listOf } from "./record-text.ts";
import { type AppendOptions, erases, type RecordText } from "./storage.ts";
import { winners } from "./winners.ts";

/** More records than these are several rows. */
export const recordsInRow = 32;

/** A row has no more records when it has so many characters. */
export const charactersInRow = 1 << 16;

/** A batch as it is offered. */
export interface Offer {
  readonly records: readonly RecordText[];
  /** The same as a row, when all of them may be new and are few. */
  readonly batch: Batch | undefined;
  readonly erases: boolean;
  readonly replace: boolean;
}

/** What is to be known of a batch before anything is asked of the database. */
export function offerOf(
  owner: string,
  records: readonly RecordText[],
  { replace = false }: AppendOptions,
): Offer {
  const isRow =
    records.length > 0 &&
    records.length <= recordsInRow &&
    records.reduce((sum, { text }) => sum + text.length, 0) <= charactersInRow &&
    winners(owner, new Map(), records).length === records.length;
  return {
    records,
    batch: isRow ? rowOf(owner, records) : undefined,
    erases: erases(records, { replace }),
    replace,
  };
}

/** Records as they are kept. */
export function rowOf(owner: string, records: readonly RecordText[]): Batch {
  return { owner, ids: records.map(({ id }) => [owner, id] as const), text: listOf(records) };
}
