import { expect, it } from "vitest";
import type * as recall from "../recall.ts";

type Recall = typeof recall;

/** The functions of `recall.ts`, here or in a browser. */
export interface RecallTrials {
  findAndForget(): ReturnType<Recall["findAndForget"]>;
  keepTheIndex(): ReturnType<Recall["keepTheIndex"]>;
  findByMeaning(): ReturnType<Recall["findByMeaning"]>;
  failToEmbed(): ReturnType<Recall["failToEmbed"]>;
}

/** What is found again, through the public API. */
export function recallSuite(trials: RecallTrials): void {
  it("recall: what was said, remembered and brought along is found until it is forgotten", async () => {
    const key = ["turn", "The spare key is under the blue flowerpot."];
    expect(await trials.findAndForget()).toEqual({
      key: [[...key, "keys"]],
      jasmine: [
        ["fact", "favourite tea: jasmine", "jasmine"],
        ["note", "# Garden\n\nWater the jasmine on Fridays.", "jasmine"],
      ],
      notes: [["garden.md", [0, 39]]],
      previewed: [
        [...key, "spare key"],
        ["turn", "I will keep that in mind.", ""],
      ],
      told: [
        [...key, "spare key"],
        ["turn", "I will keep that in mind.", ""],
      ],
      reported: true,
      left: [],
      late: "invalid_argument",
    });
  });

  it("recall: the index is kept, without what was erased", async () => {
    const kept = { kept: true, found: 1, rest: [true, false], nothing: true };
    expect(await trials.keepTheIndex()).toEqual(kept);
  });

  it("recall: memories are embedded once, and found by what they mean", async () => {
    const found = await trials.findByMeaning();
    expect(found).toMatchObject({
      done: { done: 3, total: 3 },
      heard: true,
      best: ["We got a puppy.", 0, true],
      again: [],
      anew: { done: 4, total: 4 },
      renewed: 4,
    });
    expect(found.progress.at(-1)).toEqual({ done: 3, total: 3 });
    expect(found.told).toContain("We got a puppy.");
    expect(found.first).toEqual([
      "document: Do we have animals?",
      "document: It was windy.",
      "document: The boat leaks.",
      "document: We got a puppy.",
      "query: Do we have animals?",
      "query: any animals?",
    ]);
  });

  it("recall: an embedder that fails is told of, and words make up for it", async () => {
    expect(await trials.failToEmbed()).toEqual({
      refused: "model_unavailable",
      errors: ["model_unavailable"],
      found: [["turn", "The boat leaks.", "boats"]],
      stored: true,
    });
  });
}
