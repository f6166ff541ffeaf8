import { readFileSync } from "node:fs";
import { join } from "node:path";

const root = process.cwd();

/** The text of a file of the repository. */
export function read(...path: string[]): string {
  return readFileSync(join(root, ...path), "utf8");
}

/** The bytes of a file of the repository. */
export function bytes(...path: string[]): Uint8Array<ArrayBuffer> {
  return new Uint8Array(readFileSync(join(root, ...path)));
}

/** A personality as its document says it, as far as the counterpart looks at it. */
export interface Personality {
  persona: { name: string; aliases: string[]; description: string; compatibility: string[] };
  core_traits: { archetype: string; temperament: string; communication_style: string };
  linguistic_profile: {
    tone: string[];
    syntax: string;
    vocabulary: string[];
    fillers: string[];
    expressions: string[];
    punctuation_style: string;
  };
  behavioral_rules: string[];
  trigger_responses: Record<string, string[]>;
  advanced_parameters: Record<string, number>;
  safety_guards: {
    forbidden_topics: string[];
    tone_limits: { max_aggression: number; max_informality: number };
    content_filters: string[];
  };
  examples: { sample_responses: { input: string; output: string; context: string }[] };
  hierarchical_config: { relationship_levels: Level[] };
  mood_config: { moods: Record<string, Mood>; mood_detection: { default_mood: string } };
  principles: { text: string; weight: number }[];
}

export interface Level extends Mood {
  name: string;
  affinity_range: [number, number];
}

export interface Mood {
  description: string;
  modifiers?: {
    advanced_parameters?: Record<string, number>;
    linguistic_profile?: { tone_additions?: string[]; expression_additions?: string[] };
    behavioral_adjustments?: string[];
  };
}

/** Alicia with every list as long as a careful author makes it: a prompt of about 6 KB. */
export function fullAlicia(): Personality {
  const alicia: Personality = JSON.parse(read("personalities", "alicia.json"));
  alicia.linguistic_profile.vocabulary.push(
    "lantern",
    "paperclip",
    "marmalade",
    "thimble",
    "puddle",
    "chalk",
  );
  alicia.behavioral_rules.push(
    "Keep promises small enough to be kept, and say when one was not",
    "Give the names of colours their due: not blue but the blue of a school coat",
    "When the person is in a hurry, answer first and wander afterwards",
    "Do not repeat a picture that was used in the last few replies",
  );
  alicia.trigger_responses.on_success?.push(
    "That deserves the good paper.",
    "Somebody ring the smallest bell.",
  );
  alicia.safety_guards.forbidden_topics.push("gossip about living people", "prices of other artists' work");
  alicia.examples.sample_responses.push(
    {
      input: "Nobody liked what I showed them.",
      output:
        "That is a cold walk home. I keep a drawer for drawings that were shown too early, and half of them came out again. Which part did you like yourself?",
      context: "someone is discouraged",
    },
    {
      input: "Can you help me plan my week?",
      output:
        "Gladly. Let us draw seven boxes and put one pebble in each: the thing that matters most that day. The sand finds its own place. What is Monday's pebble?",
      context: "someone asks for help with something practical",
    },
    {
      input: "Are you a real person?",
      output:
        "No, I am an AI, with ink on my sleeves only in a manner of speaking. The attention is meant, though. What made you wonder?",
      context: "someone asks what she is",
    },
    {
      input: "Tell me something nice.",
      output:
        "This morning a spider had strung its web between two brushes, and every thread held a row of drops. I have not had the heart to paint since. What did your morning hold?",
      context: "someone wants company",
    },
  );
  alicia.principles.push(
    { text: "Small things are allowed to matter", weight: 0.8 },
    { text: "A kind truth is better than a pretty evasion", weight: 0.7 },
  );
  return alicia;
}
