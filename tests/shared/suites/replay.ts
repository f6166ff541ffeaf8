import { expect, it } from "vitest";
import { file } from "../cases.ts";
import type { recordAndReplay } from "../replay.ts";

/** A recorded run, replayed here or in a browser. */
export function replaySuite(run: typeof recordAndReplay): void {
  it("a recorded run of twenty turns, replayed, gives the same records and prompts, byte for byte", async () => {
    const { first, second, left } = await run(file("personalities/alicia.json"));
    expect(first.turns).toBe(40);
    expect(second).toEqual(first);
    expect(left).toBe(0);
    // The inputs are what makes a run: another one gives other records.
    const another = await run(file("personalities/alicia.json"));
    expect(another.first.records).not.toBe(first.records);
  });
}
