import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { createTables } from "../../js/storage/postgres/tables.ts";
import { postgresStorage } from "../../js/storage/postgres.ts";
import type { Storage, StoredRecord } from "../../js/storage/storage.ts";
import { seededRandom } from "../../js/testing/seeded-random.ts";
import { bundleScript, type Child, startChild } from "./child.ts";
import { type PostgresServer, startPostgres } from "./postgres-server.ts";

let server: PostgresServer;
let storage: Storage;
let folder: string;
let script: string;
let owner: string;
let owners = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "luminora-"));
  script = await bundleScript("postgres-writer", folder);
  server = await startPostgres();
  const pool = server.pool();
  const query = (text: string, params: unknown[]) => pool.query(text, params);
  await createTables(query);
  storage = postgresStorage(query);
}, 60_000);

beforeEach(() => {
  owner = `diego ${owners++}`;
});

afterAll(async () => {
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

it("two processes that write for one owner lose nothing", async () => {
  const writers = ["a", "b"].map((name) => startWriter(name, 150));
  for (const writer of writers) expect(await writer.ended).toBe(0);
  await check(writers);
  for (const { acknowledged } of writers) expect(acknowledged()).toHaveLength(150);
  expect((await all()).get("shared")).toMatchObject({ body: "b", at: expect.stringMatching(/^0+149-/) });
}, 60_000);

it("a process killed while it appends has all that was acknowledged, and no torn batch: 200 kills", async () => {
  const random = seededRandom(1);
  const writers: Writer[] = [];
  // Two at a time, so that most are killed beside one that goes on.
  const killSome = async (side: number) => {
    for (let kill = 0; kill < 100; kill++) {
      const writer = startWriter(`w${side}x${kill}`);
      writers.push(writer);
      await writer.until(() => writer.acknowledged().length > 0);
      await pause((random(1)[0] ?? 0) / 10);
      await writer.kill();
    }
  };
  await Promise.all([killSome(0), killSome(1)]);
  await check(writers);
  expect(writers).toHaveLength(200);
  expect(writers.reduce((sum, { acknowledged }) => sum + acknowledged().length, 0)).toBeGreaterThan(200);
}, 300_000);

it("a server killed under its writers recovers all that it acknowledged: 5 kills", async () => {
  const random = seededRandom(2);
  const writers = ["a", "b"].map((name) => startWriter(name));
  for (let kill = 0; kill < 5; kill++) {
    const more = writers.map(({ until, acknowledged }) => {
      const enough = acknowledged().length + 10;
      return until(() => acknowledged().length >= enough);
    });
    await Promise.all(more);
    await pause(random(1)[0] ?? 0);
    await server.kill();
    await server.restart();
  }
  for (const writer of writers) await writer.kill();
  await check(writers);
}, 120_000);

interface Writer extends Child {
  readonly name: string;
}

function startWriter(name: string, batches?: number): Writer {
  const child = startChild(script, server.url, owner, name, ...(batches ? [String(batches)] : []));
  return { name, ...child };
}

/** All that was acknowledged is there; of the rest at most one batch of each writer, and no batch in part. */
async function check(writers: readonly Writer[]): Promise<void> {
  const records = await all();
  const expected = new Set(["shared"]);
  let newest = "";
  for (const { name, acknowledged } of writers) {
    let batch = 0;
    for (; batch < acknowledged().length || records.has(`${name}/${batch}/0`); batch++) {
      for (let part = 0; part < 1 + (batch % 5); part++) expected.add(`${name}/${batch}/${part}`);
      if (batch % 20 === 19) expect(records.get(`${name}/${batch - 7}/0`)).toMatchObject({ erased: true });
    }
    expect(batch, `batches of ${name}`).toBeLessThanOrEqual(acknowledged().length + 1);
    const last = `${String(batch - 1).padStart(15, "0")}-00000-${name}`;
    if (batch > 0 && last > newest) newest = last;
  }
  expect([...records.keys()].sort()).toEqual([...expected].sort());
  expect(records.get("shared")?.at).toBe(newest);
}

async function all(): Promise<Map<string, StoredRecord>> {
  const records = new Map<string, StoredRecord>();
  for await (const batch of storage.scan(owner)) for (const record of batch) records.set(record.id, record);
  return records;
}
