import { describe, expect, it } from "vitest";
import type { StoredRecord } from "../../js/storage/storage.ts";
import { winner, winners } from "../../js/storage/winners.ts";

const owner = "diego";

/** Versions of one record that can meet: live and erased, at three clocks, one of them with two devices. */
const versions: StoredRecord[] = ["1-a", "2-a", "2-b"].flatMap((at): StoredRecord[] => [
  { id: "r", owner, kind: "memory", at, schema: 1, body: { at } },
  { id: "r", owner, kind: "memory", at, erased: true },
]);

describe("the winner of two versions", () => {
  it("is the same in either order, in any grouping, and against itself", () => {
    for (const a of versions) {
      expect(winner(a, structuredClone(a))).toBe(a);
      for (const b of versions) {
        expect(winner(a, b)).toBe(winner(b, a));
        for (const c of versions) expect(winner(winner(a, b), c)).toBe(winner(a, winner(b, c)));
      }
    }
  });

  it("is the erased one, then the later; of two tombstones the earlier", () => {
    const [live1, dead1, live2, dead2] = versions as [StoredRecord, StoredRecord, StoredRecord, StoredRecord];
    expect(winner(live2, dead1)).toBe(dead1);
    expect(winner(live1, live2)).toBe(live2);
    expect(winner(dead1, dead2)).toBe(dead1);
  });

  it("is nobody when one clock has different content", () => {
    const [live, tombstone] = versions as [StoredRecord, StoredRecord];
    for (const other of [
      { ...live, body: { at: "other" } },
      { ...live, body: null },
      { ...live, body: ["1-a"] },
      { ...live, schema: 2 },
      { ...live, kind: "turn" },
    ]) {
      expect(() => winner(live, other as StoredRecord)).toThrow(
        expect.objectContaining({ code: "integrity", message: expect.stringContaining("record r") }),
      );
    }
    expect(() => winner(tombstone, { ...tombstone, kind: "turn" })).toThrow(
      expect.objectContaining({ code: "integrity" }),
    );
  });
});

describe("the winners of a batch", () => {
  it("are those that change something, one for each id", () => {
    const [live1, , live2] = versions as [StoredRecord, StoredRecord, StoredRecord];
    const other = { ...live1, id: "s" };
    expect(winners(owner, new Map(), [live1, live2, other, live1])).toEqual([live2, other]);
    expect(winners(owner, new Map([["r", live2]]), [live1, live2])).toEqual([]);
  });

  it("name the record that belongs to somebody else", () => {
    const [mine] = versions as [StoredRecord];
    expect(() => winners(owner, new Map(), [mine, { ...mine, owner: "ana" }])).toThrow(
      expect.objectContaining({ code: "invalid_argument", path: "/1/owner" }),
    );
  });
});
