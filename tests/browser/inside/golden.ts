// Databases as earlier versions of the library left them, as JSON: written to the browser, and read from it.
import { indexedDbStorage, Luminora } from "luminoracore";
import { canonical, sorted } from "../../shared/canonical.ts";
import { everything } from "../../shared/recording.ts";

/** A database of IndexedDB. */
export interface Golden {
  readonly version: number;
  readonly stores: readonly {
    readonly name: string;
    readonly keyPath: string[] | null;
    readonly indexes: readonly { readonly name: string; readonly keyPath: string[] }[];
    readonly entries: readonly { readonly key: IDBValidKey; readonly value: unknown }[];
  }[];
}

const user = "diego";

/** Writes a database as it was. */
export async function restore(name: string, golden: string): Promise<void> {
  const { version, stores } = JSON.parse(golden) as Golden;
  const request = indexedDB.open(name, version);
  request.onupgradeneeded = () => {
    for (const { name, keyPath, indexes, entries } of stores) {
      const store = request.result.createObjectStore(name, keyPath ? { keyPath } : {});
      for (const index of indexes) store.createIndex(index.name, index.keyPath);
      for (const { key, value } of entries) store.put(revive(value), keyPath ? undefined : key);
    }
  };
  (await finished(request)).close();
}

/** A database as it is. */
export async function dump(name: string): Promise<Golden> {
  const database = await finished(indexedDB.open(name));
  const stores = [];
  for (const name of database.objectStoreNames) {
    const store = database.transaction(name).objectStore(name);
    const indexes = [...store.indexNames].map((name) => ({
      name,
      keyPath: store.index(name).keyPath as string[],
    }));
    const [keys, values] = await Promise.all([finished(store.getAllKeys()), finished(store.getAll())]);
    const entries = keys.map((key, index) => ({ key, value: flatten(values[index]) }));
    stores.push({ name, keyPath: store.keyPath as string[] | null, indexes, entries });
  }
  const { version } = database;
  database.close();
  return { version, stores };
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

async function all(name: string): Promise<string> {
  const storage = indexedDbStorage({ name });
  const records = JSON.stringify(sorted(await everything(storage)));
  await storage.close();
  return records;
}

function finished<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function flatten(value: unknown): unknown {
  return value instanceof Uint8Array ? { bytes: btoa(String.fromCharCode(...value)) } : value;
}

function revive(value: unknown): unknown {
  const { bytes } = value as { bytes?: string };
  return typeof bytes === "string" ? Uint8Array.from(atob(bytes), (char) => char.charCodeAt(0)) : value;
}
