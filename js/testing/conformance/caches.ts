import { equal, refused } from "./checks.ts";
import { live, owner, tombstone } from "./records.ts";
import type { Rules } from "./rule.ts";

/** Bytes that a storage keeps for what follows from a log. */
export const caches: Rules = {
  "a cache keeps bytes until something is erased": async ({ storage, reopen }) => {
    if (!storage.cache) return;
    const second = await reopen();
    const bytes = Uint8Array.of(0, 1, 255);
    const cached = async (name: string, of = owner) =>
      await Promise.all([storage, second].map((view) => view.cache?.(of).get(name)));
    const erasures: Record<string, () => Promise<void>> = {
      "a tombstone": () => storage.append(owner, [live("b", 2), tombstone("a", 3)]),
      "a tombstone that was known": () => storage.append(owner, [tombstone("a", 3)]),
      replace: () => storage.append(owner, [live("c", 4)], { replace: true }),
      erase: () => storage.erase(owner),
    };
    equal(await cached("index"), [undefined, undefined]);
    for (const erasure of Object.values(erasures)) {
      await storage.cache(owner).put("index", Uint8Array.of(7));
      await storage.cache(owner).put("index", bytes);
      await storage.cache(owner).put("other-1", new Uint8Array());
      await storage.cache("you").put("index", bytes);
      await storage.append(owner, [live("a", 1), live("b", 1)]);
      equal(await cached("index"), [bytes, bytes]);
      equal(await cached("other-1"), [new Uint8Array(), new Uint8Array()]);
      await erasure();
      equal(await cached("index"), [undefined, undefined]);
      equal(await cached("other-1"), [undefined, undefined]);
      equal(await cached("index", "you"), [bytes, bytes]);
    }
    equal(await storage.owners(), []);
    await storage.close();
    await refused("disposed", storage.cache(owner).get("index"));
    await refused("disposed", storage.cache(owner).put("index", bytes));
  },
};
