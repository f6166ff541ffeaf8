import { readFileSync } from "node:fs";
import type { StoredRecord } from "luminoracore";
import { expect, it } from "vitest";

const path = new URL("../../cases/mirror/merge-vectors.json", import.meta.url);

interface Case {
  readonly id: string;
  readonly a: readonly CaseRecord[];
  readonly b: readonly CaseRecord[];
  readonly merged: readonly CaseRecord[] | string;
}

interface CaseRecord {
  readonly id: string;
  readonly kind: string;
  readonly at: readonly [number, number, string];
  readonly erased?: true;
}

/** A storage merges what is appended as the shared cases say, in either order. See `tests/it/records.rs`. */
export function mergeSuite(
  merge: (owner: string, batches: readonly StoredRecord[][]) => Promise<StoredRecord[] | string>,
): void {
  const { cases } = JSON.parse(readFileSync(path, "utf8")) as { readonly cases: readonly Case[] };

  it.each(cases)("merge: $id", async ({ id, a, b, merged }) => {
    for (const batches of [
      [a, b],
      [b, a],
    ]) {
      const owner = `${id} ${batches[0] === a}`;
      const records = (list: readonly CaseRecord[]) => list.map((record) => stored(owner, record));
      const expected = typeof merged === "string" ? merged.replace("ERROR:", "") : records(merged);
      expect(await merge(owner, batches.map(records))).toEqual(expected);
    }
  });
}

function stored(owner: string, { id, kind, at, erased, ...body }: CaseRecord): StoredRecord {
  const [milliseconds, counter, device] = at;
  const clock = `${String(milliseconds).padStart(15, "0")}-${String(counter).padStart(5, "0")}-${device}`;
  const envelope = { id, owner, kind, at: clock };
  return erased ? { ...envelope, erased } : { ...envelope, schema: 1, body };
}
