import { PGlite } from "@electric-sql/pglite";
import type pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { memoryStorage } from "../../js/storage/memory.ts";
import { fromBase64, toBase64 } from "../../js/storage/postgres/base64.ts";
import type { PostgresQuery } from "../../js/storage/postgres/query.ts";
import { statements } from "../../js/storage/postgres/statements.ts";
import { createTables, createTablesSql, tableNames } from "../../js/storage/postgres/tables.ts";
import { type PostgresOptions, postgresStorage } from "../../js/storage/postgres.ts";
import type { LiveRecord, Storage, StoredRecord } from "../../js/storage/storage.ts";
import { storageConformance } from "../../js/testing/conformance.ts";
import { seededRandom } from "../../js/testing/seeded-random.ts";
import { live, owner, tombstone } from "../shared/records.ts";
import { underTest, viewsOf } from "../shared/views.ts";
import { type PostgresServer, startPostgres } from "./postgres-server.ts";

let embedded: PGlite;
let server: PostgresServer;
let pool: pg.Pool;
let made = 0;

const inEmbedded: PostgresQuery = (text, params) => embedded.query(text, params);
const onServer: PostgresQuery = (text, params) => pool.query(text, params);

beforeAll(async () => {
  embedded = await PGlite.create();
  // Nothing is killed here: what reaches the disk makes no difference.
  server = await startPostgres(["fsync=off"]);
  pool = server.pool({ max: 8 });
}, 120_000);

afterAll(async () => {
  await embedded.close();
  await pool.end();
  await server.stop();
});

/** Tables of their own, and views of them. */
async function tables(query: PostgresQuery, options: { partitions?: number } & PostgresOptions = {}) {
  const prefix = `t${made++}_`;
  await createTables(query, { ...options, prefix });
  const { pollEvery } = options;
  const open = () => postgresStorage(query, { prefix, ...(pollEvery && { pollEvery }) });
  const drop = async () => {
    for (const name of Object.values(tableNames({ prefix }))) await query(`drop table ${name}`, []);
  };
  return { prefix, ...viewsOf(open, drop) };
}

function conforms(
  where: string,
  query: PostgresQuery,
  options?: { partitions?: number } & PostgresOptions,
): void {
  describe(`postgresStorage ${where} keeps the rules of the storage port`, () => {
    const open = async () => underTest(await tables(query, options));
    for (const rule of storageConformance(open)) it(rule.name, rule.run);
  });
}

conforms("in PGlite", inEmbedded);
conforms("on a server", onServer);
conforms("in partitioned tables, asking for changes", onServer, { partitions: 3, pollEvery: 20 });

describe("statements", () => {
  it("about an owner stay in the owner's partition", async () => {
    const { prefix, open, destroy } = await tables(onServer, { partitions: 8 });
    await open().append(owner, [live("a", 1)]);
    const { owners, ...single } = statements(tableNames({ prefix }));
    const empty: Record<keyof typeof single, string[]> = {
      ...{ head: [], begin: [], find: ["[]"], erase: [":0"], get: ["log"] },
      ...{
        write: [":0", "[]", "0", "replace"],
        page: ["0", "", '["turn"]'],
        put: ["log", "", "", ""],
      },
    };
    const partitionsOf = async (sql: string, params: string[]) => {
      const { rows } = await onServer(`explain (format json) ${sql}`, params);
      const plan = JSON.stringify(rows);
      return new Set([...plan.matchAll(/"Relation Name":"\w+_(\d)"/g)].map(([, part]) => part));
    };
    for (const [name, sql] of Object.entries(single)) {
      const params = [owner, ...empty[name as keyof typeof single]];
      // A statement that only adds names the divided table itself.
      expect((await partitionsOf(sql, params)).size, name).toBe(name === "begin" ? 0 : 1);
    }
    expect((await partitionsOf(owners, [])).size).toBe(8);
    await destroy();
  });

  it("are as few as can be: one for a turn, three for what is there already", async () => {
    const sent: string[] = [];
    const { open, destroy } = await tables((text, params) => {
      sent.push(text);
      return onServer(text, params);
    });
    const [storage, other] = [open(), open()];
    const count = async (work: () => Promise<unknown>) => {
      sent.length = 0;
      await work();
      return sent.length;
    };
    expect(await count(() => storage.append(owner, []))).toBe(1);
    expect(await count(() => storage.append(owner, [live("a", 1)]))).toBe(4);
    expect(await count(() => storage.append(owner, [live("b", 2), live("c", 2)]))).toBe(1);
    expect(await count(() => storage.append(owner, [live("b", 3), live("d", 3)]))).toBe(3);
    expect(await count(() => storage.append(owner, [live("b", 3)]))).toBe(2);
    expect(await count(() => storage.append(owner, [tombstone("b", 4)]))).toBe(2);
    expect(await count(() => other.append(owner, [live("e", 5)]))).toBe(2);
    expect(await count(() => storage.append(owner, [live("f", 6)]))).toBe(3);
    expect(await count(() => everything(storage))).toBe(1);
    await destroy();
  });

  it("need their tables, and say so", async () => {
    await expect(createTables(onServer, { prefix: "no_schema.x_" })).rejects.toMatchObject({
      code: "storage",
    });
    const storage = postgresStorage(onServer, { prefix: "nowhere_" });
    const refusal = { code: "storage", hint: expect.stringContaining("createTables") };
    await expect(storage.append(owner, [live("a", 1)])).rejects.toMatchObject(refusal);
    await expect(storage.owners()).rejects.toMatchObject(refusal);
  });

  it("are not sent for names that could be more than names", () => {
    // PostgreSQL cuts a name of more than 63 bytes: some of the tables would be one, or some of the parts.
    for (const prefix of ["", "a b", "x;drop table y", 'a"', "A_", "a.b.c", "1_", "a".repeat(51)]) {
      const refusal = expect.objectContaining({ code: "invalid_argument", path: "/prefix" });
      expect(() => postgresStorage(onServer, { prefix })).toThrow(refusal);
      expect(() => createTablesSql({ prefix })).toThrow(refusal);
    }
    for (const partitions of [-1, 1.5, 1025]) {
      expect(() => createTablesSql({ partitions })).toThrow(expect.objectContaining({ path: "/partitions" }));
    }
    for (const pollEvery of [0, -1, Number.NaN]) {
      expect(() => postgresStorage(onServer, { pollEvery })).toThrow(
        expect.objectContaining({ path: "/pollEvery" }),
      );
    }
  });

  it("have names that PostgreSQL does not cut", async () => {
    const options = { prefix: "a".repeat(50), partitions: 12 };
    await createTables(onServer, options);
    const storage = postgresStorage(onServer, options);
    for (let index = 0; index < 30; index++) await storage.append(`${index}`, [live("a", 1, {}, `${index}`)]);
    expect(await storage.owners()).toHaveLength(30);
  });

  it("make the tables in a schema, for several processes at once, and again", async () => {
    await onServer("create schema app", []);
    const options = { prefix: "app.memory_", partitions: 2 };
    await Promise.all(Array.from({ length: 6 }, () => createTables(onServer, options)));
    const storage = postgresStorage(onServer, options);
    await storage.append(owner, [live("a", 1)]);
    expect(await storage.owners()).toEqual([owner]);
    await onServer("drop schema app cascade", []);
  });
});

describe("a connection that breaks", () => {
  it("behind a change is no failure of it: it is looked whether it was made", async () => {
    let breaks = 0;
    const broken = [
      new Error("Connection terminated unexpectedly"),
      Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET" }),
      Object.assign(new Error("connection failure"), { code: "08006" }),
    ];
    const { open, destroy } = await tables(async (text, params) => {
      const result = await onServer(text, params);
      const error = breaks > 0 && /update|delete/.test(text) && broken[breaks-- % broken.length];
      if (error) throw error;
      return result;
    });
    const storage = open();
    const leaves = async (change: () => Promise<unknown>) => {
      breaks = 1;
      await change();
      expect(breaks).toBe(0);
      return [...(await everything(storage)).values()]
        .map(({ id, erased }) => (erased ? `-${id}` : id))
        .sort();
    };
    expect(await leaves(() => storage.append(owner, [live("a", 1)]))).toEqual(["a"]);
    expect(await leaves(() => storage.append(owner, [live("b", 2)]))).toEqual(["a", "b"]);
    expect(await leaves(() => storage.append(owner, [tombstone("a", 3)]))).toEqual(["-a", "b"]);
    expect(await leaves(() => storage.append(owner, [live("c", 4)], { replace: true }))).toEqual(["c"]);
    expect(await leaves(() => storage.erase(owner))).toEqual([]);
    await destroy();
  });

  it("twice is one, and says what to do", async () => {
    const storage = postgresStorage(async () => {
      throw new Error("Connection terminated unexpectedly");
    });
    const refusal = { code: "storage", hint: expect.stringContaining("storing it again is safe") };
    await expect(storage.append(owner, [live("a", 1)])).rejects.toMatchObject(refusal);
  });
});

describe("what is erased", () => {
  it("is in no row of any table any more", async () => {
    const { prefix, open, destroy } = await tables(onServer);
    const storage = open();
    const stored = async () => {
      const rows = await Promise.all(
        Object.values(tableNames({ prefix })).map((name) => onServer(`select t::text from ${name} as t`, [])),
      );
      return JSON.stringify(rows.map(({ rows }) => rows));
    };
    await storage.append(owner, [live("a", 1, "swordfish"), live("b", 1, "lighthouse")]);
    await storage.cache?.(owner).put("index", new TextEncoder().encode("swordfish"));
    expect(await stored()).toContain("swordfish");
    await storage.append(owner, [tombstone("a", 2)]);
    expect(await stored()).not.toMatch(/swordfish|73776f7264/);
    expect(await stored()).toContain("lighthouse");
    await storage.append(owner, [live("c", 3)], { replace: true });
    expect(await stored()).not.toContain("lighthouse");
    await storage.erase(owner);
    expect(await stored()).toBe("[[],[],[]]");
    await destroy();
  });

  it("leaves no cache behind that others put at the same moment", async () => {
    const { prefix, open, destroy } = await tables(onServer);
    const [one, two] = [open(), open()];
    for (let round = 0; round < 30; round++) {
      await one.append(owner, [live(`r${round}`, round)]);
      const { position } = (await two.arrivals?.(owner)) ?? { position: "" };
      await Promise.all([
        one.append(owner, [tombstone(`r${round}`, round + 1)]),
        two.cache?.(owner).put("log", Uint8Array.of(round), { position }),
      ]);
      const { rows } = await onServer(`select * from ${prefix}caches`, []);
      expect(rows).toEqual([]);
    }
    await destroy();
  });
});

it("an owner who is erased while others write has all of what they wrote, or no row of it", async () => {
  const { prefix, open, destroy } = await tables(onServer);
  const [one, two] = [open(), open()];
  const batch = Array.from({ length: 500 }, (_, index) => live(`b${index}`, 2));
  for (let round = 0; round < 20; round++) {
    await one.append(owner, [live("a", 1)]);
    await Promise.all([one.append(owner, batch), two.erase(owner)]);
    const { rows } = await onServer(`select id from ${prefix}records`, []);
    const left = await everything(one);
    expect(left.has("a")).toBe(false);
    expect(left.size).toBe(rows.length);
    expect([0, batch.length]).toContain(rows.length);
    await one.erase(owner);
  }
  await destroy();
});

describe("many writers at once", () => {
  for (const isolation of ["read committed", "serializable"]) {
    it(`end where one writer would, whatever the order: 400 random batches, ${isolation}`, async () => {
      const pool = server.pool({
        options: `-c default_transaction_isolation=${isolation.replace(" ", "\\ ")}`,
      });
      expect((await pool.query("show transaction_isolation")).rows).toEqual([
        { transaction_isolation: isolation },
      ]);
      const { open, destroy } = await tables((text, params) => pool.query(text, params));
      const random = seededRandom(11);
      const [byte, expected] = [() => random(1)[0] as number, memoryStorage()];
      const batches = Array.from({ length: 400 }, (_, number) =>
        Array.from({ length: 1 + (byte() % 4) }, () => {
          // The batches that the writers come to at the same time meet; every version has a clock of its own.
          const [id, time] = [`r${Math.floor(number / 8)}/${byte() % 4}`, byte() * 1000 + number];
          return byte() % 12 === 0 ? tombstone(id, time) : live(id, time, `${number}`);
        }).filter(({ id }, index, batch) => batch.findIndex((other) => other.id === id) === index),
      );
      for (const batch of batches) await expected.append(owner, batch);
      const writers = Array.from({ length: 8 }, open);
      const rounds = writers.map(async (writer, side) => {
        for (let index = side; index < batches.length; index += writers.length) {
          await writer.append(owner, batches[index] as StoredRecord[]);
        }
      });
      const follower = follow(open(), Promise.all(rounds));
      expect(await follower).toEqual(await everything(expected));
      expect(await everything(open())).toEqual(await everything(expected));
      await destroy();
      await pool.end();
    }, 60_000);
  }

  /** What a reader has that only ever asks for what came since. */
  async function follow(storage: Storage, written: Promise<unknown>): Promise<Map<string, StoredRecord>> {
    const known = new Map<string, StoredRecord>();
    let [position, done] = ["", false];
    written.then(() => {
      done = true;
    });
    for (let last = false; !last; ) {
      last = done;
      const arrivals = await storage.arrivals?.(owner, position);
      if (!arrivals) throw new Error("there are no arrivals");
      if (!arrivals.continues) known.clear();
      for await (const text of arrivals.texts) {
        for (const record of JSON.parse(text) as StoredRecord[]) known.set(record.id, record);
      }
      position = arrivals.position;
    }
    await written;
    return sorted(known);
  }

  it("of different replacements keep one whole", async () => {
    const { open, destroy } = await tables(onServer);
    const [one, two] = [open(), open()];
    for (let round = 0; round < 20; round++) {
      await Promise.all([
        one.append(owner, [live("a", 1, "one"), live("x", 1, "one")], { replace: true }),
        two.append(owner, [live("a", 1, "two"), live("y", 1, "two")], { replace: true }),
        one.erase("nobody"),
      ]);
      const bodies = [...(await everything(one)).values()].map((record) => (record as LiveRecord).body);
      expect([
        ["one", "one"],
        ["two", "two"],
      ]).toContainEqual(bodies);
    }
    await destroy();
  });
});

it("views that ask for changes hear all that others wrote, once, and nothing of their own", async () => {
  const { open, destroy } = await tables(onServer, { pollEvery: 5 });
  const heard: string[][] = [[], [], []];
  const views = heard.map((ids) => {
    const view = open();
    view.subscribe?.((name, records) => ids.push(...records.map(({ id }) => `${name} ${id}`)));
    return view;
  });
  for (const view of views) expect(await everything(view)).toEqual(new Map());
  const ids = (side: number) =>
    Array.from({ length: 40 }, (_, index) => `${side}/${String(index).padStart(2, "0")}`);
  const writes = views.map(async (view, side) => {
    for (const id of ids(side)) await view.append(owner, [live(id, side)]);
  });
  await Promise.all(writes);
  for (let wait = 0; wait < 500 && heard.some(({ length }) => length < 80); wait++) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  for (const [side, told] of heard.entries()) {
    const others = [0, 1, 2].filter((other) => other !== side).flatMap(ids);
    expect(told.sort()).toEqual(others.map((id) => `${owner} ${id}`));
  }
  await destroy();
});

it("records come back with the text that they had", async () => {
  const { prefix, open, destroy } = await tables(inEmbedded);
  const body = { z: 1e21, a: 0.1, list: [-0, 5e-324], "\u0000": "\ud83c half, \u0000 and 🌙" };
  await open().append("\ud83c", [live("\ud83c", 1, body, "\ud83c"), live("\ufffd", 1, body, "\ud83c")]);
  const stored = await everything(open(), "\ud83c");
  expect([...stored.keys()]).toEqual(["\ud83c", "\ufffd"]);
  expect(JSON.stringify((stored.get("\ud83c") as LiveRecord).body)).toBe(JSON.stringify(body));
  expect(await open().owners()).toEqual(["\ud83c"]);
  expect(await everything(open(), "\ufffd")).toEqual(new Map());
  expect((await inEmbedded(`select owner from ${prefix}logs`, [])).rows).toEqual([{ owner: "\\ud83c" }]);
  await destroy();
});

it("large records come in pages of a few megabytes", async () => {
  const { open, destroy } = await tables(onServer);
  const storage = open();
  const text = "x".repeat(1_500_000);
  await storage.append(
    owner,
    Array.from({ length: 7 }, (_, index) => live(`r${index}`, index, text)),
  );
  const pages: number[] = [];
  for await (const page of storage.scan(owner)) pages.push(page.length);
  expect(pages).toEqual([3, 3, 1]);
  await destroy();
});

it("bytes of any length become the text that PostgreSQL reads", () => {
  const bytes = seededRandom(4)(200);
  for (let length = 0; length <= bytes.length; length++) {
    const some = bytes.subarray(0, length);
    expect(toBase64(some)).toBe(Buffer.from(some).toString("base64"));
    expect(fromBase64(toBase64(some).replace(/.{76}/g, "$&\n"))).toEqual(some);
  }
});

it("a log that others change all the time is given up, not tried for ever", async () => {
  const asked: string[] = [];
  const busy =
    (answer: () => { rows: object[] }): PostgresQuery =>
    async (text) => {
      asked.push(text);
      return text.includes("update") ? answer() : { rows: [{ position: "a:1", stored: null }] };
    };
  const overtaken = postgresStorage(busy(() => ({ rows: [] })));
  const changed = { code: "storage", message: expect.stringContaining("Others") };
  await expect(overtaken.append(owner, [live("a", 1)])).rejects.toMatchObject(changed);
  expect(asked).toHaveLength(2000);
  const cause = Object.assign(new Error("could not serialize access"), { code: "40001" });
  const chosen = postgresStorage(
    busy(() => {
      throw cause;
    }),
  );
  await expect(chosen.append(owner, [live("a", 1)])).rejects.toMatchObject({ code: "storage", cause });
  expect(asked).toHaveLength(3001);
});

/** All records by id. */
async function everything(storage: Storage, of = owner): Promise<Map<string, StoredRecord>> {
  const records = new Map<string, StoredRecord>();
  for await (const batch of storage.scan(of)) for (const record of batch) records.set(record.id, record);
  return sorted(records);
}

function sorted(records: Map<string, StoredRecord>): Map<string, StoredRecord> {
  return new Map([...records].sort(([a], [b]) => (a < b ? -1 : 1)));
}
