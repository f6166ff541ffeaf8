import type { PGlite } from "@electric-sql/pglite";
import { indexedDbStorage, memoryStorage } from "luminoracore";
import { createTables, postgresStorage } from "luminoracore/postgres";
import { storageConformance } from "luminoracore/testing";
import { underTest, type Views, viewsOf } from "../../shared/views.ts";
import { settled } from "./raw.ts";

let count = 0;
let database: Promise<PGlite> | undefined;

const adapters: Record<string, () => Promise<Views>> = {
  async memoryStorage() {
    const storage = memoryStorage();
    return viewsOf(
      () => storage,
      async () => {},
    );
  },
  async indexedDbStorage() {
    const name = `conformance-${count++}`;
    return viewsOf(
      () => indexedDbStorage({ name }),
      () => settled(indexedDB.deleteDatabase(name)),
    );
  },
  async postgresStorage() {
    // In memory: its files in IndexedDB are PGlite's matter, and slow.
    database ??= import("@electric-sql/pglite").then(({ PGlite }) => PGlite.create());
    const db = await database;
    const query = (text: string, params: string[]) => db.query<object>(text, params);
    const prefix = `conformance_${count++}_`;
    await createTables(query, { prefix });
    return viewsOf(
      () => postgresStorage(query, { prefix }),
      () => db.exec(`drop table ${prefix}logs, ${prefix}records, ${prefix}caches`),
    );
  },
};

/** Runs one rule of the storage port on one of them. */
export async function conforms(adapter: string, rule: string): Promise<void> {
  const open = adapters[adapter];
  const found =
    open && storageConformance(async () => underTest(await open())).find(({ name }) => name === rule);
  if (!found) throw new Error(`there is no rule ${rule} for ${adapter}`);
  await found.run();
}
