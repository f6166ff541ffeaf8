import { LuminoraError } from "../errors.ts";
import type { Arrivals, LiveRecord, Storage, StoredRecord, Tombstone } from "../storage/storage.ts";

/** A storage to test, empty at first. */
export interface StorageUnderTest {
  readonly storage: Storage;
  /** Another view of the same data, as the next process or tab sees it. An adapter that keeps nothing gives `storage`. */
  reopen(): Promise<Storage>;
  /** Closes everything and removes the data. */
  destroy(): Promise<void>;
}

/** One rule of the storage port, to be run by any test runner or by a page. `run` rejects when it is broken. */
export interface ConformanceCase {
  readonly name: string;
  run(): Promise<void>;
}

/** Everything that an adapter of the storage port has to pass. `open` is called once for each case. */
export function storageConformance(open: () => Promise<StorageUnderTest>): ConformanceCase[] {
  return Object.entries(rules).map(([name, rule]) => ({
    name,
    async run() {
      const subject = await open();
      try {
        await rule(subject);
      } finally {
        await subject.destroy();
      }
    },
  }));
}

type Rule = (subject: StorageUnderTest) => Promise<void>;

const rules: Record<string, Rule> = {
  "an owner without records has none": async ({ storage }) => {
    await contains(storage, []);
    await storage.append(owner, []);
    await storage.erase(owner);
    equal(await storage.owners(), []);
  },

  "a batch comes back as it was given": async ({ storage, reopen }) => {
    const records = [live("a", 1, awkwardBody), live("b", 2, [[], {}, [null]]), tombstone("c", 3)];
    await storage.append(owner, records);
    await contains(storage, records);
    await contains(await reopen(), records);
  },

  "objects that are not given away can be changed at once": async ({ storage }) => {
    const [body, given] = [{ text: "said" }, { text: "given away" }];
    const appended = storage.append(owner, [live("a", 1, body)]);
    body.text = "changed";
    await appended;
    await storage.append(owner, [live("b", 2, given)], { transfer: true });
    await contains(storage, [live("a", 1, { text: "said" }), live("b", 2, { text: "given away" })]);
  },

  "the same batch again changes nothing": async ({ storage, reopen }) => {
    const records = [live("a", 1), live("b", 2), tombstone("c", 3)];
    await storage.append(owner, records);
    await storage.append(owner, records);
    await storage.append(owner, [live("b", 2), live("b", 2)]);
    await contains(storage, records);
    const again = await reopen();
    await again.append(owner, records);
    await contains(again, records);
  },

  "keys in another order are the same content": async ({ storage }) => {
    await storage.append(owner, [live("a", 1, { x: 1, y: { p: 1, q: 2 } })]);
    await storage.append(owner, [live("a", 1, { y: { q: 2, p: 1 }, x: 1 })]);
    await contains(storage, [live("a", 1, { x: 1, y: { p: 1, q: 2 } })]);
  },

  "of two live versions the later stays, in either order": async ({ storage, reopen }) => {
    await storage.append(owner, [live("a", 1, "old"), live("b", 2, "new")]);
    await storage.append(owner, [live("a", 2, "new"), live("b", 1, "old")]);
    await contains(storage, [live("a", 2, "new"), live("b", 2, "new")]);
    await contains(await reopen(), [live("a", 2, "new"), live("b", 2, "new")]);
  },

  "an erased record stays erased, whatever the clocks": async ({ storage, reopen }) => {
    await storage.append(owner, [live("a", 1), live("b", 5), live("c", 3), live("d", 1)]);
    await storage.append(owner, [tombstone("a", 2), tombstone("b", 2), tombstone("c", 3)]);
    await storage.append(owner, [live("a", 9), live("b", 9), live("c", 9), live("c", 3, "other")]);
    const expected = [tombstone("a", 2), tombstone("b", 2), tombstone("c", 3), live("d", 1)];
    await contains(storage, expected);
    await contains(await reopen(), expected);
  },

  "of two tombstones the earlier stays": async ({ storage, reopen }) => {
    await storage.append(owner, [tombstone("a", 2), tombstone("b", 1)]);
    await storage.append(owner, [tombstone("a", 1), tombstone("b", 2)]);
    await contains(storage, [tombstone("a", 1), tombstone("b", 1)]);
    await contains(await reopen(), [tombstone("a", 1), tombstone("b", 1)]);
  },

  "the winner rule holds within one batch": async ({ storage, reopen }) => {
    const batch = [
      live("a", 2, "new"),
      live("a", 1, "old"),
      tombstone("b", 1),
      live("b", 2),
      live("c", 1),
      tombstone("c", 9),
    ];
    await storage.append(owner, batch);
    await contains(storage, [live("a", 2, "new"), tombstone("b", 1), tombstone("c", 9)]);
    await contains(await reopen(), [live("a", 2, "new"), tombstone("b", 1), tombstone("c", 9)]);
  },

  "one clock with other content is refused, and nothing of its batch is kept": async ({
    storage,
    reopen,
  }) => {
    const records = [live("a", 1), live("b", 1), tombstone("c", 1)];
    await storage.append(owner, records);
    const other: Tombstone = { ...tombstone("c", 1), kind: "turn" };
    for (const conflict of [live("b", 1, "other"), other]) {
      await refused("integrity", storage.append(owner, [live("n", 2), conflict, live("o", 3)]));
    }
    await refused("integrity", storage.append(owner, [live("n", 2, 1), live("n", 2, 2)]));
    await refused("integrity", storage.append(owner, [live("n", 2, 1), live("n", 2, 2)], { replace: true }));
    await contains(storage, records);
    await contains(await reopen(), records);
  },

  "a record of another owner is refused with its batch": async ({ storage }) => {
    await refused("invalid_argument", storage.append(owner, [live("a", 1), live("b", 2, 0, "other")]));
    await contains(storage, []);
    equal(await storage.owners(), []);
  },

  "scan keeps to since and kinds": async ({ storage }) => {
    const records = [
      live("a", 1, 0, owner, "turn"),
      live("b", 2, 0, owner, "run"),
      live("c", 3, 0, owner, "turn"),
      tombstone("d", 4, owner, "turn"),
    ];
    await storage.append(owner, records);
    const [, b, c, d] = records as [StoredRecord, StoredRecord, StoredRecord, StoredRecord];
    await contains(storage, [c, d], owner, { since: clock(2) });
    await contains(storage, [b], owner, { kinds: ["run"] });
    await contains(storage, [c, d], owner, { since: clock(1), kinds: ["turn", "memory"] });
    await contains(storage, [], owner, { kinds: [] });
    await contains(storage, [], owner, { since: clock(4) });
    await contains(storage, records, owner, { since: "" });
  },

  "many records may share one clock": async ({ storage }) => {
    const records = Array.from({ length: 1200 }, (_, index) => live(`r${index}`, index < 100 ? 1 : 2, index));
    await storage.append(owner, records);
    await contains(storage, records);
    await contains(storage, records.slice(100), owner, { since: clock(1) });
  },

  "owners are apart": async ({ storage, reopen }) => {
    const mine = live("same-id", 1, "mine");
    const yours = live("same-id", 1, "yours", "you");
    await storage.append(owner, [mine]);
    await storage.append("you", [yours]);
    equal(await storage.owners(), [owner, "you"].sort());
    await contains(storage, [mine]);
    await contains(storage, [yours], "you");
    await storage.erase(owner);
    equal(await storage.owners(), ["you"]);
    await contains(storage, []);
    await contains(await reopen(), [yours], "you");
  },

  "any text may name an owner": async ({ storage, reopen }) => {
    for (const name of awkwardOwners) await storage.append(name, [live("a", 1, name, name)]);
    const again = await reopen();
    equal(await again.owners(), [...awkwardOwners].sort());
    for (const name of awkwardOwners) await contains(again, [live("a", 1, name, name)], name);
    for (const name of awkwardOwners) await again.erase(name);
    equal(await again.owners(), []);
  },

  "any text may be an id": async ({ storage, reopen }) => {
    const records = [
      "",
      "a/b",
      "sha256:00",
      "\u0000",
      "ñ",
      "__proto__",
      "constructor",
      "🌙",
      "x".repeat(500),
    ].map((id) => live(id, 1, id));
    await storage.append(owner, records);
    await contains(await reopen(), records);
  },

  "erase leaves nothing, not even tombstones": async ({ storage, reopen }) => {
    await storage.append(owner, [live("a", 1), tombstone("b", 9)]);
    await storage.erase(owner);
    await contains(storage, []);
    equal(await storage.owners(), []);
    const again = await reopen();
    await contains(again, []);
    await again.append(owner, [live("a", 1, "again"), live("b", 1)]);
    await contains(again, [live("a", 1, "again"), live("b", 1)]);
  },

  "replace leaves exactly the given records": async ({ storage, reopen }) => {
    await storage.append(owner, [live("a", 5, "newer"), tombstone("b", 1), live("c", 1)]);
    await storage.append("you", [live("a", 1, 0, "you")]);
    const records = [live("a", 1, "older"), live("b", 2), live("d", 1)];
    await storage.append(owner, [...records, live("d", 0, "lost")], { replace: true });
    await contains(storage, records);
    await contains(await reopen(), records);
    await contains(storage, [live("a", 1, 0, "you")], "you");
    await storage.append(owner, [live("e", 1)]);
    await contains(storage, [...records, live("e", 1)]);
    await storage.append(owner, [], { replace: true });
    await contains(storage, []);
    equal(await storage.owners(), ["you"]);
  },

  "10,000 records in one batch, and again": async ({ storage, reopen }) => {
    const records = Array.from({ length: 10_000 }, (_, index) =>
      live(`r${index}`, index, { text: `line ${index}` }),
    );
    await storage.append(owner, records);
    await storage.append(owner, records);
    await storage.append(owner, [tombstone("r5000", 20_000)]);
    const expected = records.map((record) => (record.id === "r5000" ? tombstone("r5000", 20_000) : record));
    await contains(await reopen(), expected);
  },

  "concurrent batches are all kept": async ({ storage, reopen }) => {
    const second = await reopen();
    const batches = Array.from({ length: 40 }, (_, index) => [
      live(`x${index}`, index + 1),
      live(`y${index}`, index + 1),
      live("shared", index + 1, index),
    ]);
    await Promise.all(
      batches.flatMap((batch, index) => [
        storage.append(owner, batch),
        ...(index % 4 === 0 ? [second.append(owner, batch)] : []),
      ]),
    );
    const expected = [...batches.flatMap((batch) => batch.slice(0, 2)), live("shared", 40, 39)];
    await contains(storage, expected);
    await contains(second, expected);
  },

  "concurrent batches with one conflict: one is kept whole, one refused whole": async ({ storage }) => {
    const results = await Promise.allSettled(
      [0, 1].map((side) => storage.append(owner, [live(`only${side}`, 1), live("both", 1, side)])),
    );
    equal(results.map(({ status }) => status).sort(), ["fulfilled", "rejected"]);
    const kept = results.findIndex(({ status }) => status === "fulfilled");
    await contains(storage, [live(`only${kept}`, 1), live("both", 1, kept)]);
  },

  "another view sees what was appended, replaced and erased": async ({ storage, reopen }) => {
    const second = await reopen();
    await storage.append(owner, [live("a", 1), live("b", 1)]);
    await contains(second, [live("a", 1), live("b", 1)]);
    await second.append(owner, [tombstone("a", 2)]);
    await contains(storage, [tombstone("a", 2), live("b", 1)]);
    await storage.append(owner, [live("c", 1)], { replace: true });
    await contains(second, [live("c", 1)]);
    await second.erase(owner);
    await contains(storage, []);
    equal(await storage.owners(), []);
  },

  "views that take turns miss nothing of each other": async ({ storage, reopen }) => {
    const views = [storage, await reopen(), await reopen()];
    const records: StoredRecord[] = [];
    const positions: string[] = [];
    for (let turn = 0; turn < 12; turn++) {
      const view = views[turn % views.length] as Storage;
      // A new one, and another version of one that another view has written.
      const batch = [live(`r${turn}`, turn), live("shared", turn, turn)];
      await view.append(owner, batch);
      records.push(batch[0] as StoredRecord);
      const arrivals = await view.arrivals?.(owner);
      if (arrivals) positions.push(arrivals.position);
    }
    for (const view of views) await contains(view, [...records, live("shared", 11, 11)]);
    for (const [turn, position] of positions.entries()) {
      for (const view of views) {
        const came = await recordsIn((await view.arrivals?.(owner, position)) as Arrivals);
        for (const { id } of records.slice(turn + 1))
          check(
            came.some((record) => record.id === id),
            `${id} came after turn ${turn}`,
          );
      }
    }
  },

  "what another view has erased stays erased, for those who have not heard of it": async ({
    storage,
    reopen,
  }) => {
    const second = await reopen();
    await storage.append(owner, [live("a", 1), live("b", 1)]);
    await storage.append(owner, [live("c", 1)]);
    await second.append(owner, [tombstone("a", 2), tombstone("unknown", 2)]);
    await storage.append(owner, [live("a", 9), live("unknown", 9), live("d", 9)]);
    const expected = [tombstone("a", 2), live("b", 1), live("c", 1), tombstone("unknown", 2), live("d", 9)];
    for (const view of [storage, second]) await contains(view, expected);
    await second.erase(owner);
    await storage.append(owner, [live("e", 1)]);
    await second.append(owner, [live("f", 1)]);
    for (const view of [storage, second, await reopen()]) await contains(view, [live("e", 1), live("f", 1)]);
  },

  "a batch that was refused is in nobody's way": async ({ storage, reopen }) => {
    const second = await reopen();
    await storage.append(owner, [live("a", 1)]);
    const batches = [[live("b", 1)], [live("n", 2), live("a", 1, "other")], [live("c", 1)], [live("d", 1)]];
    const results = await Promise.allSettled(
      batches.map((batch, index) => (index === 3 ? second : storage).append(owner, batch)),
    );
    equal(
      results.map(({ status }) => status),
      ["fulfilled", "rejected", "fulfilled", "fulfilled"],
    );
    const expected = ["a", "b", "c", "d"].map((id) => live(id, 1));
    for (const view of [storage, second]) await contains(view, expected);
  },

  "the caller's objects stay the caller's": async ({ storage }) => {
    const body = { list: [1] };
    const records = [live("a", 1, body)];
    const appended = storage.append(owner, records);
    body.list.push(2);
    records.push(live("late", 2));
    await appended;
    await contains(storage, [live("a", 1, { list: [1] })]);
    const [seen] = (await all(storage)) as [LiveRecord];
    (seen.body as { list: number[] }).list.push(3);
    await contains(storage, [live("a", 1, { list: [1] })]);
  },

  "a scan may be left early": async ({ storage }) => {
    const records = Array.from({ length: 2000 }, (_, index) => live(`r${index}`, index));
    await storage.append(owner, records);
    for await (const batch of storage.scan(owner)) {
      check(batch.length > 0, "a batch of a scan is empty");
      break;
    }
    await storage.append(owner, [live("r0", 5000)]);
    equal((await all(storage)).length, 2000);
  },

  "a storage may be written to during a scan": async ({ storage }) => {
    const records = Array.from({ length: 2000 }, (_, index) => live(`r${index}`, index));
    await storage.append(owner, records);
    const seen = new Set<string>();
    for await (const batch of storage.scan(owner)) {
      for (const record of batch) seen.add(record.id);
      await storage.append(owner, [tombstone("r1999", 3000), live(`n${seen.size}`, 4000)]);
    }
    check(
      records.every(({ id }) => seen.has(id)),
      "a record was left out",
    );
  },

  "after close every call is refused": async ({ storage, reopen }) => {
    await storage.append(owner, [live("a", 1)]);
    const pending = storage.append(owner, [live("b", 1)]);
    const second = await reopen();
    await storage.close();
    await pending;
    await storage.close();
    await refused("disposed", storage.append(owner, [live("c", 1)]));
    await refused("disposed", all(storage));
    if (storage.arrivals) await refused("disposed", storage.arrivals(owner));
    await refused("disposed", storage.owners());
    await refused("disposed", storage.erase(owner));
    if (second !== storage) await contains(second, [live("a", 1), live("b", 1)]);
  },

  "what came since a position comes, until something is taken away": async ({ storage, reopen }) => {
    if (!storage.arrivals) return;
    const second = await reopen();
    const records = [live("a", 5), live("b", 6)];
    await storage.append(owner, records);
    await storage.append("you", [live("a", 5, 0, "you")]);
    const { position } = await storage.arrivals(owner);
    check(position.length <= 200, "a position is short");
    const since = async (after: string) => {
      const views = [storage, second];
      return await Promise.all(views.map((view) => view.arrivals?.(owner, after) as Promise<Arrivals>));
    };
    // An older clock, another version, and a batch that changes nothing.
    const later = [live("late", 1), live("a", 7, "changed")];
    await second.append(owner, later);
    await storage.append(owner, records.slice(1));
    for (const arrivals of await since(position)) {
      check(arrivals.continues, "the log goes on");
      const came = await recordsIn(arrivals);
      for (const record of later)
        check(
          came.some(({ id, at }) => id === record.id && at === record.at),
          record.id,
        );
      for (const next of await since(arrivals.position)) {
        check(next.continues, "the log goes on from its end");
        equal(await recordsIn(next), []);
      }
    }
    for (const nonsense of ["", ":", "x:y", `${position}000`]) {
      for (const { continues } of await since(nonsense)) check(!continues, `no position: ${nonsense}`);
    }
    const erasures: Record<string, () => Promise<void>> = {
      "a tombstone": () => second.append(owner, [tombstone("b", 9)]),
      replace: () => storage.append(owner, [live("n", 1)], { replace: true }),
      erase: async () => {
        await second.erase(owner);
        await second.append(owner, [live("n", 2)]);
      },
    };
    for (const [name, erasure] of Object.entries(erasures)) {
      const [before] = (await since("")) as [Arrivals];
      await storage.cache?.(owner).put("log", Uint8Array.of(1), { position: before.position });
      await storage.append(owner, [live(`more-${name}`, 1)]);
      equal(await storage.cache?.(owner).get("log"), storage.cache && Uint8Array.of(1));
      await erasure();
      for (const arrivals of await since(before.position)) {
        check(!arrivals.continues, `${name} ends what was known`);
        equal(
          (await recordsIn(arrivals)).map(({ id }) => id).sort(),
          (await all(storage)).map(({ id }) => id).sort(),
        );
      }
      // Whoever has not heard of it keeps nothing.
      await second.cache?.(owner).put("log", Uint8Array.of(2), { position: before.position });
      equal(await storage.cache?.(owner).get("log"), undefined);
    }
  },

  "a cache keeps bytes until something is erased": async ({ storage, reopen }) => {
    if (!storage.cache) return;
    const second = await reopen();
    const bytes = Uint8Array.of(0, 1, 255);
    const cached = async (name: string, of = owner) =>
      await Promise.all([storage, second].map((view) => view.cache?.(of).get(name)));
    const erasures: Record<string, () => Promise<void>> = {
      "a tombstone": () => storage.append(owner, [live("b", 2), tombstone("a", 3)]),
      "a tombstone that was known": () => storage.append(owner, [tombstone("a", 3)]),
      replace: () => storage.append(owner, [live("c", 4)], { replace: true }),
      erase: () => storage.erase(owner),
    };
    equal(await cached("index"), [undefined, undefined]);
    for (const erasure of Object.values(erasures)) {
      await storage.cache(owner).put("index", Uint8Array.of(7));
      await storage.cache(owner).put("index", bytes);
      await storage.cache(owner).put("other-1", new Uint8Array());
      await storage.cache("you").put("index", bytes);
      await storage.append(owner, [live("a", 1), live("b", 1)]);
      equal(await cached("index"), [bytes, bytes]);
      equal(await cached("other-1"), [new Uint8Array(), new Uint8Array()]);
      await erasure();
      equal(await cached("index"), [undefined, undefined]);
      equal(await cached("other-1"), [undefined, undefined]);
      equal(await cached("index", "you"), [bytes, bytes]);
    }
    equal(await storage.owners(), []);
    await storage.close();
    await refused("disposed", storage.cache(owner).get("index"));
    await refused("disposed", storage.cache(owner).put("index", bytes));
  },

  "a listener hears of other views' changes only": async ({ storage, reopen }) => {
    const second = await reopen();
    if (!storage.subscribe || second === storage) return;
    const heard: unknown[] = [];
    const own: unknown[] = [];
    const stop = storage.subscribe((name, records, replaced) => heard.push([name, records, replaced]));
    second.subscribe?.((name) => own.push(name));
    // Both ask for the owner: an adapter may look for changes of those alone.
    for (const view of [storage, second]) await contains(view, []);
    const changes: [expected: unknown, change: () => Promise<void>][] = [
      [[owner, [live("a", 1)], false], () => second.append(owner, [live("a", 1)])],
      [[owner, [live("b", 2)], true], () => second.append(owner, [live("b", 2)], { replace: true })],
      [[owner, [], true], () => second.erase(owner)],
    ];
    const expected = changes.map(([event]) => event);
    for (const [index, [, change]] of changes.entries()) {
      await change();
      if (index === 0) await change();
      // One that looks from time to time hears of several changes at once.
      for (let wait = 0; wait < 100 && heard.length <= index; wait++) await pause(20);
    }
    equal(heard, expected);
    equal(own, []);
    stop();
    await second.append(owner, [live("c", 1)]);
    await pause(50);
    equal(heard, expected);
  },
};

const owner = "diego";

const awkwardOwners = [
  "Diego",
  "diego",
  "a/b",
  "a\\b",
  "..",
  ".",
  "../../etc",
  "CON",
  "nul.txt",
  " ",
  "a b?*:|<>\"'",
  "%2e%2e",
  "ñandú",
  "n\u0303andu",
  "日本語",
  "🌙",
  "line\nfeed",
  "\u0000",
  "__proto__",
  "luminora:library",
  "x".repeat(200),
  "🌙".repeat(200),
];

const awkwardBody = {
  text: 'ñ 🌙 "quotes" \\ \u0000 \u2028 line\nfeed {"commit":"',
  numbers: [0, 1, -1.5, 1e21, 5e-324, 0.1, 9007199254740991],
  nested: { deeper: { deepest: [[[]]] } },
  nothing: null,
  yes: true,
  "": "empty key",
};

function live(
  id: string,
  time: number,
  body: unknown = { id, time },
  of = owner,
  kind = "memory",
): LiveRecord {
  return { id, owner: of, kind, at: clock(time), schema: 1, body: body as LiveRecord["body"] };
}

function tombstone(id: string, time: number, of = owner, kind = "memory"): Tombstone {
  return { id, owner: of, kind, at: clock(time), erased: true };
}

function clock(time: number): string {
  return `${String(time).padStart(15, "0")}-00000-conformance`;
}

async function all(
  storage: Storage,
  of = owner,
  options?: Parameters<Storage["scan"]>[1],
): Promise<StoredRecord[]> {
  const records: StoredRecord[] = [];
  for await (const batch of storage.scan(of, options)) records.push(...batch);
  return records;
}

async function contains(
  storage: Storage,
  expected: readonly StoredRecord[],
  of = owner,
  options?: Parameters<Storage["scan"]>[1],
): Promise<void> {
  const byId = (a: StoredRecord, b: StoredRecord) => (a.id < b.id ? -1 : 1);
  equal((await all(storage, of, options)).sort(byId), [...expected].sort(byId));
  if (options) return;
  const arrivals = await storage.arrivals?.(of);
  if (!arrivals) return;
  check(!arrivals.continues, "nothing was asked to be continued");
  equal((await recordsIn(arrivals)).sort(byId), [...expected].sort(byId));
}

async function recordsIn({ texts }: Arrivals): Promise<StoredRecord[]> {
  const records: StoredRecord[] = [];
  for await (const text of texts) records.push(...(JSON.parse(text) as StoredRecord[]));
  return records;
}

async function refused(code: string, call: Promise<unknown>): Promise<void> {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  check(
    LuminoraError.isInstance(error) && error.code === code,
    `expected a refusal with ${code}, got ${error}`,
  );
}

/** Equality of JSON values; the order of keys is free. */
function equal(actual: unknown, expected: unknown): void {
  const [is, should] = [actual, expected].map((value) => JSON.stringify(sortKeys(value)));
  check(is === should, `expected ${should?.slice(0, 500)}, got ${is?.slice(0, 500)}`);
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (typeof value !== "object" || value === null) return value;
  return Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, item]) => [key, sortKeys(item)]);
}

function check(condition: boolean, message: string): void {
  if (!condition) throw new Error(message);
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
