import { expect, it } from "vitest";
import type * as memory from "../memory.ts";

type Memory = typeof memory;

/** The functions of `memory.ts`, here or in a browser. */
export interface MemoryTrials {
  learnCorrectForget(): ReturnType<Memory["learnCorrectForget"]>;
  extractWithModel(): ReturnType<Memory["extractWithModel"]>;
  repairWithModel(): ReturnType<Memory["repairWithModel"]>;
  leaveOut(): ReturnType<Memory["leaveOut"]>;
  switchOff(): ReturnType<Memory["switchOff"]>;
}

/** What a person tells, through the public API. */
export function memorySuite(trials: MemoryTrials): void {
  it("memory: what a person says of themself is learned, corrected and forgotten", async () => {
    const found = await trials.learnCorrectForget();
    expect(found.learned).toEqual([...Array(3).fill("fact learned"), "episode learned"]);
    expect(found.first).toEqual([
      "location: Lima",
      "name: Ana",
      "dog_name: Max",
      expect.stringMatching(/^emotional_moment: .*Max/),
    ]);
    expect(found.second).toEqual(["location: Cusco", "name: Eva"]);
    expect(found).toMatchObject({
      history: ["Lima"],
      known: true,
      gone: [],
      added: ["favourite_tea", "lapsang", "user", "high"],
    });
    // Cusco and Max, each with what happened there.
    expect(found.told.filter((change) => change === "forgotten")).toHaveLength(4);
    expect(found.told.filter((change) => change === "corrected")).toHaveLength(2);
  });

  it("memory: a model is asked after its reply, once a turn, and its failure touches nothing", async () => {
    expect(await trials.extractWithModel()).toEqual({
      reply: "Oh, hello.",
      afterwards: ["reply", "extract"],
      learned: ["learned"],
      dropped: ["unsupported_quote"],
      usage: [100, 20],
      memories: ["occupation: baker"],
      runs: 2,
      failed: ["Oh.", "the model is gone"],
      closed: expect.stringMatching(/^(disposed|done before)$/),
    });
  });

  it("memory: an answer that cannot be read is asked for once more, and both attempts are counted", async () => {
    const usage = { input_tokens: 2_000, output_tokens: 500, cost_usd: 0.03, estimated: false };
    expect(await trials.repairWithModel()).toEqual({
      repaired: [true, ["learned"], []],
      usage: { input_tokens: 4_000, output_tokens: 1_000, cost_usd: 0.06, estimated: false },
      replyCost: 0.03,
      attempts: [usage, usage],
      quoted: true,
      unreadable: [true, [], ["broken_json"]],
      unreadableCost: 0.06,
      calls: 4,
      failed: "the model is gone",
      closed: "disposed",
      stored: 0,
      runs: 6,
    });
  });

  it("memory: no model is asked beyond the tokens of the day, or where nothing is wanted", async () => {
    expect(await trials.leaveOut()).toEqual({
      days: [
        ["Oh, hello.", true, 2_000, [], 0, undefined],
        ["Oh, hello.", false, undefined, ["token_budget"], 0, undefined],
        ["Oh, hello.", true, 2_000, [], 0, undefined],
      ],
      calls: 2,
      off: ["Oh, hello.", [], [], 0],
      refused: ["out_of_range", "/tokens_per_day"],
    });
  });

  it("memory: each flag that is off gates what it names, and nothing else", async () => {
    const { nothing, ...found } = await trials.switchOff();
    const all = {
      kinds: ["name", "dog_name", "emotional_moment"],
      prompt: ["## Facts", "## Episodes", "Mood: shy"],
      applied: ["friend_level", "shy_mood"],
      points: 46,
      moods: true,
      analytics: "fine",
      export: "fine",
      calls: ["reply"],
      enabled: 8,
    };
    expect(nothing).toEqual(all);
    expect(found).toEqual({
      episodic_memory: { ...all, kinds: ["name", "dog_name"], prompt: ["## Facts", "Mood: shy"], enabled: 7 },
      semantic_search: { ...all, enabled: 7 },
      fact_extraction: {
        ...all,
        kinds: ["emotional_moment"],
        prompt: ["## Episodes", "Mood: shy"],
        enabled: 7,
      },
      hierarchical_personality: { ...all, applied: ["shy_mood"], enabled: 7 },
      mood_system: {
        ...all,
        prompt: ["## Facts", "## Episodes"],
        applied: ["friend_level"],
        moods: false,
        enabled: 7,
      },
      affinity_system: { ...all, applied: expect.arrayContaining(["shy_mood"]), points: 0, enabled: 7 },
      conversation_analytics: { ...all, analytics: "feature_disabled", enabled: 7 },
      snapshot_export: { ...all, export: "feature_disabled", enabled: 7 },
    });
  });
}
