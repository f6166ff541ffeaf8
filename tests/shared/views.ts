import type { Storage } from "luminoracore";
import type { StorageUnderTest } from "luminoracore/testing";

/** Views of the same data. */
export interface Views {
  /** Opens one more. */
  open(): Storage;
  /** Closes them all and removes the data. */
  destroy(): Promise<void>;
}

/** Views that `open` opens, of data that `remove` removes. */
export function viewsOf(open: () => Storage, remove: () => Promise<unknown>): Views {
  const opened: Storage[] = [];
  return {
    open() {
      const storage = open();
      opened.push(storage);
      return storage;
    },
    async destroy() {
      for (const storage of opened) await storage.close();
      await remove();
    },
  };
}

/** What the rules of the storage port are tried on. */
export function underTest({ open, destroy }: Views): StorageUnderTest {
  return { storage: open(), reopen: async () => open(), destroy };
}
