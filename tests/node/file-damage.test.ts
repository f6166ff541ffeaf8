import { appendFile, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import type { LuminoraError } from "../../js/errors.ts";
import { fileStorage } from "../../js/storage/file.ts";
import { decodeFrames, encodeFrame, isUnfinished } from "../../js/storage/frames.ts";
import type { Storage } from "../../js/storage/storage.ts";
import { seededRandom } from "../../js/testing/seeded-random.ts";
import { live, owner, tombstone } from "../shared/records.ts";

let root = "";
let folder = "";
let path = "";
let count = 0;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "luminora-damage-"));
});
beforeEach(() => {
  folder = join(root, `${count++}`);
});
afterAll(() => rm(root, { recursive: true }));

describe("a file that was changed behind our back", () => {
  it("loses the batch of a flipped byte, wherever it is, names it and reads all others", async () => {
    const { batches, bytes } = await written();
    const places = [...decodeFrames(bytes)].map(({ start, end }) => ({ start, end }));
    expect(places).toHaveLength(1 + batches.length);
    for (let at = 0; at < bytes.length; at += 3) {
      const hit = places.findIndex(({ start, end }) => start <= at && at < end);
      const flipped = Buffer.from(bytes);
      flipped[at] = (flipped[at] as number) ^ (1 << (at % 8));
      await writeFile(path, flipped);
      const found = await visit();
      const where = `byte ${at}, in frame ${hit}: ${found.told.map(({ message }) => message)}`;
      expect(found.ids, where).toEqual(batches.filter((_, index) => index !== hit - 1).flat());
      const [start, end] = [places[hit]?.start, places[hit]?.end] as [number, number];
      const line = (to: number) => bytes.subarray(0, to).filter((byte) => byte === 10).length;
      expect(found.told, where).toHaveLength(1);
      expect(found.told[0]).toMatchObject({ code: "integrity", hint: expect.stringContaining("copy") });
      // Those of the frame; a changed line feed makes fewer of them, or more.
      expect(found.told[0]?.message, where).toContain(path);
      const [, first] = /^Lines? (\d+)( to \d+)? of /.exec(found.told[0]?.message ?? "") ?? [];
      expect(Number(first), where).toBe(line(start) + 1);
      expect(line(end), where).toBeGreaterThan(line(start));
      expect(await found.storage.owners(), where).toEqual([owner]);
      await found.storage.close();
    }
  });

  it("reads what stands before the place where it was cut, names the rest, and takes the next batch", async () => {
    const { batches, bytes } = await written();
    const places = [...decodeFrames(bytes)];
    const ends = places.flatMap(({ end }) => [end - 1, end]);
    const lengths = Array.from({ length: bytes.length }, (_, length) => length);
    for (const length of lengths.filter((length) => length % 8 === 0 || ends.includes(length))) {
      await writeFile(path, bytes.subarray(0, length));
      const whole = places.filter(({ end }) => end <= length);
      const { ids, told, storage } = await visit();
      const before = batches.slice(0, Math.max(0, whole.length - 1)).flat();
      expect(ids, `cut at ${length}`).toEqual(before);
      // Nothing is left that would tell, where it was cut between two batches.
      const isClean = length > 0 && whole.at(-1)?.end === length;
      expect(
        told.map(({ code }) => code),
        `cut at ${length}`,
      ).toEqual(isClean ? [] : ["integrity"]);
      await storage.append(owner, [live("next")]);
      const after = await visit();
      expect(after.ids, `cut at ${length}`).toEqual([...before, "next"]);
      expect(after.told).toEqual([]);
      expect(await storage.owners()).toEqual([owner]);
      await after.storage.close();
      await storage.close();
    }
  });

  it("keeps what is damaged through every rewrite, until something that it names is erased", async () => {
    await written();
    const text = await readFile(path, "latin1");
    await writeFile(path, text.replace("about c", "about X"), "latin1");
    const { storage, told, ids } = await visit();
    expect(told.map(({ message }) => message)).toEqual([
      `Lines 6 to 8 of ${path} are damaged, and left out; the rest is read.`,
    ]);
    expect(ids).toEqual(["a", "b", "e"]);
    // Erasing something else writes the file anew.
    await storage.append(owner, [tombstone("a", 2)]);
    expect(await readFile(path, "utf8")).toContain("about X");
    expect(await readFile(path, "utf8")).not.toContain("about a");
    const again = await visit();
    // It was told; the file itself is sound again.
    expect(again.told).toEqual([]);
    expect(again.ids).toEqual(["b", "e"]);
    await again.storage.append(owner, [tombstone("b", 2)]);
    expect(await readFile(path, "utf8")).toContain("about d");
    // The log does not know c. What names it is erased with it all the same, and what does not stays.
    await again.storage.append(owner, [tombstone("c", 2)]);
    const last = await readFile(path, "utf8");
    expect(last).not.toContain("about X");
    expect(last).toContain("about d");
    await again.storage.append(owner, [live("f")], { replace: true });
    expect(await readFile(path, "utf8")).not.toContain("about d");
    await storage.close();
    await again.storage.close();
  });

  it("is never destroyed by a rewrite before somebody was told: bytes that are no text come back as they were", async () => {
    await written();
    const noise = Buffer.from(Array.from({ length: 300 }, (_, index) => index % 256));
    const bytes = await readFile(path);
    const places = [...decodeFrames(bytes)];
    const at = places[1]?.end as number;
    const commit = Buffer.from(`\n{"commit":"${"0".repeat(64)}","bytes":9}\n`);
    await writeFile(path, Buffer.concat([bytes.subarray(0, at), noise, commit, bytes.subarray(at)]));
    const { storage, told } = await visit();
    expect(told).toHaveLength(1);
    await storage.append(owner, [tombstone("a", 2)]);
    const lines = (await readFile(path, "utf8")).split("\n").filter((line) => line.startsWith('{"damaged"'));
    const kept = lines.map((line) => JSON.parse(line).damaged).join("\n");
    expect(Buffer.from(kept, "latin1")).toEqual(Buffer.from(noise));
    await storage.close();
  });

  it("says what is damaged to the process when nobody listens", async () => {
    await written();
    const text = await readFile(path, "latin1");
    await writeFile(path, text.replace("about a", "about X"), "latin1");
    const emitWarning = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
    try {
      const storage = fileStorage(folder);
      expect(await idsIn(storage)).toEqual(["c", "d", "e"]);
      await storage.close();
      expect(emitWarning.mock.calls).toEqual([
        [expect.stringContaining(path), expect.objectContaining({ code: "integrity" })],
      ]);
    } finally {
      emitWarning.mockRestore();
    }
  });

  it("tells what is damaged behind a position, too", async () => {
    await written();
    const { storage, told } = await visit();
    const before = await storage.arrivals?.(owner);
    await storage.append(owner, [live("f")]);
    await storage.append(owner, [live("g")]);
    const text = await readFile(path, "latin1");
    await writeFile(path, text.replace("about f", "about X"), "latin1");
    const arrivals = await storage.arrivals?.(owner, before?.position);
    const texts: string[] = [];
    for await (const part of arrivals?.texts ?? []) texts.push(part);
    expect(arrivals?.continues).toBe(true);
    expect(texts.join()).toContain("about g");
    expect(texts.join()).not.toContain("about X");
    expect(told).toHaveLength(1);
    await storage.close();
  });

  it("of a later version is refused, and left as it is", async () => {
    const later = JSON.stringify({ format: "luminora.log/2", generation: "0".repeat(16), owner });
    await written();
    await writeFile(path, Buffer.concat([encodeFrame([later]), Buffer.from("who knows\n")]));
    const before = await readFile(path);
    const storage = fileStorage(folder);
    const error = { code: "storage", hint: expect.stringContaining("update") };
    await expect(idsIn(storage)).rejects.toMatchObject(error);
    await expect(storage.append(owner, [live("f")])).rejects.toMatchObject(error);
    expect(await readFile(path)).toEqual(before);
    await storage.close();
  });
});

describe("what was never finished", () => {
  it("costs exactly the last batch, wherever it is cut, and nobody after it", async () => {
    const storage = fileStorage(folder);
    await storage.append(owner, [live("a")]);
    await findPath();
    const { size } = await stat(path);
    await storage.append(owner, [live("b"), live("c")]);
    await storage.close();
    const complete = await readFile(path);
    for (let length = size; length < complete.length; length += 17) {
      await writeFile(path, complete.subarray(0, length));
      const { ids, storage: next } = await visit();
      expect(ids).toEqual(["a"]);
      await next.append(owner, [live("d"), live("e")]);
      await next.close();
      const after = await visit();
      expect(after.ids).toEqual(["a", "d", "e"]);
      // It is no damage: whoever wrote it was told that it had failed, or was killed.
      expect(after.told).toEqual([]);
      // Its text goes when anything is erased.
      await after.storage.append(owner, [tombstone("unknown", 2)]);
      expect(await readFile(path, "utf8")).not.toContain("about b");
      await after.storage.close();
    }
  });

  it("is no damage while another process writes it", async () => {
    const storage = fileStorage(folder);
    await storage.append(owner, [live("a")]);
    await findPath();
    await storage.close();
    const frame = encodeFrame([JSON.stringify(live("b"))]);
    await appendFile(path, frame.subarray(0, 50));
    const { told, storage: reader } = await visit(async () => {
      await appendFile(path, frame.subarray(50));
    });
    expect(told).toEqual([]);
    expect(await idsIn(reader)).toEqual(["a", "b"]);
    await reader.close();
  });

  it("is told from what was changed", () => {
    const frame = encodeFrame(['{"id":"a","body":"x"}', '{"id":"b","body":"ñ🌙"}']);
    for (let length = 0; length < frame.length; length++)
      expect(isUnfinished(frame.subarray(0, length)), `${length}`).toBe(true);
    for (let at = 0; at < frame.length; at++)
      for (let bit = 0; bit < 8; bit++) {
        const flipped = Buffer.from(frame);
        flipped[at] = (flipped[at] as number) ^ (1 << bit);
        expect(isUnfinished(flipped), `byte ${at}, bit ${bit}`).toBe(false);
      }
  });

  it("is never misread, whatever stands between the frames", () => {
    const random = seededRandom(7);
    const frames = [["{}"], ['{"commit":"x"}', "[1]"], ['"ñ🌙"']];
    for (let round = 0; round < 200; round++) {
      const bytes = Buffer.concat(
        frames.flatMap((lines) => {
          const torn = encodeFrame(["torn", "lines"]);
          return [torn.subarray(0, (random(1)[0] ?? 0) % torn.length), encodeFrame(lines)];
        }),
      );
      const found = [...decodeFrames(bytes)].map((frame) =>
        frame.lines.map(({ offset, length }) => bytes.toString("utf8", offset, offset + length)),
      );
      expect(found).toEqual(frames);
    }
  });
});

/** A log of three batches. */
async function written(): Promise<{ batches: string[][]; bytes: Buffer }> {
  const batches = [["a", "b"], ["c", "d"], ["e"]];
  const storage = fileStorage(folder);
  for (const batch of batches)
    await storage.append(
      owner,
      batch.map((id) => live(id)),
    );
  await storage.close();
  await findPath();
  return { batches, bytes: await readFile(path) };
}

async function findPath(): Promise<void> {
  path = join(folder, (await readdir(folder))[0] as string);
}

/** What a new process reads, and what it is told; `meanwhile` happens while it reads. */
async function visit(meanwhile?: () => Promise<void>) {
  const told: LuminoraError[] = [];
  const storage = fileStorage(folder, { onDamage: (error) => told.push(error) });
  const reading = idsIn(storage);
  if (meanwhile) {
    await new Promise((resolve) => setTimeout(resolve, 5));
    await meanwhile();
  }
  return { storage, told, ids: await reading };
}

async function idsIn(storage: Storage): Promise<string[]> {
  const ids: string[] = [];
  for await (const records of storage.scan(owner))
    for (const { id, erased } of records) if (!erased) ids.push(id);
  return ids.sort();
}
