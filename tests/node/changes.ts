import type { Random } from "../../js/ports.ts";
import type { Storage, StoredRecord } from "../../js/storage/storage.ts";
import { clock, owner, live as record, tombstone } from "../shared/records.ts";

/** What a log holds, by id. */
export type Log = Map<string, StoredRecord>;

/** One call of a storage. */
export interface Change {
  readonly records: readonly StoredRecord[];
  readonly replace?: boolean;
  readonly erase?: boolean;
}

/** The next change of a log: adding, changing, erasing, replacing, and sometimes so much that it is written anew. */
export function nextChange(log: Log, random: Random, time: number): Change {
  const draw = (count: number) => (random(1)[0] ?? 0) % count;
  const pick = (count: number) => {
    const ids = [...log.values()].flatMap(({ id, erased }) => (erased ? [] : id)).sort();
    return ids.length === 0 ? [] : Array.from({ length: count }, () => ids[draw(ids.length)] as string);
  };
  const many = Array.from({ length: 400 }, (_, index) => `many-${index}`);
  const fresh = Array.from({ length: 1 + draw(5) }, (_, index) => `${time}-${index}`);
  const kind = draw(20);
  if (kind < 9) return { records: fresh.map((id) => live(id, time)) };
  if (kind < 12) return { records: [...new Set(pick(3))].map((id) => live(id, time)) };
  if (kind < 16) {
    const erased = [...new Set(pick(2))].map((id) => tombstone(id, time));
    return { records: [...erased, ...fresh.map((id) => live(id, time))] };
  }
  // After a few of these there is more that is lost than there are records.
  if (kind < 18) return { records: many.filter((id) => !log.get(id)?.erased).map((id) => live(id, time)) };
  if (kind < 19)
    return { records: [...new Set([...pick(10), ...fresh])].map((id) => live(id, time)), replace: true };
  return { records: [], erase: true };
}

/** Makes a change. */
export async function make(storage: Storage, { records, replace, erase }: Change): Promise<void> {
  if (erase) await storage.erase(owner);
  else await storage.append(owner, records, replace ? { replace } : {});
}

/** What a log holds after a change. */
export function changed(log: Log, { records, replace, erase }: Change): Log {
  const after: Log = new Map(replace || erase ? [] : log);
  for (const record of records) if (!after.get(record.id)?.erased) after.set(record.id, record);
  return after;
}

/** What is stored. */
export async function stored(storage: Storage): Promise<Log> {
  const log: Log = new Map();
  for await (const records of storage.scan(owner)) for (const record of records) log.set(record.id, record);
  return log;
}

/** A word that stands in this version of a record, and nowhere else. */
export function wordOf({ id, at }: Pick<StoredRecord, "id" | "at">): string {
  return `said ${id} at ${Number(at.slice(0, 15))}.`;
}

function live(id: string, time: number): StoredRecord {
  return record(id, time, { word: wordOf({ id, at: clock(time) }), more: "ñ🌙".repeat(50) });
}
