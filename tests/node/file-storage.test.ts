import { appendFile, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { fileStorage } from "../../js/storage/file.ts";
import { encodeFrame } from "../../js/storage/frames.ts";
import type { StoredRecord } from "../../js/storage/storage.ts";
import { clock, live, owner, tombstone } from "../shared/records.ts";
import { bundleScript, startChild } from "./child.ts";

let root = "";
let script = "";
let folder = "";
let count = 0;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "luminora-"));
  script = await bundleScript("append-forever", root);
});
beforeEach(() => {
  folder = join(root, `${count++}`);
});
afterAll(() => rm(root, { recursive: true }));

describe("a process killed while it writes", () => {
  it("keeps what it acknowledged beside others that erase: 3 processes, all killed", async () => {
    const writers = ["a", "b", "c"].map((name) => ({ name, ...startChild(script, folder, owner, name) }));
    await Promise.all(writers.map(({ until, acknowledged }) => until(() => acknowledged().length >= 20)));
    for (const writer of writers) await writer.kill();
    for (const { name, acknowledged } of writers) await checkWriter(name, acknowledged().length);
    // What is erased by now is nowhere in the file, whoever wrote it while whoever erased.
    const written = await contents();
    for (const { id, erased } of await all()) if (erased) expect(written).not.toContain(`said in ${id}.`);
  });

  it("and was putting a new file in the place of the old one: what others had added is carried over", async () => {
    const storage = fileStorage(folder);
    await storage.append(owner, [live("a", 1), live("b", 2)]);
    await storage.close();
    const path = join(folder, (await readdir(folder))[0] as string);
    const old = await readFile(path);
    const header = JSON.parse(old.toString().split("\n", 1)[0] as string);
    const frame = (...records: StoredRecord[]) =>
      encodeFrame(records.map((record) => JSON.stringify(record)));
    // Killed after the new file had its name, and before it read what was added to the old one meanwhile.
    await writeFile(`${path}.previous`, Buffer.concat([old, frame(live("late", 3))]));
    const late = { generation: "0123456789abcdef", previous: header.generation, from: old.length };
    const rewritten = frame(live("a", 1), tombstone("b", 4));
    await writeFile(path, Buffer.concat([encodeFrame([JSON.stringify({ ...header, ...late })]), rewritten]));
    expect(ids((await all()).filter((record) => !("erased" in record)))).toEqual(["a", "late"]);
    expect(await readdir(folder)).toHaveLength(1);
    expect(ids((await all()).filter((record) => !("erased" in record)))).toEqual(["a", "late"]);

    // Killed before that: the old file is still the file.
    const current = await readFile(path);
    await writeFile(`${path}.previous`, current);
    const next = fileStorage(folder);
    await next.append(owner, [tombstone("a", 5)]);
    await next.close();
    expect(ids((await all()).filter((record) => !("erased" in record)))).toEqual(["late"]);
    expect(await readdir(folder)).toHaveLength(1);
  });

  async function checkWriter(writer: string, acknowledged: number) {
    const batches = new Map<number, Map<number, StoredRecord>>();
    for (const record of await all()) {
      const [name, batch, part] = record.id.split("/");
      if (name !== writer) continue;
      const parts = batches.get(Number(batch)) ?? new Map();
      batches.set(Number(batch), parts.set(Number(part), record));
    }
    // One more than was acknowledged may have been written, whole.
    for (let batch = 0; batch < Math.max(acknowledged, batches.size); batch++) {
      expect(batches.get(batch)?.size, `${writer}, batch ${batch} of ${acknowledged}`).toBe(1 + (batch % 5));
      if (batch % 20 === 19) expect(batches.get(batch - 7)?.get(0)).toMatchObject({ erased: true });
    }
  }
});

describe("the folder", () => {
  it("holds no erased text, and no temporary file", async () => {
    const storage = fileStorage(folder);
    await storage.append(owner, [live("a", 1), live("b", 1)]);
    await storage.append(owner, [live("a", 2)]);
    await storage.append(owner, [tombstone("a", 3)]);
    expect(await contents()).not.toContain("about a");
    expect(await contents()).toContain("about b");
    await storage.append(owner, [live("c", 4)], { replace: true });
    expect(await contents()).not.toContain("about b");
    await writeFile(join(folder, `${(await readdir(folder))[0]}.dead.tmp`), "about c");
    await storage.erase(owner);
    expect(await readdir(folder)).toEqual([]);
  });

  it("does not grow without end when the same records change again and again", async () => {
    const storage = fileStorage(folder);
    const versions = (time: number) => Array.from({ length: 100 }, (_, index) => live(`r${index}`, time));
    for (let time = 0; time < 50; time++) await storage.append(owner, versions(time));
    // 100 records, and about 1,000 lost versions at most.
    expect((await contents()).split("\n").length).toBeLessThan(1300);
    expect(ids(await all())).toEqual(ids(versions(49)));
    expect((await all()).every(({ at }) => at === clock(49))).toBe(true);
  });

  it("may hold other files", async () => {
    const storage = fileStorage(folder);
    await storage.append(owner, [live("a", 1)]);
    await appendFile(join(folder, "notes.jsonl"), "not ours");
    expect(await storage.owners()).toEqual([owner]);
  });

  it("is refused when it is a file", async () => {
    await writeFile(folder, "");
    const error = { code: "storage", hint: expect.stringContaining("folder") };
    await expect(fileStorage(folder).append(owner, [live("a", 1)])).rejects.toMatchObject(error);
  });
});

/** All records of the owner, as a new process sees them. */
async function all(): Promise<StoredRecord[]> {
  const storage = fileStorage(folder);
  const records: StoredRecord[] = [];
  for await (const batch of storage.scan(owner)) records.push(...batch);
  await storage.close();
  return records;
}

function ids(records: StoredRecord[]): string[] {
  return records.map(({ id }) => id).sort();
}

async function contents(): Promise<string> {
  // The lock of a process that was killed is a link to nowhere.
  const names = (await readdir(folder)).filter((name) => !name.includes(".lock"));
  return (await Promise.all(names.map((name) => readFile(join(folder, name), "utf8")))).join("");
}
