import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "vitest";
import { fileStorage } from "../../js/storage/file.ts";
import { memoryStorage } from "../../js/storage/memory.ts";
import type { Storage } from "../../js/storage/storage.ts";
import { type StorageUnderTest, storageConformance } from "../../js/testing/conformance.ts";

function conforms(name: string, open: () => Promise<StorageUnderTest>): void {
  describe(`${name} keeps the rules of the storage port`, () => {
    for (const rule of storageConformance(open)) it(rule.name, rule.run);
  });
}

conforms("memoryStorage", async () => {
  const storage = memoryStorage();
  return { storage, reopen: async () => storage, destroy: () => storage.close() };
});

conforms("fileStorage", async () => {
  const folder = await mkdtemp(join(tmpdir(), "luminora-"));
  const opened: Storage[] = [];
  const open = () => {
    const storage = fileStorage(folder);
    opened.push(storage);
    return storage;
  };
  return {
    storage: open(),
    reopen: async () => open(),
    async destroy() {
      for (const storage of opened) await storage.close();
      await rm(folder, { recursive: true });
    },
  };
});
