import { expect, it } from "vitest";
import type { travel } from "../snapshot.ts";

/** A relationship travels with its vectors, in a compact form, and without what says whose it is. */
export function snapshotSuite(travelled: () => ReturnType<typeof travel>): void {
  it("snapshot: a relationship travels in every form, and comes back byte for byte", async () => {
    expect(await travelled()).toEqual({
      owner: "diego",
      notes: 0,
      isSame: true,
      isShorter: true,
      // What is left when name and dog are gone.
      memories: 1,
      // With the episode.
      vectors: 4,
      embedded: 0,
      hides: [],
      removed: { facts: 2 },
      nobody: ["user", "session_1", 0],
      afresh: [0, 0, 0],
    });
  });
}
