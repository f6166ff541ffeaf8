import { contains, equal, refused } from "./checks.ts";
import { live, owner } from "./records.ts";
import type { Rules } from "./rule.ts";

/** The log of one owner has nothing to do with that of another. */
export const owners: Rules = {
  "a record of another owner is refused with its batch": async ({ storage }) => {
    await refused("invalid_argument", storage.append(owner, [live("a", 1), live("b", 2, 0, "other")]));
    await contains(storage, []);
    equal(await storage.owners(), []);
  },

  "owners are apart": async ({ storage, reopen }) => {
    const mine = live("same-id", 1, "mine");
    const yours = live("same-id", 1, "yours", "you");
    await storage.append(owner, [mine]);
    await storage.append("you", [yours]);
    equal(await storage.owners(), [owner, "you"].sort());
    await contains(storage, [mine]);
    await contains(storage, [yours], "you");
    await storage.erase(owner);
    equal(await storage.owners(), ["you"]);
    await contains(storage, []);
    await contains(await reopen(), [yours], "you");
  },

  "any text may name an owner": async ({ storage, reopen }) => {
    for (const name of awkwardOwners) await storage.append(name, [live("a", 1, name, name)]);
    const again = await reopen();
    equal(await again.owners(), [...awkwardOwners].sort());
    for (const name of awkwardOwners) await contains(again, [live("a", 1, name, name)], name);
    for (const name of awkwardOwners) await again.erase(name);
    equal(await again.owners(), []);
  },
};

const awkwardOwners = [
  "Diego",
  "diego",
  "a/b",
  "a\\b",
  "..",
  ".",
  "../../etc",
  "CON",
  "nul.txt",
  " ",
  "a b?*:|<>\"'",
  "%2e%2e",
  "ñandú",
  "n\u0303andu",
  "日本語",
  "🌙",
  "line\nfeed",
  "\u0000",
  "__proto__",
  "luminora:library",
  "x".repeat(200),
  "🌙".repeat(200),
];
