import type { Coverage, Emotion, Intent, Observation, SentimentClass } from "./generated/types.ts";

/** What a template or a pack names in an observation. */
type Named = readonly [
  /** Of the interaction; `null` when it is the class that the numbers say. */
  type: string | null,
  Observation["mood_triggers"],
  Observation["topics"],
  Observation["facts"],
  Observation["episodes"],
];

// In the order of their declarations in the core.
const coverages: readonly Coverage[] = ["supported", "partial", "unsupported"];
const classes: readonly SentimentClass[] = [
  "very_positive",
  "positive",
  "neutral",
  "negative",
  "very_negative",
];
const emotionNames = ["joy", "sadness", "anger", "fear", "surprise", "disgust", "affection", "gratitude"];
const intents: readonly Intent[] = [
  "greeting",
  "goodbye",
  "thanks",
  "question",
  "confusion",
  "success",
  "error",
];

/** Makes the object of the numbers in which the binding gives an observation, in the order of `src/wasm/observation.rs`. */
export const observationReader = {
  read(numbers: Float64Array, named?: Named): Observation {
    let at = 0;
    const next = () => numbers[at++] as number;
    const one = <T>(names: readonly T[]) => names[next()] as T;
    const list = <T>(item: () => T) => {
      const items: T[] = [];
      for (let count = next(); count > 0; count--) items.push(item());
      return items;
    };
    const span = (): [number, number] => [next(), next()];
    const emotion = (): Emotion => ({ name: one(emotionNames), score: next(), spans: list(span) });
    // Members are read from left to right.
    return {
      language: { code: languageCode(next()), confidence: next() },
      coverage: one(coverages),
      sentiment: { class: one(classes), score: next(), spans: list(span) },
      emotions: list(emotion),
      interaction: interaction(one(classes)),
      intent: one(intents) ?? null,
      mood_triggers: named?.[1] ?? [],
      topics: named?.[2] ?? [],
      facts: named?.[3] ?? [],
      episodes: named?.[4] ?? [],
      patterns: [],
      tensions: [],
    };

    function interaction(type: string) {
      return { type: named?.[0] ?? type, directed: next() > 0, spans: list(span) };
    }
  },
};

/** The letters of a code, each a digit to the base 32. */
function languageCode(digits: number): string {
  let code = "";
  for (let rest = digits; rest > 0; rest >>= 5) code = String.fromCharCode(96 + (rest & 31)) + code;
  return code;
}
