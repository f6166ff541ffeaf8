import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { memoryStorage } from "luminoracore";
import { fileStorage } from "luminoracore/node";
import { afterAll, describe } from "vitest";
import { mergeIn } from "../shared/merge.ts";
import { mergeSuite } from "../shared/suites/merge.ts";

const folder = mkdtempSync(join(tmpdir(), "luminora-merge-"));

afterAll(() => rmSync(folder, { recursive: true }));

describe("in files", () => {
  const storage = fileStorage(folder);
  mergeSuite((owner, batches) => mergeIn(storage, owner, batches));
});

describe("in memory", () => {
  const storage = memoryStorage();
  mergeSuite((owner, batches) => mergeIn(storage, owner, batches));
});
