import { expect, it } from "vitest";
import type { eraseAndLook } from "../erase.ts";

/** Whatever one turn or one session said is nowhere afterwards, and stays so. */
export function eraseSuite(erase: (what: "turn" | "session") => ReturnType<typeof eraseAndLook>): void {
  const left = { atOnce: [], apiAtOnce: [], closed: [], apiAfterwards: [], afterwards: [] };

  it("erase: of one turn nothing is left anywhere, and nothing brings it back", async () => {
    expect(await erase("turn")).toEqual({
      before: ["zebulon", "quokka"],
      gone: ["fact", "fact", "run", "turn"],
      told: ["fact forgotten", "fact forgotten", "memory", "memory", "run", "turn"],
      messages: 1,
      facts: ["location"],
      // The turn and both facts.
      skipped: 3,
      left,
    });
  });

  it("erase: of one session nothing is left anywhere, and what another session says too is known by that", async () => {
    expect(await erase("session")).toMatchObject({
      before: ["zebulon", "quokka"],
      // What both say is written anew, without this session.
      gone: ["fact", "fact", "fact", "run", "run", "session", "turn", "turn"],
      messages: 2,
      facts: ["location"],
      left,
    });
  });
}
