/** Everything that a database holds, in all of its stores, as one text. */
export async function rawDatabase(name: string): Promise<string> {
  const settled = <T>(request: IDBRequest<T>) =>
    new Promise<T>((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
  const database = await settled(indexedDB.open(name));
  const parts: string[] = [];
  for (const store of database.objectStoreNames) {
    const objects = database.transaction(store).objectStore(store);
    const [keys, values] = await Promise.all([settled(objects.getAllKeys()), settled(objects.getAll())]);
    for (const value of [...keys, ...values])
      parts.push(
        value instanceof Uint8Array ? new TextDecoder("latin1").decode(value) : JSON.stringify(value),
      );
  }
  database.close();
  return parts.join("\n");
}
