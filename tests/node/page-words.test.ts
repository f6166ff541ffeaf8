import type { FactView, SessionState } from "luminoracore";
import { describe, expect, it } from "vitest";
import { learnedByTurn } from "../../www/learned.ts";
import { earlierValues, factInWords, standing } from "../../www/memory-words.ts";
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

function earlier(value: string, to: string) {
  return { value, to, confidence: 0.9, from: "2020-01-01T12:00:00Z" };
}

function change(fields: Partial<Progression>): Progression {
  const date = "2020-03-05T12:00:00Z";
  return { date, points: 20, level: "stranger", delta: 1, kind: "neutral", reasons: [], ...fields };
}
