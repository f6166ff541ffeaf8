import { indexedDbStorage, memoryStorage, type Storage } from "luminoracore";
import { type StorageUnderTest, storageConformance } from "luminoracore/testing";

let count = 0;

const adapters: Record<string, () => Promise<StorageUnderTest>> = {
  async memoryStorage() {
    const storage = memoryStorage();
    return { storage, reopen: async () => storage, destroy: () => storage.close() };
  },
  async indexedDbStorage() {
    const name = `conformance-${count++}`;
    const opened: Storage[] = [];
    const open = () => {
      const storage = indexedDbStorage({ name });
      opened.push(storage);
      return storage;
    };
    return {
      storage: open(),
      reopen: async () => open(),
      async destroy() {
        for (const storage of opened) await storage.close();
        await new Promise((resolve, reject) => {
          const deletion = indexedDB.deleteDatabase(name);
          deletion.onsuccess = resolve;
          deletion.onerror = reject;
        });
      },
    };
  },
};

/** Runs one rule of the storage port on one of them. */
export async function conforms(adapter: string, rule: string): Promise<void> {
  const open = adapters[adapter];
  const found = open && storageConformance(open).find(({ name }) => name === rule);
  if (!found) throw new Error(`there is no rule ${rule} for ${adapter}`);
  await found.run();
}
