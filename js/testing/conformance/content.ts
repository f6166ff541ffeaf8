import type { LiveRecord } from "../../storage/storage.ts";
import { all, allContain, contains, equal } from "./checks.ts";
import { live, owner, tombstone } from "./records.ts";
import type { Rules } from "./rule.ts";

/** What is appended comes back as it was given, whatever it says. */
export const content: Rules = {
  "an owner without records has none": async ({ storage }) => {
    await contains(storage, []);
    await storage.append(owner, []);
    await storage.erase(owner);
    equal(await storage.owners(), []);
  },

  "a batch comes back as it was given": async ({ storage, reopen }) => {
    const records = [live("a", 1, awkwardBody), live("b", 2, [[], {}, [null]]), tombstone("c", 3)];
    await storage.append(owner, records);
    await allContain([storage, await reopen()], records);
  },

  "objects that are not given away can be changed at once": async ({ storage }) => {
    const [body, given] = [{ text: "said" }, { text: "given away" }];
    const appended = storage.append(owner, [live("a", 1, body)]);
    body.text = "changed";
    await appended;
    await storage.append(owner, [live("b", 2, given)], { transfer: true });
    await contains(storage, [live("a", 1, { text: "said" }), live("b", 2, { text: "given away" })]);
  },

  "the caller's objects stay the caller's": async ({ storage }) => {
    const body = { list: [1] };
    const records = [live("a", 1, body)];
    const appended = storage.append(owner, records);
    body.list.push(2);
    records.push(live("late", 2));
    await appended;
    await contains(storage, [live("a", 1, { list: [1] })]);
    const [seen] = (await all(storage)) as [LiveRecord];
    (seen.body as { list: number[] }).list.push(3);
    await contains(storage, [live("a", 1, { list: [1] })]);
  },

  "any text may be an id": async ({ storage, reopen }) => {
    const records = [
      "",
      "a/b",
      "sha256:00",
      "\u0000",
      "ñ",
      "__proto__",
      "constructor",
      "🌙",
      "x".repeat(500),
    ].map((id) => live(id, 1, id));
    await storage.append(owner, records);
    await contains(await reopen(), records);
  },

  "10,000 records in one batch, and again": async ({ storage, reopen }) => {
    const records = Array.from({ length: 10_000 }, (_, index) =>
      live(`r${index}`, index, { text: `line ${index}` }),
    );
    await storage.append(owner, records);
    await storage.append(owner, records);
    await storage.append(owner, [tombstone("r5000", 20_000)]);
    const expected = records.map((record) => (record.id === "r5000" ? tombstone("r5000", 20_000) : record));
    await contains(await reopen(), expected);
  },
};

const awkwardBody = {
  text: 'ñ 🌙 "quotes" \\ \u0000 \u2028 line\nfeed {"commit":"',
  numbers: [0, 1, -1.5, 1e21, 5e-324, 0.1, 9007199254740991],
  nested: { deeper: { deepest: [[[]]] } },
  nothing: null,
  yes: true,
  "": "empty key",
};
