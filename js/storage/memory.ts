import { LuminoraError } from "../errors.ts";
import { listOf, toRecord, toText } from "./record-text.ts";
import {
  type AppendOptions,
  type Arrivals,
  type Cache,
  erases,
  type RecordText,
  type ScanOptions,
  type Storage,
  type StoredRecord,
} from "./storage.ts";
import { winners } from "./winners.ts";

const batchSize = 500;

interface Log {
  /** Another one whenever something is taken away for good. */
  readonly generation: number;
  /** Changes so far. */
  end: number;
  /** By id, in the order in which they came. */
  readonly records: Map<string, RecordText>;
  /** By id, the how-manieth change of the log a record is. */
  readonly places: Map<string, number>;
}

/** Keeps records as long as the object lives: for tests, and for sessions that leave no trace. */
export function memoryStorage(): Storage {
  return new MemoryStorage();
}

class MemoryStorage implements Storage {
  readonly #logs = new Map<string, Log>();
  readonly #caches = new Map<string, Map<string, Uint8Array>>();
  #generations = 0;
  #closed = false;

  async append(owner: string, records: readonly StoredRecord[], options?: AppendOptions): Promise<void> {
    await this.appendTexts(owner, records.map(toText), options);
  }

  async appendTexts(owner: string, records: readonly RecordText[], options?: AppendOptions): Promise<void> {
    this.#check();
    const present = this.#logs.get(owner);
    const stored = (!options?.replace && present?.records) || new Map<string, RecordText>();
    const changed = winners(owner, stored, records);
    const erasing = erases(records, options);
    if (erasing) this.#caches.delete(owner);
    const log =
      present && !erasing
        ? present
        : { generation: ++this.#generations, end: 0, records: stored, places: new Map<string, number>() };
    for (const record of changed) {
      // Behind those that were there, also where it takes the place of one.
      stored.delete(record.id);
      stored.set(record.id, record);
      log.places.set(record.id, ++log.end);
    }
    if (stored.size > 0) this.#logs.set(owner, log);
    else this.#logs.delete(owner);
  }

  async *scan(owner: string, { since, kinds }: ScanOptions = {}): AsyncGenerator<StoredRecord[]> {
    this.#check();
    const chosen = [...(this.#logs.get(owner)?.records.values() ?? [])].filter(
      (record) => (since === undefined || record.at > since) && (!kinds || kinds.includes(record.kind)),
    );
    for (let start = 0; start < chosen.length; start += batchSize) {
      yield chosen.slice(start, start + batchSize).map(toRecord);
    }
  }

  async arrivals(owner: string, after?: string): Promise<Arrivals> {
    this.#check();
    const log = this.#logs.get(owner);
    const place = placeIn(after, log);
    const records = [...(log?.records.values() ?? [])];
    const since = place ? records.filter(({ id }) => (log?.places.get(id) ?? 0) > place) : records;
    return {
      continues: place !== undefined,
      position: `${log?.generation ?? 0}:${log?.end ?? 0}`,
      texts: this.#texts(since),
    };
  }

  async *#texts(records: readonly RecordText[]): AsyncGenerator<string> {
    for (let start = 0; start < records.length; start += batchSize) {
      this.#check();
      yield listOf(records.slice(start, start + batchSize));
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
      put: async (name, bytes, { position } = {}) => {
        this.#check();
        if (position && placeIn(position, this.#logs.get(owner)) === undefined) return;
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

/** The place that a position names, if it is one of this log. */
function placeIn(position: string | undefined, log: Log | undefined): number | undefined {
  const [generation, place] = position?.split(":").map(Number) ?? [];
  return log && generation === log.generation && place !== undefined && place <= log.end ? place : undefined;
}
