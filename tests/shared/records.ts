import type { LiveRecord } from "../../js/storage/storage.ts";
import { live as record } from "../../js/testing/conformance/records.ts";

export { clock, owner, tombstone } from "../../js/testing/conformance/records.ts";

/** A record of the owner: its id, or what else is said about it, can be found wherever it is stored. */
export function live(id: string, time = 1, body: unknown = `about ${id}`, of?: string): LiveRecord {
  return record(id, time, body, of);
}
