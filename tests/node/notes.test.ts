import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Luminora, memoryStorage } from "luminoracore";
import { fileStorage } from "luminoracore/node";
import { expect, it } from "vitest";
import { cutTexts, importMany, importReplaceForget } from "../shared/notes.ts";
import { noteSuite } from "../shared/suites/notes.ts";

noteSuite({
  cutTexts: (cases) => cutTexts(memoryStorage(), cases),
  importReplaceForget: () => importReplaceForget(memoryStorage()),
  importMany: () => importMany(memoryStorage()),
});

it("notes: two imports at once leave one text of a source", async () => {
  const luminora = await Luminora.open({ storage: memoryStorage() });
  const texts = ["one", "two", "three"];
  await Promise.all(texts.map((text) => luminora.importNotes(text, { source: "a.md" })));
  const [note, ...others] = await luminora.notes();
  expect(others).toEqual([]);
  expect((await luminora.note(note?.id ?? "")).text).toBe("three");
  await luminora.close();
});

it("notes: the largest text comes back from a file as it was", async () => {
  const folder = await mkdtemp(join(tmpdir(), "luminora-notes-"));
  const text = "All hands on deck.\r\n".repeat(1 << 18).slice(0, 5 << 20);
  const luminora = await Luminora.open({ storage: fileStorage(folder) });
  await luminora.importNotes(text, { source: "large.txt" });
  await luminora.close();
  const reopened = await Luminora.open({ storage: fileStorage(folder) });
  const [note] = await reopened.notes();
  expect((await reopened.note(note?.id ?? "")).text === text).toBe(true);
  await reopened.close();
  await rm(folder, { recursive: true });
});
