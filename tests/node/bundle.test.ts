import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { zipSync } from "fflate";
import { Luminora, memoryStorage } from "luminoracore";
import { fileStorage } from "luminoracore/node";
import { expect, it, vi } from "vitest";
import * as bundle from "../shared/bundle.ts";
import { bundleSuite } from "../shared/suites/bundle.ts";

bundleSuite({
  thereAndBack: () => bundle.thereAndBack(memoryStorage(), memoryStorage()),
  underPassphrase: () => bundle.underPassphrase(memoryStorage()),
  signed: () => bundle.signed(memoryStorage()),
  twoDevices: () => bundle.twoDevices(memoryStorage(), memoryStorage()),
  damagedArchives: () => bundle.damagedArchives(memoryStorage()),
  repeatedText: () => bundle.repeatedText(memoryStorage()),
  fiveMethods: () => bundle.fiveMethods(memoryStorage()),
  failingStorage: () => bundle.failingStorage(memoryStorage()),
  sentences: () => bundle.sentences(memoryStorage),
});

it("bundles: the words that were erased are in no file of a folder any more", async () => {
  const folder = await mkdtemp(join(tmpdir(), "luminora-bundle-"));
  try {
    const [first, second] = [join(folder, "a"), join(folder, "b")];
    const { found } = await bundle.twoDevices(fileStorage(first), fileStorage(second));
    expect(found).toEqual([]);
    const { readdir } = await import("node:fs/promises");
    const files = await readdir(folder, { recursive: true, withFileTypes: true });
    const texts = await Promise.all(
      files
        .filter((file) => file.isFile())
        .map((file) => readFile(join(file.parentPath, file.name), "latin1")),
    );
    expect(texts.length).toBeGreaterThan(1);
    for (const words of ["xyzzy-42", "xyzzy-44", "plugh-43"]) {
      expect(
        texts.some((text) => text.includes(words)),
        words,
      ).toBe(false);
    }
    expect(texts.some((text) => text.includes("I moved to Lima."))).toBe(true);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

it("bundles: are written to a file and read from one, in parts", async () => {
  const folder = await mkdtemp(join(tmpdir(), "luminora-bundle-"));
  try {
    const luminora = await Luminora.open({ storage: memoryStorage() });
    await luminora.remember({ key: "tea", value: "green" }, { user: "diego" });
    const path = join(folder, "diego.zip");
    await writeFile(path, (await luminora.exportBundle({ user: "diego" })).stream());
    const { openAsBlob } = await import("node:fs");
    const manifest = await luminora.verifyBundle(await openAsBlob(path));
    expect(manifest.record_counts).toEqual({ memory: 1 });
    expect(await luminora.verifyBundle(await readFile(path))).toEqual(manifest);
    await luminora.close();
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

it("bundles: a log that changes while it is exported is exported whole", async () => {
  const luminora = await Luminora.open({ storage: memoryStorage() });
  const session = await luminora.createSession({ template: "alicia", user: "diego" });
  for (let turn = 0; turn < 20; turn++) await session.send(`This is number ${turn}.`);
  const exporting = luminora.exportBundle({ user: "diego" });
  for (let turn = 20; turn < 40; turn++) await session.send(`This is number ${turn}.`);
  const file = await exporting;
  const members = await bundle.membersOf(file);
  const lines = (kind: string) =>
    (members[`records/${kind}.jsonl`] as string)
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
  const runs = new Set(lines("run").map(({ id }) => id));
  const turns = lines("turn");
  expect(turns.length).toBe(2 * runs.size);
  for (const { body } of turns.filter(({ body }) => body.role === "assistant"))
    expect(runs.has(body.run)).toBe(true);
  await luminora.verifyBundle(file);
  await luminora.close();
});

it("bundles: where a page has no WebCrypto, the core hashes", async () => {
  const luminora = await Luminora.open({ storage: memoryStorage() });
  await luminora.remember({ key: "tea", value: "green" }, { user: "diego" });
  const file = await luminora.exportBundle({ user: "diego" });
  const manifest = await luminora.verifyBundle(file);
  // As on http.
  const { getRandomValues } = crypto;
  vi.stubGlobal("crypto", { getRandomValues: getRandomValues.bind(crypto) });
  try {
    const { created_at: _, ...again } = await luminora.verifyBundle(
      await luminora.exportBundle({ user: "diego" }),
    );
    expect(manifest).toMatchObject(again);
    const members = await bundle.membersOf(file);
    members["records/memory.jsonl"] = members["records/memory.jsonl"]?.replace("green", "black") ?? "";
    const changed = zipSync(
      Object.fromEntries(
        Object.entries(members).map(([path, text]) => [path, new TextEncoder().encode(text)]),
      ),
    );
    await expect(luminora.verifyBundle(changed)).rejects.toMatchObject({ code: "hash_mismatch" });
  } finally {
    vi.unstubAllGlobals();
    await luminora.close();
  }
});
