import { describe, expect, it } from "vitest";
import { listOf, toRecord, toText } from "../../js/storage/record-text.ts";
import type { StoredRecord } from "../../js/storage/storage.ts";
import { fromText } from "../../js/storage/text-head.ts";

const records: StoredRecord[] = [
  { id: "a", owner: "diego", kind: "turn", at: "1-a", schema: 1, body: { id: "b", erased: true } },
  { id: "a", owner: "diego", kind: "turn", at: "1-a", erased: true },
  { id: 'a","owner":"x', owner: "\\", kind: "\n", at: '"', schema: 1, body: null },
  { id: "", owner: "\u2028 🌙 \ud83c", kind: "", at: "", schema: 1, body: "" },
];

describe("a record as text", () => {
  it("says beside the text what it says inside", () => {
    for (const record of records) {
      const { id, owner, kind, at, erased } = record;
      const text = toText(record);
      expect(text).toEqual({ id, owner, kind, at, erased, text: text.text });
      expect(JSON.parse(text.text)).toEqual(record);
      expect(fromText(text.text)).toEqual(text);
      expect(toRecord(text)).toEqual(record);
    }
    expect(JSON.parse(listOf(records.map(toText)))).toEqual(records);
    expect(listOf([])).toBe("[]");
  });

  it("may be written in any way", () => {
    for (const record of records) {
      const { id, owner, kind, at, erased, ...rest } = record;
      for (const text of [
        JSON.stringify({ ...rest, at, erased, id, kind, owner }),
        JSON.stringify({ id, owner, kind, at, ...rest, erased }),
        JSON.stringify({ id, owner, kind, erased, at, ...rest }),
        JSON.stringify({ id, owner, kind, at, body: 0, erased }),
        JSON.stringify(record).replace('"erased"', ' "erased"'),
        JSON.stringify(record, null, 2),
        ` ${JSON.stringify(record)}`,
      ])
        expect(fromText(text)).toEqual({ id, owner, kind, at, erased, text });
    }
  });

  it("is a copy", () => {
    const body = { list: [1] };
    const text = toText({ id: "a", owner: "diego", kind: "turn", at: "1-a", schema: 1, body });
    body.list.push(2);
    expect(toRecord(text)).toMatchObject({ body: { list: [1] } });
  });
});
