import type { PGlite } from "@electric-sql/pglite";
import { indexedDbStorage, memoryStorage, type Storage } from "luminoracore";
import { createTables, postgresStorage } from "luminoracore/postgres";
import { type StorageUnderTest, storageConformance } from "luminoracore/testing";

let count = 0;
let database: Promise<PGlite> | undefined;

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
  async postgresStorage() {
    // In memory: its files in IndexedDB are PGlite's matter, and slow.
    database ??= import("@electric-sql/pglite").then(({ PGlite }) => PGlite.create());
    const db = await database;
    const query = (text: string, params: string[]) => db.query<object>(text, params);
    const prefix = `conformance_${count++}_`;
    await createTables(query, { prefix });
    const opened: Storage[] = [];
    const open = () => {
      const storage = postgresStorage(query, { prefix });
      opened.push(storage);
      return storage;
    };
    return {
      storage: open(),
      reopen: async () => open(),
      async destroy() {
        for (const storage of opened) await storage.close();
        await db.exec(`drop table ${prefix}logs, ${prefix}records, ${prefix}caches`);
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
