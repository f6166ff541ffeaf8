import type { RecordText, Storage, StoredRecord } from "../../storage/storage.ts";
import { allContain, check, contains, equal, refused } from "./checks.ts";
import { live, owner, tombstone } from "./records.ts";
import type { Rules, StorageUnderTest } from "./rule.ts";

/** What is appended as texts is the same as what is appended, however it is written. */
export const texts: Rules = {
  "a record may be written in any way": async ({ storage, reopen }) => {
    if (!storage.appendTexts) return;
    for (const [index, write] of ways.entries()) {
      const records = [
        live(`a${index}`, 1, { text: "line\nfeed 🌙", list: [{ erased: true }] }),
        tombstone("t", 1),
      ];
      await storage.appendTexts(owner, records.map(write));
      await contains(await reopen(), records, owner, { since: "" });
      await storage.appendTexts(owner, [], { replace: true });
    }
    equal(await storage.owners(), []);
  },

  "the same content is the same, however it is written": async ({ storage, reopen }) => {
    if (!storage.appendTexts) return;
    const records = [live("a", 1, { x: 1, y: { p: [1], q: 2 } }), tombstone("b", 1), live("c", 1)];
    await storage.append(owner, records);
    for (const write of ways) await storage.appendTexts(owner, records.map(write));
    await allContain([storage, await reopen()], records);
    for (const write of ways) {
      await refused(
        "integrity",
        storage.appendTexts(owner, [live("n", 1), live("c", 1, "other")].map(write)),
      );
      await storage.appendTexts(owner, [live("a", 2, "newer"), live("b", 9), live("c", 0)].map(write));
    }
    await allContain([storage, await reopen()], [live("a", 2, "newer"), tombstone("b", 1), live("c", 1)]);
  },

  "both ways of appending may be under way at once": async ({ storage, reopen }) => {
    const second = await reopen();
    if (!storage.appendTexts || !second.appendTexts) return;
    const batches = Array.from({ length: 20 }, (_, index) => [
      live(`r${index}`, index),
      live("both", index, index),
    ]);
    await Promise.all(
      batches.map((batch, index) => {
        const view = index % 4 < 2 ? storage : second;
        return index % 2 === 0 ? view.append(owner, batch) : view.appendTexts?.(owner, batch.map(asText));
      }),
    );
    await allContain(
      [storage, second],
      [...batches.flatMap(([record]) => record ?? []), live("both", 19, 19)],
    );
  },
};

/** The same storage, to which everything comes as texts; undefined where it takes none. */
export function takingTexts({ storage, reopen, destroy }: StorageUnderTest): StorageUnderTest | undefined {
  if (!storage.appendTexts) return undefined;
  const own = new Map<Storage, Storage>();
  // One for each: whether two views are one is of interest.
  const taking = (view: Storage): Storage => {
    const known = own.get(view) ?? withTexts(view);
    own.set(view, known);
    return known;
  };
  return { storage: taking(storage), reopen: async () => taking(await reopen()), destroy };
}

function withTexts(view: Storage): Storage {
  const append: Storage["append"] = async (of, records, { replace = false } = {}) => {
    check(view.appendTexts !== undefined, "every view takes texts");
    await view.appendTexts?.(of, records.map(asText), { replace });
  };
  return new Proxy(view, {
    get(target, name) {
      if (name === "append") return append;
      const value: unknown = Reflect.get(target, name);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

function asText(record: StoredRecord): RecordText {
  const { id, owner, kind, at, erased } = record;
  return { id, owner, kind, at, ...(erased && { erased }), text: JSON.stringify(record) };
}

/** What comes first, with or without white space: all of it is JSON. */
const ways: ((record: StoredRecord) => RecordText)[] = [
  asText,
  (record) => ({ ...asText(record), text: JSON.stringify(backwards(record)) }),
  (record) => ({ ...asText(record), text: JSON.stringify(record, null, 2) }),
  (record) => ({
    ...asText(record),
    text: ` ${JSON.stringify(record).replaceAll('"erased"', ' "erased"\r')} `,
  }),
];

/** With the members of every object in the opposite order. */
function backwards(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(backwards);
  if (typeof value !== "object" || value === null) return value;
  const members = Object.entries(value).reverse();
  return Object.fromEntries(members.map(([key, member]) => [key, backwards(member)]));
}
