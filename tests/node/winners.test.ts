import { describe, expect, it } from "vitest";
import { toRecord, toText } from "../../js/storage/record-text.ts";
import type { RecordText, StoredRecord } from "../../js/storage/storage.ts";
import { fromText } from "../../js/storage/text-head.ts";
import { winner, winners } from "../../js/storage/winners.ts";

const owner = "diego";

/** Versions of one record that can meet: live and erased, at three clocks, one of them with two devices. */
const versions: RecordText[] = ["1-a", "2-a", "2-b"].flatMap((at) => [
  toText({ id: "r", owner, kind: "memory", at, schema: 1, body: { at, more: [1] } }),
  toText({ id: "r", owner, kind: "memory", at, erased: true }),
]);

/** A record that says something else beside the same. */
const changed = (record: RecordText, change: object) =>
  toText({ ...toRecord(record), ...change } as StoredRecord);

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
    const [live1, dead1, live2, dead2] = versions as [RecordText, RecordText, RecordText, RecordText];
    expect(winner(live2, dead1)).toBe(dead1);
    expect(winner(live1, live2)).toBe(live2);
    expect(winner(dead1, dead2)).toBe(dead1);
  });

  it("is either of two texts that say the same", () => {
    const [live] = versions as [RecordText];
    const text = `{ "body": {"more": [1.0], "at": "1-a"}, "schema": 1, "at": "1-a",
      "kind": "memory", "owner": "diego", "id": "r" }`;
    expect(winner(live, fromText(text))).toBe(live);
  });

  it("is nobody when one clock has different content", () => {
    const [live, tombstone] = versions as [RecordText, RecordText];
    for (const change of [
      { body: { at: "other", more: [1] } },
      { body: null },
      { body: ["1-a", [1]] },
      { schema: 2 },
      { kind: "turn" },
    ]) {
      expect(() => winner(live, changed(live, change))).toThrow(
        expect.objectContaining({ code: "integrity", message: expect.stringContaining("record r") }),
      );
    }
    expect(() => winner(tombstone, changed(tombstone, { kind: "turn" }))).toThrow(
      expect.objectContaining({ code: "integrity" }),
    );
  });
});

describe("the winners of a batch", () => {
  it("are those that change something, one for each id", () => {
    const [live1, , live2] = versions as [RecordText, RecordText, RecordText];
    const other = changed(live1, { id: "s" });
    expect(winners(owner, new Map(), [live1, live2, other, live1])).toEqual([live2, other]);
    expect(winners(owner, new Map([["r", live2]]), [live1, live2])).toEqual([]);
  });

  it("name the record that belongs to somebody else", () => {
    const [mine] = versions as [RecordText];
    expect(() => winners(owner, new Map(), [mine, changed(mine, { owner: "ana" })])).toThrow(
      expect.objectContaining({ code: "invalid_argument", path: "/1/owner" }),
    );
  });
});
