import {
  type Intent,
  init,
  Luminora,
  memoryStorage,
  observe,
  parse,
  type SentimentClass,
} from "luminoracore";
import { beforeAll, describe, expect, it } from "vitest";
import { file } from "../shared/cases.ts";

beforeAll(() => init());

// A message for each name that crosses as a number.
const messages = [
  "Hello, Alicia!",
  "Goodbye, my dear friend, see you tomorrow.",
  "You are so kind, thank you! I love you, you are wonderful :) 😀",
  "Where did you put it?",
  "I don't understand, I am confused.",
  "It works now, I did it!",
  "There is an error, it does not work.",
  "You are a stupid idiot, I hate you!",
  "That is bad, and I am sad. I am angry, I am afraid, I am surprised and disgusted.",
  "The train came at nine.",
  "Hoy estoy muy contenta, gracias. ¿Qué tal?",
  "Das ist heute nicht gut, mir geht es schlecht.",
  "You're pretty",
  "I painted all day.",
  "Привет, как дела?",
  "",
];

describe("an observation", () => {
  it("is the same on both ways from the core: alone as numbers, in a preview as text", async () => {
    const document = JSON.parse(file("personalities/alicia.json"));
    const template = parse(document);
    const luminora = await Luminora.open({ storage: memoryStorage() });
    const session = await luminora.createSession({ template: document, user: "diego" });
    const observations = messages.map((text) => {
      const observation = observe(text, { template });
      expect(observation, text).toEqual(session.preview(text).observation);
      return observation;
    });
    await luminora.close();
    template.free();

    const classes: SentimentClass[] = ["very_positive", "positive", "neutral", "negative", "very_negative"];
    expect(new Set(observations.map(({ sentiment }) => sentiment.class))).toEqual(new Set(classes));
    const intents: Intent[] = ["greeting", "goodbye", "thanks", "question", "confusion", "success", "error"];
    expect(new Set(observations.map(({ intent }) => intent))).toEqual(new Set([...intents, null]));
    expect(new Set(observations.flatMap(({ emotions }) => emotions.map(({ name }) => name))).size).toBe(8);
    expect(observations.map(({ interaction }) => interaction.type)).toContain("shared_drawing");
    expect(new Set(observations.map(({ coverage }) => coverage))).toEqual(
      new Set(["supported", "unsupported"]),
    );
  });
});
