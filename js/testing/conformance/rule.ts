import type { Storage } from "../../storage/storage.ts";

/** A storage to test, empty at first. */
export interface StorageUnderTest {
  readonly storage: Storage;
  /** Another view of the same data, as the next process or tab sees it. An adapter that keeps nothing gives `storage`. */
  reopen(): Promise<Storage>;
  /** Closes everything and removes the data. */
  destroy(): Promise<void>;
}

/** A rule rejects when the storage breaks it. */
export type Rule = (subject: StorageUnderTest) => Promise<void>;

/** Rules by their names. */
export type Rules = Readonly<Record<string, Rule>>;
