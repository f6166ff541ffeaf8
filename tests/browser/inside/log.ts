// What a log must hold, by the rules of the port alone.
import type { Storage, StoredRecord } from "luminoracore";
import { canonical, sorted } from "../../shared/canonical.ts";

/** Whoever reads a log, goes away and goes on from there. */
export interface Reader {
  readonly log: Log;
  position?: string;
}

/** The winning versions of an owner's records. */
export class Log {
  readonly records: Map<string, StoredRecord>;

  constructor(records: ReadonlyMap<string, StoredRecord> = new Map()) {
    this.records = new Map(records);
  }

  /** All that a storage has of an owner. */
  static async of(storage: Storage, owner = "diego"): Promise<Log> {
    const log = new Log();
    for await (const records of storage.scan(owner)) log.add(records);
    return log;
  }

  /** Keeps of each record the version that stays. */
  add(records: readonly StoredRecord[]): void {
    for (const record of records) {
      const present = this.records.get(record.id);
      const isEarlier = present && (present.erased || (!record.erased && present.at >= record.at));
      if (!isEarlier) this.records.set(record.id, record);
    }
  }

  /** Reads what came since the reader's position, or all of it, and moves the position. */
  async goOn(reader: Pick<Reader, "position">, storage: Storage, owner: string): Promise<void> {
    const arrivals = await storage.arrivals?.(owner, reader.position);
    if (!arrivals) throw new Error("this storage has no positions");
    if (!arrivals.continues) this.records.clear();
    for await (const text of arrivals.texts) this.add(JSON.parse(text));
    reader.position = arrivals.position;
  }

  /** Equal for equal logs. */
  get text(): string {
    return canonical(sorted([...this.records.values()]));
  }
}
