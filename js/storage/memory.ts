import { LuminoraError } from "../errors.ts";
import { type Cache, erases, type ScanOptions, type Storage, type StoredRecord } from "./storage.ts";
import { winners } from "./winners.ts";

const batchSize = 500;

/** Keeps records as long as the object lives: for tests, and for sessions that leave no trace. */
export function memoryStorage(): Storage {
  return new MemoryStorage();
}

class MemoryStorage implements Storage {
  readonly #logs = new Map<string, Map<string, StoredRecord>>();
  readonly #caches = new Map<string, Map<string, Uint8Array>>();
  #closed = false;

  async append(
    owner: string,
    records: readonly StoredRecord[],
    options?: { replace?: boolean },
  ): Promise<void> {
    this.#check();
    const stored = (!options?.replace && this.#logs.get(owner)) || new Map<string, StoredRecord>();
    // Copied before the first write: a batch that cannot be copied changes nothing.
    const changed = structuredClone(winners(owner, stored, records));
    if (erases(records, options)) this.#caches.delete(owner);
    for (const record of changed) stored.set(record.id, record);
    if (stored.size > 0) this.#logs.set(owner, stored);
    else this.#logs.delete(owner);
  }

  async *scan(owner: string, { since, kinds }: ScanOptions = {}): AsyncGenerator<StoredRecord[]> {
    this.#check();
    const chosen = [...(this.#logs.get(owner)?.values() ?? [])].filter(
      (record) => (since === undefined || record.at > since) && (!kinds || kinds.includes(record.kind)),
    );
    for (let start = 0; start < chosen.length; start += batchSize) {
      yield structuredClone(chosen.slice(start, start + batchSize));
    }
  }

  async *scanText(owner: string): AsyncGenerator<string> {
    this.#check();
    const records = [...(this.#logs.get(owner)?.values() ?? [])];
    for (let start = 0; start < records.length; start += batchSize) {
      yield JSON.stringify(records.slice(start, start + batchSize));
    }
  }

  async owners(): Promise<string[]> {
    this.#check();
    return [...this.#logs.keys()].sort();
  }

  async erase(owner: string): Promise<void> {
    this.#check();
    this.#logs.delete(owner);
    this.#caches.delete(owner);
  }

  cache(owner: string): Cache {
    return {
      get: async (name) => {
        this.#check();
        return this.#caches.get(owner)?.get(name)?.slice();
      },
      put: async (name, bytes) => {
        this.#check();
        let cache = this.#caches.get(owner);
        if (!cache) {
          cache = new Map();
          this.#caches.set(owner, cache);
        }
        cache.set(name, bytes.slice());
      },
    };
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#logs.clear();
    this.#caches.clear();
  }

  #check(): void {
    if (this.#closed) throw new LuminoraError("disposed", "This storage is closed.");
  }
}
