import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Luminora, manualModel, memoryStorage } from "luminoracore";
import { embedder } from "luminoracore/embedders";
import { fileStorage } from "luminoracore/node";
import { afterAll, expect, it, vi } from "vitest";
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

it("recall: nobody waits for long for an embedder that does not answer, and an abort ends the wait", async () => {
  const hangs = embedder({ id: "test/hangs", embed: () => new Promise<never>(() => {}) });
  const luminora = await Luminora.open({ storage: memoryStorage(), model: manualModel(), embedder: hangs });
  const session = await luminora.createSession({ template: "alicia" });
  await session.send("The boat leaks.");
  const aborted = session.recall("boat", { signal: AbortSignal.timeout(20) });
  await expect(aborted).rejects.toMatchObject({ code: "aborted" });
  vi.useFakeTimers();
  try {
    const found = session.recall("boat");
    await vi.advanceTimersByTimeAsync(10_000);
    expect((await found).map(({ text }) => text)).toEqual(["The boat leaks."]);
  } finally {
    vi.useRealTimers();
  }
  await luminora.close();
});
