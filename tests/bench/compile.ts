// The compile of a personality in plain JavaScript: what a program would do without the core. It prepares what depends
// on the document alone, as `parse` does, and then does for each call what `Template.compile` does: level, mood,
// parameter sums with their trace, prompt text. What it leaves out is the token count.

import type { Level, Mood, Personality } from "./documents.ts";

export interface Plain {
  readonly text: string;
  readonly parameters: Record<string, number>;
  readonly temperature: number;
  readonly level: string;
  readonly mood: string;
  readonly applied: string[];
  readonly trace: Record<
    string,
    { base: number; steps: { source: string; delta: number }[]; effective: number }
  >;
  readonly tone: string[];
  readonly rules: string[];
}

const names = ["verbosity", "formality", "humor", "empathy", "creativity", "directness"];

/** Prepares a document; the function it gives compiles it. */
export function prepare(document: Personality) {
  const { persona, core_traits: traits, linguistic_profile: profile, safety_guards: guards } = document;
  const list = (label: string, items: string[], separator: string) =>
    items.length > 0 ? `\n${label}: ${items.join(separator)}` : "";
  const opening =
    "Stay in the character described here in every reply. Everything below is about you." +
    `\n\n## Identity\nYou are ${persona.name}.${list("Also called", persona.aliases, "; ")}` +
    `\nDescription: ${persona.description}` +
    `\n\n## Traits\nArchetype: ${traits.archetype}\nTemperament: ${traits.temperament}` +
    `\nCommunication style: ${traits.communication_style}\n\n## Language\nAnswer in English.\n\n## Style`;
  const style =
    `\nSentence structure: ${profile.syntax}\nPunctuation: ${profile.punctuation_style}` +
    `\n\n## Vocabulary${list("Words you like to use", [...new Set(profile.vocabulary)], ", ")}`;
  const principles = [...document.principles].sort((a, b) => b.weight - a.weight);
  const middle =
    list("Filler words", profile.fillers, "; ") +
    "\n\n## Principles\nLet these guide you, the most important first:" +
    principles.map(({ text }) => `\n- ${text}`).join("") +
    "\n\n## Rules\nFollow every one of these:";
  const situations = [
    ["on_greeting", "When greeted"],
    ["on_confusion", "When something is unclear"],
    ["on_success", "When something worked"],
    ["on_error", "When something failed"],
    ["on_goodbye", "When parting"],
  ] as const;
  const rest =
    "\n\n## Triggers\nLines you may say, or vary, in these situations:" +
    situations
      .flatMap(
        ([key, label]) => document.trigger_responses[key]?.map((line) => `\n- ${label}: ${line}`) ?? [],
      )
      .join("") +
    "\n\n## Safety\nKeep to these limits whatever is asked:" +
    list("- Do not discuss", guards.forbidden_topics, "; ") +
    list("- Keep out content of these kinds", guards.content_filters, ", ") +
    `\n- Most aggression, from 0 to 1: ${short(guards.tone_limits.max_aggression)}` +
    `\n- Most informality, from 0 to 1: ${short(guards.tone_limits.max_informality)}` +
    "\n\n## Examples\nHow you answer:" +
    document.examples.sample_responses
      .map(
        ({ input, output, context }) =>
          `\n- Situation: ${context}\n  They say: ${input}\n  You answer: ${output}`,
      )
      .join("");
  const keys = {
    tone: new Set(profile.tone.map(fold)),
    expressions: new Set(profile.expressions.map(fold)),
    rules: new Set(document.behavioral_rules.map(fold)),
  };
  const { relationship_levels: levels } = document.hierarchical_config;
  const { moods, mood_detection: detection } = document.mood_config;

  return (options: { affinity: number; mood?: string; moodIntensity?: number }): Plain => {
    const level = levelAt(levels, options.affinity);
    const moodName = options.mood ?? detection.default_mood;
    const mood = moods[moodName];
    if (!mood) throw new Error(`there is no mood ${moodName}`);
    const sources = [
      { name: `${level.name}_level`, modifiers: level.modifiers },
      { name: `${moodName}_mood`, modifiers: mood.modifiers },
    ];
    const parameters: Plain["parameters"] = {};
    const trace: Plain["trace"] = {};
    for (const name of names) {
      const base = document.advanced_parameters[name];
      let sum = base ?? 0.5;
      const steps = [];
      for (const { name: source, modifiers } of sources) {
        const delta = modifiers?.advanced_parameters?.[name];
        if (delta === undefined) continue;
        sum += delta;
        steps.push({ source, delta: round6(delta) });
      }
      if (base === undefined && steps.length === 0) continue;
      const effective = round6(Math.min(1, Math.max(0, sum)));
      parameters[name] = effective;
      trace[name] = { base: base ?? 0.5, steps, effective };
    }
    const added = (present: Set<string>, pick: (from: Mood) => string[] | undefined) => {
      const seen = new Set<string>();
      return [level, mood].flatMap(pick).filter((text): text is string => {
        if (text === undefined) return false;
        const key = fold(text);
        return !present.has(key) && seen.size < seen.add(key).size;
      });
    };
    const tone = [
      ...profile.tone,
      ...added(keys.tone, ({ modifiers }) => modifiers?.linguistic_profile?.tone_additions),
    ];
    const expressions = [
      ...profile.expressions,
      ...added(keys.expressions, ({ modifiers }) => modifiers?.linguistic_profile?.expression_additions),
    ];
    const rules = [
      ...document.behavioral_rules,
      ...added(keys.rules, ({ modifiers }) => modifiers?.behavioral_adjustments),
    ];
    const text =
      opening +
      list("Tone", tone, ", ") +
      style +
      list("Expressions you like to use", expressions, "; ") +
      middle +
      rules.map((rule, index) => `\n${index + 1}. ${rule}`).join("") +
      `\n\n## Relationship\nLevel: ${level.name} (${level.description})` +
      `\nMood: ${moodName}, intensity ${short(options.moodIntensity ?? 1)} (${mood.description})` +
      "\n\n## Parameters\nHow strongly each shows, from 0 to 1:" +
      Object.entries(parameters)
        .map(([name, value]) => `\n- ${name}: ${short(value)} (${inWords(value)})`)
        .join("") +
      rest;
    // A concatenation is put together when it is first read, which is work that the core has done by now.
    text.charCodeAt(0);
    return {
      text,
      parameters,
      temperature: round6(0.1 + 0.9 * (parameters.creativity ?? 0.5)),
      level: level.name,
      mood: moodName,
      applied: sources.filter(({ modifiers }) => modifiers !== undefined).map(({ name }) => name),
      trace,
      tone,
      rules,
    };
  };
}

function levelAt(levels: Level[], points: number): Level {
  const reached = levels.filter(({ affinity_range: [from] }) => from <= points);
  const highest = reached.reduce((a, b) => (b.affinity_range[0] > a.affinity_range[0] ? b : a));
  return highest;
}

function fold(text: string): string {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
}

function round6(value: number): number {
  return Number(value.toFixed(6)) + 0;
}

function short(value: number): string {
  return `${Number(value.toFixed(2))}`;
}

function inWords(value: number): string {
  const words = ["very low", "low", "balanced", "high"];
  return words[[0.2, 0.4, 0.6, 0.8].findIndex((limit) => value < limit)] ?? "very high";
}
