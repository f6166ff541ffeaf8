import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { memoryStorage } from "luminoracore";
import { fileStorage } from "luminoracore/node";
import { afterAll } from "vitest";
import { failToEmbed, findAndForget, findByMeaning, keepTheIndex } from "../shared/recall.ts";
import { recallSuite } from "../shared/suites/recall.ts";

const folders: string[] = [];

/** Opens the files of one folder, as one process after the other. */
function files() {
  const folder = mkdtempSync(join(tmpdir(), "luminora-recall-"));
  folders.push(folder);
  return () => fileStorage(folder);
}

afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

recallSuite({
  findAndForget: () => findAndForget(memoryStorage()),
  keepTheIndex: () => {
    const open = files();
    return keepTheIndex(open(), open);
  },
  findByMeaning: () => {
    const open = files();
    return findByMeaning(open(), open);
  },
  failToEmbed: () => failToEmbed(memoryStorage()),
});
