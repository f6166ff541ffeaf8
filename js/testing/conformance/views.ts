import type { Arrivals, Storage, StoredRecord } from "../../storage/storage.ts";
import { all, allContain, check, contains, equal, pause, recordsIn, refused } from "./checks.ts";
import { live, owner, tombstone } from "./records.ts";
import type { Rules } from "./rule.ts";

/** Several views of the same data, as processes and tabs have them. */
export const views: Rules = {
  "concurrent batches are all kept": async ({ storage, reopen }) => {
    const second = await reopen();
    const batches = Array.from({ length: 40 }, (_, index) => [
      live(`x${index}`, index + 1),
      live(`y${index}`, index + 1),
      live("shared", index + 1, index),
    ]);
    await Promise.all(
      batches.flatMap((batch, index) => [
        storage.append(owner, batch),
        ...(index % 4 === 0 ? [second.append(owner, batch)] : []),
      ]),
    );
    const expected = [...batches.flatMap((batch) => batch.slice(0, 2)), live("shared", 40, 39)];
    await allContain([storage, second], expected);
  },

  "concurrent batches with one conflict: one is kept whole, one refused whole": async ({ storage }) => {
    const results = await Promise.allSettled(
      [0, 1].map((side) => storage.append(owner, [live(`only${side}`, 1), live("both", 1, side)])),
    );
    equal(results.map(({ status }) => status).sort(), ["fulfilled", "rejected"]);
    const kept = results.findIndex(({ status }) => status === "fulfilled");
    await contains(storage, [live(`only${kept}`, 1), live("both", 1, kept)]);
  },

  "another view sees what was appended, replaced and erased": async ({ storage, reopen }) => {
    const second = await reopen();
    await storage.append(owner, [live("a", 1), live("b", 1)]);
    await contains(second, [live("a", 1), live("b", 1)]);
    await second.append(owner, [tombstone("a", 2)]);
    await contains(storage, [tombstone("a", 2), live("b", 1)]);
    await storage.append(owner, [live("c", 1)], { replace: true });
    await contains(second, [live("c", 1)]);
    await second.erase(owner);
    await contains(storage, []);
    equal(await storage.owners(), []);
  },

  "views that take turns miss nothing of each other": async ({ storage, reopen }) => {
    const views = [storage, await reopen(), await reopen()];
    const records: StoredRecord[] = [];
    const positions: string[] = [];
    for (let turn = 0; turn < 12; turn++) {
      const view = views[turn % views.length] as Storage;
      // A new one, and another version of one that another view has written.
      const batch = [live(`r${turn}`, turn), live("shared", turn, turn)];
      await view.append(owner, batch);
      records.push(batch[0] as StoredRecord);
      const arrivals = await view.arrivals?.(owner);
      if (arrivals) positions.push(arrivals.position);
    }
    await allContain(views, [...records, live("shared", 11, 11)]);
    for (const [turn, position] of positions.entries()) {
      for (const view of views) {
        const came = await recordsIn((await view.arrivals?.(owner, position)) as Arrivals);
        for (const { id } of records.slice(turn + 1))
          check(
            came.some((record) => record.id === id),
            `${id} came after turn ${turn}`,
          );
      }
    }
  },

  "what another view has erased stays erased, for those who have not heard of it": async ({
    storage,
    reopen,
  }) => {
    const second = await reopen();
    await storage.append(owner, [live("a", 1), live("b", 1)]);
    await storage.append(owner, [live("c", 1)]);
    await second.append(owner, [tombstone("a", 2), tombstone("unknown", 2)]);
    await storage.append(owner, [live("a", 9), live("unknown", 9), live("d", 9)]);
    const expected = [tombstone("a", 2), live("b", 1), live("c", 1), tombstone("unknown", 2), live("d", 9)];
    await allContain([storage, second], expected);
    await second.erase(owner);
    await storage.append(owner, [live("e", 1)]);
    await second.append(owner, [live("f", 1)]);
    await allContain([storage, second, await reopen()], [live("e", 1), live("f", 1)]);
  },

  "a batch that was refused is in nobody's way": async ({ storage, reopen }) => {
    const second = await reopen();
    await storage.append(owner, [live("a", 1)]);
    const batches = [[live("b", 1)], [live("n", 2), live("a", 1, "other")], [live("c", 1)], [live("d", 1)]];
    const results = await Promise.allSettled(
      batches.map((batch, index) => (index === 3 ? second : storage).append(owner, batch)),
    );
    equal(
      results.map(({ status }) => status),
      ["fulfilled", "rejected", "fulfilled", "fulfilled"],
    );
    const expected = ["a", "b", "c", "d"].map((id) => live(id, 1));
    await allContain([storage, second], expected);
  },

  "a listener hears of other views' changes only": async ({ storage, reopen }) => {
    const second = await reopen();
    if (!storage.subscribe || second === storage) return;
    const heard: unknown[] = [];
    const own: unknown[] = [];
    const stop = storage.subscribe((name, records, replaced) => heard.push([name, records, replaced]));
    second.subscribe?.((name) => own.push(name));
    // Both ask for the owner: an adapter may look for changes of those alone.
    await allContain([storage, second], []);
    const changes: [expected: unknown, change: () => Promise<void>][] = [
      [[owner, [live("a", 1)], false], () => second.append(owner, [live("a", 1)])],
      [[owner, [live("b", 2)], true], () => second.append(owner, [live("b", 2)], { replace: true })],
      [[owner, [], true], () => second.erase(owner)],
    ];
    const expected = changes.map(([event]) => event);
    for (const [index, [, change]] of changes.entries()) {
      await change();
      if (index === 0) await change();
      // One that looks from time to time hears of several changes at once.
      for (let wait = 0; wait < 100 && heard.length <= index; wait++) await pause(20);
    }
    equal(heard, expected);
    equal(own, []);
    stop();
    await second.append(owner, [live("c", 1)]);
    await pause(50);
    equal(heard, expected);
  },

  "after close every call is refused": async ({ storage, reopen }) => {
    await storage.append(owner, [live("a", 1)]);
    const pending = storage.append(owner, [live("b", 1)]);
    const second = await reopen();
    await storage.close();
    await pending;
    await storage.close();
    await refused("disposed", storage.append(owner, [live("c", 1)]));
    await refused("disposed", all(storage));
    if (storage.arrivals) await refused("disposed", storage.arrivals(owner));
    await refused("disposed", storage.owners());
    await refused("disposed", storage.erase(owner));
    if (second !== storage) await contains(second, [live("a", 1), live("b", 1)]);
  },
};
