import type { Tombstone } from "../../storage/storage.ts";
import { allContain, contains, refused } from "./checks.ts";
import { live, owner, tombstone } from "./records.ts";
import type { Rules } from "./rule.ts";

/** Which of several versions of a record stays. */
export const merging: Rules = {
  "the same batch again changes nothing": async ({ storage, reopen }) => {
    const records = [live("a", 1), live("b", 2), tombstone("c", 3)];
    await storage.append(owner, records);
    await storage.append(owner, records);
    await storage.append(owner, [live("b", 2), live("b", 2)]);
    await contains(storage, records);
    const again = await reopen();
    await again.append(owner, records);
    await contains(again, records);
  },

  "keys in another order are the same content": async ({ storage }) => {
    await storage.append(owner, [live("a", 1, { x: 1, y: { p: 1, q: 2 } })]);
    await storage.append(owner, [live("a", 1, { y: { q: 2, p: 1 }, x: 1 })]);
    await contains(storage, [live("a", 1, { x: 1, y: { p: 1, q: 2 } })]);
  },

  "of two live versions the later stays, in either order": async ({ storage, reopen }) => {
    await storage.append(owner, [live("a", 1, "old"), live("b", 2, "new")]);
    await storage.append(owner, [live("a", 2, "new"), live("b", 1, "old")]);
    await allContain([storage, await reopen()], [live("a", 2, "new"), live("b", 2, "new")]);
  },

  "an erased record stays erased, whatever the clocks": async ({ storage, reopen }) => {
    await storage.append(owner, [live("a", 1), live("b", 5), live("c", 3), live("d", 1)]);
    await storage.append(owner, [tombstone("a", 2), tombstone("b", 2), tombstone("c", 3)]);
    await storage.append(owner, [live("a", 9), live("b", 9), live("c", 9), live("c", 3, "other")]);
    const expected = [tombstone("a", 2), tombstone("b", 2), tombstone("c", 3), live("d", 1)];
    await allContain([storage, await reopen()], expected);
  },

  "of two tombstones the earlier stays": async ({ storage, reopen }) => {
    await storage.append(owner, [tombstone("a", 2), tombstone("b", 1)]);
    await storage.append(owner, [tombstone("a", 1), tombstone("b", 2)]);
    await allContain([storage, await reopen()], [tombstone("a", 1), tombstone("b", 1)]);
  },

  "the winner rule holds within one batch": async ({ storage, reopen }) => {
    const batch = [
      live("a", 2, "new"),
      live("a", 1, "old"),
      tombstone("b", 1),
      live("b", 2),
      live("c", 1),
      tombstone("c", 9),
    ];
    await storage.append(owner, batch);
    await allContain([storage, await reopen()], [live("a", 2, "new"), tombstone("b", 1), tombstone("c", 9)]);
  },

  "one clock with other content is refused, and nothing of its batch is kept": async ({
    storage,
    reopen,
  }) => {
    const records = [live("a", 1), live("b", 1), tombstone("c", 1)];
    await storage.append(owner, records);
    const other: Tombstone = { ...tombstone("c", 1), kind: "turn" };
    for (const conflict of [live("b", 1, "other"), other]) {
      await refused("integrity", storage.append(owner, [live("n", 2), conflict, live("o", 3)]));
    }
    await refused("integrity", storage.append(owner, [live("n", 2, 1), live("n", 2, 2)]));
    await refused("integrity", storage.append(owner, [live("n", 2, 1), live("n", 2, 2)], { replace: true }));
    await allContain([storage, await reopen()], records);
  },
};
