// What the tests of IndexedDB do in their tabs: one storage in each, and the bare database below it.
import { indexedDbStorage, type LuminoraError, type Storage, type StoredRecord } from "luminoracore";
import { owner, live as record, tombstone } from "../../shared/records.ts";

let storage: Storage;
let heard: string[] = [];

/** What a call was refused with. */
export interface Refusal {
  readonly code: string;
  readonly hint: string | undefined;
  /** The name of the browser's error. */
  readonly cause: string | undefined;
}

/** Opens the storage of this tab; what others change is heard from now on. */
export function openStorage(name: string, options: { persist?: boolean } = {}): void {
  storage = indexedDbStorage({ name, ...options });
  heard = [];
  storage.subscribe?.((_, records, replaced) => {
    heard.push(...(replaced ? ["replaced"] : []), ...records.map(({ id }) => id));
  });
}

export async function closeStorage(): Promise<void> {
  await storage.close();
}

/** Appends one batch; what it was refused with. */
export async function put(ids: readonly string[], size = 10): Promise<Refusal | undefined> {
  return await refusal(
    storage.append(
      owner,
      ids.map((id) => live(id, size)),
    ),
  );
}

/** Appends batches of two records until one is refused. */
export async function putUntilRefused(size: number): Promise<{ acknowledged: string[]; refused?: Refusal }> {
  const acknowledged: string[] = [];
  for (let number = 0; number < 1000; number++) {
    const ids = [`${number}-a`, `${number}-b`];
    const refused = await put(ids, size);
    if (refused) return { acknowledged, refused };
    acknowledged.push(...ids);
  }
  return { acknowledged };
}

/** Appends one batch after the other, many at once; says which were kept and with what the others were refused. */
export async function putMany(count: number): Promise<{ kept: string[]; refused: Refusal[] }> {
  const kept: string[] = [];
  const refused: Refusal[] = [];
  await Promise.all(
    Array.from({ length: count }, async (_, number) => {
      const refusal = await put([`many-${number}`]);
      if (refusal) refused.push(refusal);
      else kept.push(`many-${number}`);
    }),
  );
  return { kept: kept.sort(), refused };
}

export async function forget(id: string): Promise<Refusal | undefined> {
  return await refusal(storage.append(owner, [tombstone(id, 2)]));
}

export async function eraseAll(): Promise<void> {
  await storage.erase(owner);
}

/** What is alive. */
export async function ids(): Promise<string[]> {
  const found: string[] = [];
  for await (const records of storage.scan(owner))
    for (const { id, erased } of records) if (!erased) found.push(id);
  return found.sort();
}

/** What every call of the port that reads or writes is refused with. */
export async function refusals(): Promise<(Refusal | undefined)[]> {
  return [
    await put(["x"]),
    await refusal(ids()),
    await refusal(storage.owners()),
    await refusal(storage.erase(owner)),
    await refusal(Promise.resolve(storage.arrivals?.(owner))),
    await refusal(Promise.resolve(storage.cache?.(owner).get("log"))),
  ];
}

/** Reads where the log ends, as whoever wants to be told of the rest. */
export async function follow(): Promise<void> {
  for await (const _ of (await storage.arrivals?.(owner))?.texts ?? []);
}

/** What was heard of other views since the storage was opened. */
export function changesHeard(): string[] {
  return heard;
}

/** Other tabs hear nothing of this one any more, as if it had died before it could tell. */
export function fallSilent(): void {
  BroadcastChannel.prototype.postMessage = () => {};
}

/** Appends one batch in a worker of this tab. */
export async function putInWorker(name: string, id: string): Promise<void> {
  const script = `
    import { indexedDbStorage } from "${location.origin}/luminoracore/index.js";
    const storage = indexedDbStorage({ name: ${JSON.stringify(name)} });
    await storage.append(${JSON.stringify(owner)}, [${JSON.stringify(live(id))}]);
    await storage.close();
    postMessage("done");`;
  const url = URL.createObjectURL(new Blob([script], { type: "text/javascript" }));
  const worker = new Worker(url, { type: "module" });
  await new Promise((resolve, reject) => {
    worker.onmessage = resolve;
    worker.onerror = reject;
  });
  worker.terminate();
}

let bare: IDBDatabase | undefined;

/** A tab with other code opens the database in this version; without `isPolite` it does not let go of it. */
export async function openBare(name: string, version: number, isPolite: boolean): Promise<string[]> {
  const request = indexedDB.open(name, version);
  const wasBlocked = new Promise<string[]>((resolve) => {
    request.onblocked = () => resolve(["blocked"]);
  });
  request.onupgradeneeded = ({ oldVersion }) => {
    if (oldVersion > 0) return;
    const records = request.result.createObjectStore("records", { keyPath: ["owner", "id"] });
    records.createIndex("at", ["owner", "at"]);
    if (version > 1) request.result.createObjectStore("caches");
    records.put(live("old"));
  };
  const opened = new Promise<string[]>((resolve, reject) => {
    request.onerror = () => reject(request.error);
    request.onsuccess = () => {
      bare = request.result;
      if (isPolite) bare.onversionchange = () => bare?.close();
      const isOld = bare.objectStoreNames.contains("records");
      const transaction = bare.transaction(isOld ? "records" : "batches");
      const records = isOld
        ? transaction.objectStore("records")
        : transaction.objectStore("batches").index("ids");
      const found: string[] = [];
      records.openKeyCursor().onsuccess = ({ target }) => {
        const cursor = (target as IDBRequest<IDBCursor | null>).result;
        if (!cursor) return resolve(found);
        found.push((cursor.key as [string, string])[1]);
        cursor.continue();
      };
    };
  });
  return await Promise.race([opened, wasBlocked]);
}

export function closeBare(): void {
  bare?.close();
}

/** From now on every connection of this tab is at hand, to be closed behind the library's back. */
export function watchConnections(): void {
  const open = indexedDB.open.bind(indexedDB);
  IDBFactory.prototype.open = (...input) => {
    const request = open(...input);
    request.addEventListener("success", () => connections.push(request.result));
    return request;
  };
}

const connections: IDBDatabase[] = [];

/** Closes what is open; how many there were in all. */
export function loseConnections(): number {
  for (const connection of connections) connection.close();
  return connections.length;
}

/** How often the browser was asked to keep the data. */
export function watchPersist(): void {
  navigator.storage.persist = async () => {
    asked++;
    return true;
  };
}

let asked = 0;

export function timesAsked(): number {
  return asked;
}

async function refusal(work: Promise<unknown>): Promise<Refusal | undefined> {
  try {
    await work;
    return undefined;
  } catch (error) {
    const { code, hint, cause } = error as LuminoraError;
    return { code, hint, cause: (cause as Error | undefined)?.name };
  }
}

function live(id: string, size = 10): StoredRecord {
  // Nothing that packs well.
  const random = crypto.getRandomValues(new Uint8Array(Math.min(size, 60_000)));
  const body = Array.from({ length: Math.ceil(size / random.length) }, () => String.fromCharCode(...random));
  return record(id, 1, body.join(""));
}
