import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "vitest";
import { fileStorage } from "../../js/storage/file.ts";
import { memoryStorage } from "../../js/storage/memory.ts";
import { type StorageUnderTest, storageConformance } from "../../js/testing/conformance.ts";
import { underTest, viewsOf } from "../shared/views.ts";

function conforms(name: string, open: () => Promise<StorageUnderTest>): void {
  describe(`${name} keeps the rules of the storage port`, () => {
    for (const rule of storageConformance(open)) it(rule.name, rule.run);
  });
}

conforms("memoryStorage", async () => {
  const storage = memoryStorage();
  return underTest(
    viewsOf(
      () => storage,
      async () => {},
    ),
  );
});

conforms("fileStorage", async () => {
  const folder = await mkdtemp(join(tmpdir(), "luminora-"));
  return underTest(
    viewsOf(
      () => fileStorage(folder),
      () => rm(folder, { recursive: true }),
    ),
  );
});
