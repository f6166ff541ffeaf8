import type { LiveRecord, Tombstone } from "../../storage/storage.ts";

/** Whose records they are where nobody else is named. */
export const owner = "diego";

/** A record with this id and time; its body is about both where none is given. */
export function live(
  id: string,
  time: number,
  body: unknown = { id, time },
  of = owner,
  kind = "memory",
): LiveRecord {
  return { id, owner: of, kind, at: clock(time), schema: 1, body: body as LiveRecord["body"] };
}

/** So many records, one at each time. */
export function series(count: number): LiveRecord[] {
  return Array.from({ length: count }, (_, index) => live(`r${index}`, index));
}

/** What is left of a record that was erased at this time. */
export function tombstone(id: string, time: number, of = owner, kind = "memory"): Tombstone {
  return { id, owner: of, kind, at: clock(time), erased: true };
}

/** The clock of a record with this time. */
export function clock(time: number): string {
  return `${String(time).padStart(15, "0")}-00000-conformance`;
}
