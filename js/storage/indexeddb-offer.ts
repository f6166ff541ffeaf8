import type { Batch } from "./indexeddb-schema.ts";
import { type AppendOptions, erases, type StoredRecord } from "./storage.ts";
import { winners } from "./winners.ts";

/** More records than these are several rows. */
export const recordsInRow = 32;

/** A row has no more records when it has so many characters. */
export const charactersInRow = 1 << 16;

/** A batch as it was when it was offered: the caller may go on changing its objects, unless they were given away. */
export interface Offer {
  records(): readonly StoredRecord[];
  /** The same as a row, when all of them may be new and are few. */
  readonly batch: Batch | undefined;
  readonly erases: boolean;
  readonly replace: boolean;
}

/** Copies a batch, with nothing to be waited for. */
export function offerOf(
  owner: string,
  records: readonly StoredRecord[],
  { replace = false, transfer = false }: AppendOptions,
): Offer {
  const areFew = records.length <= recordsInRow;
  // Few are kept as this very text.
  const text = areFew || !transfer ? JSON.stringify(records) : undefined;
  const isRow =
    text !== undefined &&
    areFew &&
    records.length > 0 &&
    text.length <= charactersInRow &&
    winners(owner, new Map(), records).length === records.length;
  const ids = records.map(({ id }) => [owner, id] as const);
  return {
    records: () => (text === undefined ? records : JSON.parse(text)),
    batch: isRow ? { owner, ids, text } : undefined,
    erases: erases(records, { replace }),
    replace,
  };
}
