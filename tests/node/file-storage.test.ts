import { type ChildProcess, spawn } from "node:child_process";
import { appendFile, mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { fileStorage } from "../../js/storage/file.ts";
import { decodeFrames, encodeFrame } from "../../js/storage/frames.ts";
import type { LiveRecord, StoredRecord, Tombstone } from "../../js/storage/storage.ts";
import { seededRandom } from "../../js/testing/seeded-random.ts";

const owner = "diego";
let root = "";
let folder = "";
let count = 0;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "luminora-"));
  await build({
    entryPoints: [join(import.meta.dirname, "append-forever.ts")],
    outfile: join(root, "append-forever.mjs"),
    bundle: true,
    platform: "node",
    format: "esm",
  });
});
beforeEach(() => {
  folder = join(root, `${count++}`);
});
afterAll(() => rm(root, { recursive: true }));

describe("a process killed while it appends", () => {
  it("has all that was acknowledged, and no torn batch: 20 kills", async () => {
    const random = seededRandom(1);
    let acknowledgedInAll = 0;
    for (let kill = 0; kill < 20; kill++) {
      const writer = startWriter(`w${kill}`);
      await writer.ready;
      await pause((random(1)[0] ?? 0) / 2);
      acknowledgedInAll += await writer.kill();
      await checkWriter(`w${kill}`, writer.acknowledged());
    }
    for (let kill = 0; kill < 20; kill++) await checkWriter(`w${kill}`, 0);
    expect(acknowledgedInAll).toBeGreaterThan(20);
  });

  it("and others go on beside it: 3 processes, all killed", async () => {
    const writers = ["a", "b", "c"].map((name) => ({ name, ...startWriter(name) }));
    await Promise.all(writers.map(({ ready }) => ready));
    while (writers.some((writer) => writer.acknowledged() < 20)) await pause(10);
    for (const writer of writers) await writer.kill();
    for (const writer of writers) {
      expect(writer.acknowledged()).toBeGreaterThan(0);
      await checkWriter(writer.name, writer.acknowledged());
    }
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
    await writeFile(
      path,
      Buffer.concat([Buffer.from(`${JSON.stringify({ ...header, ...late })}\n`), rewritten]),
    );
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

  function startWriter(name: string) {
    const script = join(root, "append-forever.mjs");
    const child: ChildProcess = spawn(process.execPath, [script, folder, owner, name], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    let output = "";
    const ready = new Promise<void>((resolve) =>
      child.stdout?.on("data", (chunk) => {
        output += chunk;
        resolve();
      }),
    );
    const acknowledged = () => output.split("\n").filter((line) => /^\d+$/.test(line)).length;
    return {
      ready,
      acknowledged,
      kill: () =>
        new Promise<number>((resolve) => {
          child.on("close", () => resolve(acknowledged()));
          child.kill("SIGKILL");
        }),
    };
  }

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

describe("a torn file", () => {
  it("loses exactly the last batch, wherever it is cut, and takes the next one", async () => {
    const storage = fileStorage(folder);
    await storage.append(owner, [live("a", 1)]);
    const path = join(folder, (await readdir(folder))[0] as string);
    const { size } = await stat(path);
    await storage.append(owner, [live("b", 2), live("c", 3)]);
    await storage.close();
    const complete = await readFile(path);
    for (let length = size; length < complete.length; length += 7) {
      await writeFile(path, complete.subarray(0, length));
      expect(ids(await all())).toEqual(["a"]);
      const next = fileStorage(folder);
      await next.append(owner, [live("d", 4), live("e", 5)]);
      await next.close();
      expect(ids(await all())).toEqual(["a", "d", "e"]);
    }
  });

  it("leaves out what a bad disk has changed", async () => {
    const storage = fileStorage(folder);
    await storage.append(owner, [live("a", 1)]);
    await storage.append(owner, [live("b", 2)]);
    const path = join(folder, (await readdir(folder))[0] as string);
    const text = await readFile(path, "utf8");
    await writeFile(path, text.replace("about b", "about x"));
    expect(ids(await all())).toEqual(["a"]);
    await truncate(path, 0);
    await expect(all()).rejects.toMatchObject({ code: "storage" });
    await storage.close();
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
      const found = [...decodeFrames(bytes)].map((frame) => frame.lines.map(({ text }) => text));
      expect(found).toEqual(frames);
    }
  });
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

function live(id: string, time: number): LiveRecord {
  return { id, owner, kind: "memory", at: clock(time), schema: 1, body: `about ${id}` };
}

function tombstone(id: string, time: number): Tombstone {
  return { id, owner, kind: "memory", at: clock(time), erased: true };
}

function clock(time: number): string {
  return `${String(time).padStart(15, "0")}-00000-test`;
}

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
  const files = await Promise.all(
    (await readdir(folder)).map((name) => readFile(join(folder, name), "utf8")),
  );
  return files.join("");
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
