import type { Arrivals } from "../../storage/storage.ts";
import { all, check, equal, recordsIn } from "./checks.ts";
import { live, owner, tombstone } from "./records.ts";
import type { Rules } from "./rule.ts";

/** What came since a position in the log. */
export const arrivals: Rules = {
  "what came since a position comes, until something is taken away": async ({ storage, reopen }) => {
    if (!storage.arrivals) return;
    const second = await reopen();
    const records = [live("a", 5), live("b", 6)];
    await storage.append(owner, records);
    await storage.append("you", [live("a", 5, 0, "you")]);
    const { position } = await storage.arrivals(owner);
    check(position.length <= 200, "a position is short");
    const since = async (after: string) => {
      const views = [storage, second];
      return await Promise.all(views.map((view) => view.arrivals?.(owner, after) as Promise<Arrivals>));
    };
    // An older clock, another version, and a batch that changes nothing.
    const later = [live("late", 1), live("a", 7, "changed")];
    await second.append(owner, later);
    await storage.append(owner, records.slice(1));
    for (const arrivals of await since(position)) {
      check(arrivals.continues, "the log goes on");
      const came = await recordsIn(arrivals);
      for (const record of later)
        check(
          came.some(({ id, at }) => id === record.id && at === record.at),
          record.id,
        );
      for (const next of await since(arrivals.position)) {
        check(next.continues, "the log goes on from its end");
        equal(await recordsIn(next), []);
      }
    }
    for (const nonsense of ["", ":", "x:y", `${position}000`]) {
      for (const { continues } of await since(nonsense)) check(!continues, `no position: ${nonsense}`);
    }
    const erasures: Record<string, () => Promise<void>> = {
      "a tombstone": () => second.append(owner, [tombstone("b", 9)]),
      replace: () => storage.append(owner, [live("n", 1)], { replace: true }),
      erase: async () => {
        await second.erase(owner);
        await second.append(owner, [live("n", 2)]);
      },
    };
    for (const [name, erasure] of Object.entries(erasures)) {
      const [before] = (await since("")) as [Arrivals];
      await storage.cache?.(owner).put("log", Uint8Array.of(1), { position: before.position });
      await storage.append(owner, [live(`more-${name}`, 1)]);
      equal(await storage.cache?.(owner).get("log"), storage.cache && Uint8Array.of(1));
      await erasure();
      for (const arrivals of await since(before.position)) {
        check(!arrivals.continues, `${name} ends what was known`);
        equal(
          (await recordsIn(arrivals)).map(({ id }) => id).sort(),
          (await all(storage)).map(({ id }) => id).sort(),
        );
      }
      // Whoever has not heard of it keeps nothing.
      await second.cache?.(owner).put("log", Uint8Array.of(2), { position: before.position });
      equal(await storage.cache?.(owner).get("log"), undefined);
    }
  },
};
