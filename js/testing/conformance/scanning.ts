import type { StoredRecord } from "../../storage/storage.ts";
import { all, check, contains, equal } from "./checks.ts";
import { clock, live, owner, series, tombstone } from "./records.ts";
import type { Rules } from "./rule.ts";

/** What a scan gives, and that it disturbs nobody. */
export const scanning: Rules = {
  "scan keeps to since and kinds": async ({ storage }) => {
    const records = [
      live("a", 1, 0, owner, "turn"),
      live("b", 2, 0, owner, "run"),
      live("c", 3, 0, owner, "turn"),
      tombstone("d", 4, owner, "turn"),
    ];
    await storage.append(owner, records);
    const [, b, c, d] = records as [StoredRecord, StoredRecord, StoredRecord, StoredRecord];
    await contains(storage, [c, d], owner, { since: clock(2) });
    await contains(storage, [b], owner, { kinds: ["run"] });
    await contains(storage, [c, d], owner, { since: clock(1), kinds: ["turn", "memory"] });
    await contains(storage, [], owner, { kinds: [] });
    await contains(storage, [], owner, { since: clock(4) });
    await contains(storage, records, owner, { since: "" });
  },

  "many records may share one clock": async ({ storage }) => {
    const records = Array.from({ length: 1200 }, (_, index) => live(`r${index}`, index < 100 ? 1 : 2, index));
    await storage.append(owner, records);
    await contains(storage, records);
    await contains(storage, records.slice(100), owner, { since: clock(1) });
  },

  "a scan may be left early": async ({ storage }) => {
    const records = series(2000);
    await storage.append(owner, records);
    for await (const batch of storage.scan(owner)) {
      check(batch.length > 0, "a batch of a scan is empty");
      break;
    }
    await storage.append(owner, [live("r0", 5000)]);
    equal((await all(storage)).length, 2000);
  },

  "a storage may be written to during a scan": async ({ storage }) => {
    const records = series(2000);
    await storage.append(owner, records);
    const seen = new Set<string>();
    for await (const batch of storage.scan(owner)) {
      for (const record of batch) seen.add(record.id);
      await storage.append(owner, [tombstone("r1999", 3000), live(`n${seen.size}`, 4000)]);
    }
    check(
      records.every(({ id }) => seen.has(id)),
      "a record was left out",
    );
  },
};
