import type { FactView, NoteView, Recalled, SessionState } from "luminoracore";
import { describe, expect, it } from "vitest";
import { learnedByTurn } from "../../www/learned.ts";
import { earlierValues, factInWords, standing } from "../../www/memory-words.ts";
import { headingOf } from "../../www/note-files.ts";
import { because, excerpt, origin, rememberedLine, weights, wording } from "../../www/recalled-words.ts";
import { day, moment } from "../../www/when.ts";
import { reasons } from "../../www/why.ts";

type Progression = SessionState["affinity"]["history"][number];

const hour = 3_600_000;

describe("the page's words for a fact", () => {
  it("leave out a value that its key has in it, whatever the value is", () => {
    const cases: [string, unknown, string][] = [
      ["dog_name", "Max", "dog name: Max"],
      ["likes_mountain_biking", "mountain biking", "likes mountain biking"],
      ["likes_cafe", "café", "likes café"],
      ["peanuts", "Peanuts", "Peanuts"],
      // Not where it only ends alike.
      ["brother", "other", "brother: other"],
      ["has_car", true, "has car"],
      ["has_car", false, "has car: no"],
      ["age", 30, "age: 30"],
      ["languages", ["es", "en"], "languages: es, en"],
      ["address", { city: "Lima", floor: 2 }, "address: city: Lima, floor: 2"],
    ];
    for (const [key, value, text] of cases) expect(factInWords(key, value)).toBe(text);
  });

  it("say how sure it is, by whom, and since when", () => {
    const now = new Date().toISOString();
    expect(standing(fact({ class: "high", last_updated: now }))).toBe("certain · mentioned today");
    expect(standing(fact({ class: "low", mention_count: 3, last_updated: now }))).toBe(
      "not so sure · mentioned 3 times, last today",
    );
    expect(standing(fact({ origin: "user", last_updated: now }))).toBe("added by you · today");
    const history = [earlier("Ana", "2020-03-05T12:00:00Z"), earlier("Anna", now)];
    expect(earlierValues(fact({ history }))).toBe("Before: Anna (until today), Ana (until Mar 5, 2020)");
    expect(earlierValues(fact({}))).toBe("");
  });

  it("stand under the turn that said each value first, and under none that set it by hand", () => {
    const sources = (turn: string) => [{ turn, span: [0, 3] as [number, number] }];
    const corrected = fact({
      value: "Eva",
      sources: [...sources("t2"), ...sources("t3")],
      history: [{ ...earlier("Ana", "2020-03-05T12:00:00Z"), sources: sources("t1") }],
    });
    const byHand = fact({ key: "tea", origin: "user" });
    expect([...learnedByTurn([corrected, byHand])]).toEqual([
      ["t1", ["name: Ana"]],
      ["t2", ["name: Eva (was Ana)"]],
    ]);
  });
});

describe("the page's reasons for points", () => {
  it("name kind, decay, cap and what else counted", () => {
    const before = change({ points: 20 });
    const cases: [Partial<Progression>, string[]][] = [
      [{ kind: "neutral", reasons: ["neutral"] }, ["a message"]],
      [{ kind: "neutral", reasons: ["unknown_interaction"] }, ["a message"]],
      [{ kind: "very_positive", reasons: ["very_positive"] }, ["a very positive message"]],
      [{ kind: "shared_drawing", reasons: ["shared_drawing"] }, ["shared drawing"]],
      [{ kind: "manual", reasons: ["manual"] }, ["set by hand"]],
      [
        { kind: "positive", points: 15, delta: 2, reasons: ["decay", "positive"] },
        ["a positive message", "7 lost while you were away"],
      ],
      [
        { kind: "positive", delta: 0, reasons: ["positive", "long_message", "daily_cap"] },
        ["a positive message", "one more for a long message", "the most for one day is reached"],
      ],
    ];
    for (const [given, words] of cases) expect(reasons(change(given), before)).toEqual(words);
  });
});

describe("the page's words for what was recalled", () => {
  const note = { id: "note_1", source: "garden.md", title: "The garden book" } as NoteView;
  const known = { memories: [fact({ key: "likes_tea", value: "tea" })], notes: [note] };

  it("say what it is", () => {
    const cases: [Partial<Recalled>, string][] = [
      [{}, "You said this on Mar 5, 2020"],
      [{ role: "assistant" }, "Alicia said this on Mar 5, 2020"],
      [{ type: "fact" }, "A fact, told on Mar 5, 2020"],
      [{ type: "episode", at: new Date().toISOString() }, "A moment, told today"],
      [{ type: "note", id: "note_1" }, "A passage of The garden book"],
      [{ type: "note", id: "note_2", source: "gone.md" }, "A passage of gone.md"],
    ];
    for (const [given, words] of cases) expect(origin(recalled(given), known, "Alicia")).toBe(words);
  });

  it("leave out the marks of headings", () => {
    const text = "Water them.\n\n## Roses\n\nThey are cut in March, #3 first.\n";
    expect(wording(recalled({ type: "note", text }), known)).toBe(
      "Water them.\n\nRoses\n\nThey are cut in March, #3 first.",
    );
    expect(wording(recalled({ text: "# five" }), known)).toBe("# five");
  });

  it("say why", () => {
    const cases: [Partial<Recalled>, Partial<Recalled["why"]>, string][] = [
      [{ matches: ["key"] }, {}, "it has your word “key”"],
      [{ matches: ["key", "spare"] }, {}, "it has your words “key” and “spare”"],
      [{}, { meaning: 0.6, time: true }, "it means much the same; its time fits your question"],
      [{ role: "assistant" }, { speaker: true }, "you asked what Alicia said"],
      [{}, { context: 0.1 }, "it was said around something that fits"],
      [{ matches: ["key"] }, { context: 0.1 }, "it has your word “key”"],
      [{ matches: ["key"] }, { context: 0.4 }, "it has your word “key”; what was said around it fits, too"],
      [{ type: "episode" }, { importance: 1.2 }, "it matters a lot to you"],
      [{}, { meaning: 0.2 }, "nothing else came closer"],
    ];
    for (const [given, why, words] of cases)
      expect(because(recalled(given, why), "Alicia")).toBe(`Because ${words}.`);
  });

  it("give the numbers that say something", () => {
    const all = weights(recalled({}, { similarity: 0.5, recency: 0.06, reuse: 0.001, importance: 0.96 }));
    expect(all).toEqual([
      ["Likeness", "50 %"],
      ["New", "+6 %"],
      ["Importance", "× 0.96"],
    ]);
  });

  it("show the part of a long text that fits", () => {
    expect(excerpt("A short\n\ntext", [], 20)).toBe("A short text");
    expect(excerpt("The spare key is under the pot", ["key"], 20)).toBe("The spare key is…");
    expect(excerpt("We talked of this and that, and then of roses", ["roses"], 20)).toBe(
      "…and then of roses",
    );
    expect(excerpt(`${"字".repeat(300)}花${"字".repeat(300)}`, ["花"], 20)).toBe(
      `…${"字".repeat(5)}花${"字".repeat(14)}…`,
    );
  });

  it("fit into one line, the telling ones first", () => {
    const turn = recalled({ matches: ["pot"], text: "It is “under” the pot" });
    const beside = recalled({ text: "Ah!" });
    const tea = recalled({ id: "fact_1", type: "fact", matches: ["tea"], text: "likes tea: tea" });
    expect(rememberedLine([], known)).toBe("");
    expect(rememberedLine([beside], known)).toBe("Remembered: “Ah!”");
    expect(rememberedLine([tea, beside, turn], known)).toBe(
      "Remembered: likes tea · “It is ‘under’ the pot” · and 1 more",
    );
  });

  it("take the title of a note from the heading that it begins with", () => {
    expect(headingOf("\uFEFF\n# The garden ##\r\nText")).toBe("The garden");
    expect(headingOf("Text\n# Later")).toBeUndefined();
    expect(headingOf("#hashtag")).toBeUndefined();
  });
});

describe("the page's times", () => {
  it("are as close as it matters", () => {
    const noon = new Date();
    noon.setHours(12, 0, 0, 0);
    expect(day(noon.toISOString())).toBe("today");
    expect(moment(noon.toISOString())).toBe("12:00 PM");
    const yesterday = new Date(noon.getTime() - 24 * hour).toISOString();
    expect([day(yesterday), moment(yesterday)]).toEqual(["yesterday", "yesterday"]);
    expect(day("2019-07-04T12:00:00Z")).toBe("Jul 4, 2019");
  });
});

function fact(fields: Partial<FactView>): FactView {
  return {
    id: "fact_1",
    type: "fact",
    category: "personal_info",
    key: "name",
    value: "Ana",
    confidence: 0.9,
    class: "medium",
    categories: [],
    uses: 0,
    first_mentioned: "2020-03-05T12:00:00Z",
    last_updated: "2020-03-05T12:00:00Z",
    mention_count: 1,
    origin: "rules",
    status: "active",
    ...fields,
  };
}

function recalled(fields: Partial<Recalled>, why: Partial<Recalled["why"]> = {}): Recalled {
  return {
    id: "turn_1",
    type: "turn",
    role: "user",
    score: 1,
    text: "The key is under the pot",
    at: "2020-03-05T12:00:00Z",
    matches: [],
    why: {
      similarity: 1,
      text: 0,
      meaning: 0,
      context: 0,
      speaker: false,
      time: false,
      domain: 0,
      recency: 0,
      reuse: 0,
      importance: 1,
      ...why,
    },
    ...fields,
  };
}

function earlier(value: string, to: string) {
  return { value, to, confidence: 0.9, from: "2020-01-01T12:00:00Z" };
}

function change(fields: Partial<Progression>): Progression {
  const date = "2020-03-05T12:00:00Z";
  return { date, points: 20, level: "stranger", delta: 1, kind: "neutral", reasons: [], ...fields };
}
