import { allContain, contains, equal } from "./checks.ts";
import { live, owner, tombstone } from "./records.ts";
import type { Rules } from "./rule.ts";

/** What takes a whole log away. */
export const erasing: Rules = {
  "erase leaves nothing, not even tombstones": async ({ storage, reopen }) => {
    await storage.append(owner, [live("a", 1), tombstone("b", 9)]);
    await storage.erase(owner);
    await contains(storage, []);
    equal(await storage.owners(), []);
    const again = await reopen();
    await contains(again, []);
    await again.append(owner, [live("a", 1, "again"), live("b", 1)]);
    await contains(again, [live("a", 1, "again"), live("b", 1)]);
  },

  "replace leaves exactly the given records": async ({ storage, reopen }) => {
    await storage.append(owner, [live("a", 5, "newer"), tombstone("b", 1), live("c", 1)]);
    await storage.append("you", [live("a", 1, 0, "you")]);
    const records = [live("a", 1, "older"), live("b", 2), live("d", 1)];
    await storage.append(owner, [...records, live("d", 0, "lost")], { replace: true });
    await allContain([storage, await reopen()], records);
    await contains(storage, [live("a", 1, 0, "you")], "you");
    await storage.append(owner, [live("e", 1)]);
    await contains(storage, [...records, live("e", 1)]);
    await storage.append(owner, [], { replace: true });
    await contains(storage, []);
    equal(await storage.owners(), ["you"]);
  },
};
