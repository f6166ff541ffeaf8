import { promises as files } from "node:fs";
import * as mocked from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { fileStorage } from "../../js/storage/file.ts";
import { encodeFrame } from "../../js/storage/frames.ts";
import { newHeader } from "../../js/storage/header.ts";
import type { Storage, StoredRecord } from "../../js/storage/storage.ts";
import { owner, live as record, tombstone } from "../shared/records.ts";
import type { Disk, Leaving } from "./crashing-disk.ts";

vi.mock("node:fs/promises", async (original) => {
  const { crashingDisk } = await import("./crashing-disk.ts");
  return crashingDisk(await original<object>());
});

const { disk } = mocked as unknown as { disk: Disk };
let root = "";
let count = 0;

beforeAll(async () => {
  root = await files.mkdtemp(join(tmpdir(), "luminora-crash-"));
});
afterAll(() => files.rm(root, { recursive: true }));

type Change = (storage: Storage) => Promise<void>;

/** One of everything, and what there is after each. */
const history: [change: Change, after: string[]][] = [
  [(storage) => storage.append(owner, [live("a"), live("b")]), ["a1", "b1"]],
  [(storage) => storage.append(owner, [live("c")]), ["a1", "b1", "c1"]],
  [(storage) => storage.append(owner, [live("b", 2)]), ["a1", "b2", "c1"]],
  [(storage) => storage.append(owner, [erased("a"), live("d")]), ["b2", "c1", "d1"]],
  [(storage) => storage.append(owner, [live("e")]), ["b2", "c1", "d1", "e1"]],
  [(storage) => storage.append(owner, [live("d"), live("f")], { replace: true }), ["d1", "f1"]],
  [(storage) => storage.append(owner, [erased("f"), erased("d")]), []],
  [(storage) => storage.append(owner, [live("g")]), ["g1"]],
  [(storage) => storage.erase(owner), []],
  [(storage) => storage.append(owner, [live("h")]), ["h1"]],
];

const leavings: Leaving[] = (["all", "synced"] as const).flatMap((names) =>
  (["all", "synced"] as const).map((contents) => ({ names, contents })),
);

it("a machine that stops before any step, or in it, whatever it had synced, keeps what it acknowledged", async () => {
  const { steps } = await stopped({});
  expect(steps).toBeGreaterThan(60);
  let found = 0;
  for (let stopsAt = 1; stopsAt <= steps; stopsAt++) {
    for (const tears of [false, true]) {
      const { folder, acknowledged } = await stopped({ stopsAt, tears });
      const afters = [acknowledged, acknowledged + 1].map((index) => history[index - 1]?.[1] ?? []);
      if (tears && !disk.tore) continue;
      const lefts = leavings.map((leaving) => ({ leaving, left: nextFolder() }));
      for (const { leaving, left } of lefts) await disk.leave(folder, left, leaving);
      // What opens them is a machine that works.
      disk.begin();
      for (const { leaving, left } of lefts) {
        const where = `step ${stopsAt}, ${JSON.stringify({ tears, ...leaving })}, ${acknowledged} acknowledged`;
        const written = await contents(left);
        const storage = fileStorage(left, { onDamage: () => {} });
        const there = await texts(storage);
        expect(
          afters.some((after) => String(after) === String(there)),
          `${where}: ${there}`,
        ).toBe(true);
        // What an acknowledged change has erased is gone, and what the last one has erased is by now.
        const once = history.slice(0, acknowledged).flatMap(([, after]) => after);
        const gone = (after: string[]) => once.filter((text) => !possible(after).has(text));
        for (const text of gone(afters.flat())) expect(written, where).not.toContain(`about ${text}.`);
        await storage.append(owner, [live("z"), erased("y")]);
        expect(await texts(storage), where).toEqual([...there, "z1"]);
        const rewritten = await contents(left);
        for (const text of gone(there)) expect(rewritten, where).not.toContain(`about ${text}.`);
        const last = [...there, "z1"].map((text) => erased(text[0] as string));
        await storage.append(owner, last);
        expect(await contents(left), where).not.toContain("about");
        await storage.close();
        await files.rm(left, { recursive: true });
        found++;
      }
      await files.rm(folder, { recursive: true, force: true });
    }
  }
  expect(found).toBeGreaterThan(steps * leavings.length);
}, 120_000);

// Each pair: what one process does, and what another does beside it. Erased text is gone whoever is first.
const pairs: Record<string, { one: Change; other: Change; ends: string[][]; gone?: string }> = {
  "erasing while another adds": {
    one: (storage) => storage.append(owner, [erased("a")]),
    other: (storage) => storage.append(owner, [live("n")]),
    ends: [["b1", "n1"]],
    gone: "about a1.",
  },
  "erasing while another changes the same": {
    one: (storage) => storage.append(owner, [erased("a")]),
    other: (storage) => storage.append(owner, [live("a", 2)]),
    ends: [["b1"]],
    gone: "about a",
  },
  "changing while another erases the same": {
    one: (storage) => storage.append(owner, [live("a", 2), live("n")]),
    other: (storage) => storage.append(owner, [erased("a")]),
    ends: [["b1", "n1"]],
    gone: "about a",
  },
  "adding what another erases before it has heard of it": {
    one: (storage) => storage.append(owner, [live("n")]),
    other: (storage) => storage.append(owner, [erased("n")]),
    ends: [["a1", "b1"]],
    gone: "about n",
  },
  "erasing while another erases something else": {
    one: (storage) => storage.append(owner, [erased("a")]),
    other: (storage) => storage.append(owner, [erased("b"), live("n")]),
    ends: [["n1"]],
    gone: "about a",
  },
  "removing everything while another adds": {
    one: (storage) => storage.erase(owner),
    other: (storage) => storage.append(owner, [live("n")]),
    ends: [["n1"], []],
    gone: "about a",
  },
  "replacing everything while another adds": {
    one: (storage) => storage.append(owner, [live("r")], { replace: true }),
    other: (storage) => storage.append(owner, [live("n")]),
    ends: [["n1", "r1"], ["r1"]],
    gone: "about a",
  },
};

it.each(Object.entries(pairs))("%s, before every step of the first", async (_, pair) => {
  // Another copy of the module has queues of its own, as another process has.
  vi.resetModules();
  const { fileStorage: otherStorage } = await import("../../js/storage/file.ts");
  const meet = async (meetAt: number) => {
    const folder = nextFolder();
    disk.begin();
    const [storage, other] = [fileStorage(folder), otherStorage(folder)];
    await storage.append(owner, [live("a"), live("b")]);
    // It knows the file, or opens it for the first time.
    if (meetAt % 2 === 0) await texts(other);
    disk.begin();
    let met: Promise<void> | undefined;
    disk.before = (step) => {
      if (step !== meetAt || met) return;
      met = pair.other(other);
      // It may have to wait for the first.
      return Promise.race([met, new Promise((resolve) => setTimeout(resolve, 15))]);
    };
    await pair.one(storage);
    const { steps } = disk;
    await met;
    if (meetAt === Number.POSITIVE_INFINITY) return steps;
    const last = fileStorage(folder);
    const there = await texts(last);
    const where = `met before step ${meetAt}: ${there}`;
    expect(pair.ends.map(String), where).toContain(String(there));
    expect(await texts(storage), where).toEqual(there);
    if (met && pair.gone) expect(await contents(folder), where).not.toContain(pair.gone);
    expect(
      (await files.readdir(folder)).filter((name) => !name.endsWith(".jsonl")),
      where,
    ).toEqual([]);
    for (const one of [storage, other, last]) await one.close();
    return steps;
  };
  const steps = await meet(Number.POSITIVE_INFINITY);
  for (let meetAt = 1; meetAt <= steps; meetAt++) await meet(meetAt);
});

it("what the disk failed to sync is not acknowledged, nor later on the word of the system: it is written anew", async () => {
  const folder = nextFolder();
  disk.begin();
  const storage = fileStorage(folder);
  await storage.append(owner, [live("a")]);
  disk.beforeSync = () => {
    throw Object.assign(new Error("EIO: i/o error, fsync"), { code: "EIO" });
  };
  const error = { code: "storage", hint: expect.stringContaining("disk fails") };
  await expect(storage.append(owner, [live("b")])).rejects.toMatchObject(error);
  await expect(storage.append(owner, [live("b")])).rejects.toMatchObject(error);
  disk.beforeSync = () => {};
  // The system shows it, and has dropped it for all that is known.
  expect(await texts(storage)).toEqual(["a1", "b1"]);
  await storage.append(owner, [live("b")]);
  await storage.close();
  const left = nextFolder();
  await disk.leave(folder, left, { names: "synced", contents: "synced" });
  expect(await texts(fileStorage(left))).toEqual(["a1", "b1"]);
  const names = await files.readdir(folder);
  expect(names).toEqual([expect.stringMatching(/\.jsonl$/)]);
  expect((await files.readFile(join(folder, names[0] as string), "utf8")).match(/about b1/g)).toHaveLength(1);
});

it("who was asleep in the middle of a rewrite, and lost the lock to another, begins again", async () => {
  const folder = nextFolder();
  vi.resetModules();
  const { fileStorage: otherStorage } = await import("../../js/storage/file.ts");
  disk.begin();
  const [storage, other] = [fileStorage(folder), otherStorage(folder)];
  await storage.append(owner, [live("a"), live("b"), live("c")]);
  let slept = 0;
  disk.beforeSync = async () => {
    if (slept++ > 0) return;
    const lock = (await files.readdir(folder)).find((name) => name.endsWith(".lock"));
    await files.rm(join(folder, lock as string));
    await other.append(owner, [erased("b"), live("n")]);
  };
  await storage.append(owner, [erased("a")]);
  expect(slept).toBeGreaterThan(1);
  for (const one of [storage, other]) expect(await texts(one)).toEqual(["c1", "n1"]);
  expect(await contents(folder)).not.toMatch(/about [ab]/);
  expect(await files.readdir(folder)).toHaveLength(1);
});

it("who loses the lock to another before any step of a rewrite begins again", async () => {
  vi.resetModules();
  const { fileStorage: otherStorage } = await import("../../js/storage/file.ts");
  for (let meetAt = 1, met = true; met; meetAt++) {
    const folder = nextFolder();
    disk.begin();
    const [storage, other] = [fileStorage(folder), otherStorage(folder)];
    await storage.append(owner, [live("a"), live("b"), live("c")]);
    const stealAt = disk.steps + meetAt;
    met = false;
    disk.before = async (step) => {
      if (step !== stealAt || met) return;
      met = true;
      const lock = (await files.readdir(folder)).find((name) => name.endsWith(".lock"));
      if (lock) await files.rm(join(folder, lock));
      await other.append(owner, [erased("b"), live("n")]);
    };
    await storage.append(owner, [erased("a")]);
    disk.before = () => {};
    if (!met) await other.append(owner, [erased("b"), live("n")]);
    const where = `met before step ${meetAt}`;
    for (const one of [storage, other]) expect(await texts(one), where).toEqual(["c1", "n1"]);
    expect(await contents(folder), where).not.toMatch(/about [ab]/);
    await storage.append(owner, [erased("c")]);
    expect(await files.readdir(folder), where).toHaveLength(1);
  }
});

it("whoever cannot end what a dead process began says so each time, and reads nothing in part", async () => {
  const folder = nextFolder();
  disk.begin();
  const storage = fileStorage(folder);
  await storage.append(owner, [live("a")]);
  await storage.append(owner, [live("b")]);
  const [name] = await files.readdir(folder);
  const path = join(folder, name as string);
  const lines = (await files.readFile(path, "utf8")).split("\n");
  const { generation } = JSON.parse(lines[0] as string) as { generation: string };
  const [header, first] = [lines.slice(0, 2), lines.slice(2, 4)].map((frame) => `${frame.join("\n")}\n`);
  await files.rename(path, `${path}.previous`);
  const from = Buffer.byteLength(`${header}${first}`);
  const anew = newHeader(owner, { previous: generation, from });
  await files.writeFile(path, `${encodeFrame([anew])}${first}`);

  const reader = fileStorage(folder);
  expect(await reader.owners()).toEqual([owner]);
  disk.before = () => {
    throw Object.assign(new Error("EROFS: read-only file system"), { code: "EROFS" });
  };
  for (const _ of [1, 2]) await expect(texts(reader)).rejects.toMatchObject({ code: "storage" });
  disk.before = () => {};
  expect(await texts(reader)).toEqual(["a1", "b1"]);
});

/** Lives through the history until the machine stops. */
async function stopped(how: { stopsAt?: number; tears?: boolean }) {
  const folder = nextFolder();
  disk.begin(how);
  const storage = fileStorage(folder);
  let acknowledged = 0;
  try {
    for (const [change] of history) {
      await change(storage);
      acknowledged++;
    }
  } catch (error) {
    if (how.stopsAt === undefined) throw error;
  }
  const { steps } = disk;
  return { folder, acknowledged, steps };
}

const everything = ["a1", "b1", "b2", "c1", "d1", "e1", "f1", "g1", "h1"];

/** The texts that may stand in the files when these are there: lost versions of theirs as well. */
function possible(after: readonly string[]): Set<string> {
  return new Set(after.flatMap((text) => everything.filter((other) => other[0] === text[0])));
}

function nextFolder(): string {
  return join(root, `${count++}`);
}

function live(id: string, version = 1): StoredRecord {
  return record(id, version, `about ${id}${version}.`);
}

function erased(id: string): StoredRecord {
  return tombstone(id, 9);
}

/** What is alive. */
async function texts(storage: Storage): Promise<string[]> {
  const found: string[] = [];
  for await (const records of storage.scan(owner))
    for (const record of records)
      if (!record.erased) found.push(`${record.id}${Number(record.at.slice(0, 15))}`);
  return found.sort();
}

async function contents(folder: string): Promise<string> {
  const names = await files.readdir(folder);
  return (await Promise.all(names.map((name) => files.readFile(join(folder, name), "utf8")))).join("");
}
