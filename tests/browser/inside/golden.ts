// Databases as earlier versions of the library left them, as JSON: written to the browser, and read from it.
import { indexedDbStorage, Luminora, type LuminoraError, type StoredRecord } from "luminoracore";
import { canonical, sorted } from "../../shared/canonical.ts";
import { everything } from "../../shared/recording.ts";
import { live, tombstone } from "../../shared/records.ts";
import { settled } from "./raw.ts";

/** A database of IndexedDB. */
export interface Golden {
  readonly version: number;
  readonly stores: readonly {
    readonly name: string;
    readonly keyPath: string | string[] | null;
    readonly autoIncrement?: boolean;
    readonly indexes: readonly (IDBIndexParameters & {
      readonly name: string;
      readonly keyPath: string | string[];
    })[];
    readonly entries: readonly { readonly key: IDBValidKey; readonly value: unknown }[];
  }[];
}

const user = "diego";

/** Writes a database as it was. */
export async function restore(name: string, golden: string): Promise<void> {
  await write(name, JSON.parse(golden));
}

/** Writes a long log of three owners as an earlier version did; its records. */
export async function restoreLong(name: string, version: number): Promise<string> {
  const records = Array.from({ length: 3000 }, (_, number): StoredRecord => {
    const owner = ["ana", "diego", "eva"][number % 3] as string;
    const id = `r${(number * 7919) % 3000}`;
    // Many of one clock, as an import brings them, and two of each of the others.
    const time = number < 1800 ? 5 : number >> 1;
    return number % 50 === 0 ? tombstone(id, time, owner) : live(id, time, { text: `line ${number}` }, owner);
  });
  const entries = records.map((value) => ({ key: [value.owner, value.id], value }));
  const indexes = [{ name: "at", keyPath: ["owner", "at"] }];
  const names = ["records", "caches", "arrivals"].slice(0, version);
  const stores = names.map((name) =>
    name === "records"
      ? { name, keyPath: ["owner", "id"], indexes, entries }
      : { name, keyPath: null, indexes: [], entries: [] },
  );
  await write(name, { version, stores });
  return JSON.stringify(sorted(records));
}

/** Opens a database when there is room for so many new rows only; what that is refused with. */
export async function refusedUpgrade(name: string, rows: number): Promise<object> {
  const add = IDBObjectStore.prototype.add;
  let left = rows;
  IDBObjectStore.prototype.add = function (value) {
    if (left-- > 0) return add.call(this, value);
    throw new DOMException("There is no room.", "QuotaExceededError");
  };
  const storage = indexedDbStorage({ name });
  try {
    await storage.owners();
    throw new Error("it was upgraded");
  } catch (error) {
    const { code, hint } = error as LuminoraError;
    return { code, hint };
  } finally {
    IDBObjectStore.prototype.add = add;
    await storage.close();
  }
}

async function write(name: string, { version, stores }: Golden): Promise<void> {
  const request = indexedDB.open(name, version);
  request.onupgradeneeded = () => {
    for (const { name, keyPath, autoIncrement = false, indexes, entries } of stores) {
      const store = request.result.createObjectStore(name, { keyPath, autoIncrement });
      for (const { name, keyPath, ...options } of indexes) store.createIndex(name, keyPath, options);
      for (const { key, value } of entries) store.put(revive(value), keyPath ? undefined : key);
    }
  };
  (await settled(request)).close();
}

/** A database as it is. */
export async function dump(name: string): Promise<Golden> {
  const database = await settled(indexedDB.open(name));
  const stores = [];
  for (const name of database.objectStoreNames) {
    const store = database.transaction(name).objectStore(name);
    const indexes = [...store.indexNames].map((name) => {
      const { keyPath, unique, multiEntry } = store.index(name);
      return { name, keyPath, unique, multiEntry };
    });
    const [keys, values] = await Promise.all([settled(store.getAllKeys()), settled(store.getAll())]);
    const entries = keys.map((key, index) => ({ key, value: flatten(values[index]) }));
    const { keyPath, autoIncrement } = store;
    stores.push({ name, keyPath, autoIncrement, indexes, entries });
  }
  const { version } = database;
  database.close();
  return { version, stores };
}

/** The records that are in it. */
export function recordsOf({ stores }: Golden): StoredRecord[] {
  return stores.flatMap(({ name, entries }) => {
    if (name === "records") return entries.map(({ value }) => value as StoredRecord);
    if (name !== "batches") return [];
    return entries.flatMap(({ value }) => JSON.parse((value as { text: string }).text) as StoredRecord[]);
  });
}

/** A short conversation in a database, and what is worked out from it. */
export async function converse(name: string, texts: readonly string[], now: number): Promise<void> {
  const luminora = await Luminora.open({ storage: indexedDbStorage({ name }), clock: () => now });
  const session = await luminora.createSession({ template: "alicia", user });
  for (const text of texts) await session.send(text);
  await session.recall("dog");
  await luminora.close();
}

/** What today's library finds in a database, before and after one more turn. */
export async function visit(name: string, now: number) {
  const storage = indexedDbStorage({ name });
  const luminora = await Luminora.open({ storage, clock: () => now });
  const [summary] = await luminora.sessions({ user });
  const session = await luminora.createSession({ session: summary?.id ?? "", user });
  const before = { said: said(), state: canonical(session.state), records: await all(name) };
  const recalled = (await session.recall("my dog")).map(({ text }) => text);
  await session.send("And one more.");
  const after = said();
  await luminora.close();
  return { session: session.id, before, recalled, said: after, records: await all(name) };

  function said(): string[] {
    return session.history().flatMap(({ role, text }) => (role === "user" ? text : []));
  }
}

/** All records, as today's library reads them. */
export async function all(name: string): Promise<string> {
  const storage = indexedDbStorage({ name });
  const records = JSON.stringify(sorted(await everything(storage)));
  await storage.close();
  return records;
}

function flatten(value: unknown): unknown {
  return value instanceof Uint8Array ? { bytes: btoa(String.fromCharCode(...value)) } : value;
}

function revive(value: unknown): unknown {
  const { bytes } = value as { bytes?: string };
  return typeof bytes === "string" ? Uint8Array.from(atob(bytes), (char) => char.charCodeAt(0)) : value;
}
