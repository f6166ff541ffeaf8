// A database below the library.

/** Everything that a database holds, in all of its stores, as one text. */
export async function rawDatabase(name: string): Promise<string> {
  return [...(await rawStores(name)).values()].join("\n");
}

/** Everything that each store of a database holds, as text. */
export async function rawStores(name: string): Promise<Map<string, string>> {
  const database = await settled(indexedDB.open(name));
  const texts = new Map<string, string>();
  for (const store of database.objectStoreNames) {
    const objects = database.transaction(store).objectStore(store);
    const [keys, values] = await Promise.all([settled(objects.getAllKeys()), settled(objects.getAll())]);
    const parts = [...keys, ...values].map((value) =>
      value instanceof Uint8Array ? new TextDecoder("latin1").decode(value) : JSON.stringify(value),
    );
    texts.set(store, parts.join("\n"));
  }
  database.close();
  return texts;
}

/** What a request of IndexedDB comes to. */
export function settled<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
