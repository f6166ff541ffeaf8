import type { EpisodeClass, EpisodeView, FactCategory, FactView, MemoryView } from "luminoracore";
import { words } from "./dom.ts";
import { day } from "./when.ts";

/** What the categories of facts are called, in the order in which they are shown. */
export const categories: Readonly<Record<FactCategory, string>> = {
  personal_info: "You",
  relationships: "People and pets",
  preferences: "Likes and dislikes",
  hobbies: "Hobbies",
  work: "Work",
  goals: "Goals",
  health: "Health",
  events: "Events",
  other: "Other",
};

/** A memory in one line: `dog name: Max`, `likes tea`, the title of an episode. */
export function inWords(memory: MemoryView): string {
  return memory.type === "episode" ? memory.title : factInWords(memory.key, memory.value);
}

/** A fact in one line: `dog name: Max`. */
export function factInWords(key: string, value: unknown): string {
  const { about, separator, text } = factParts(key, value);
  return about + separator + text;
}

/** The two parts of a fact. Keys that have the value in them (`likes_cafe` of `café`) give the rest: `likes`. */
export function factParts(key: string, value: unknown) {
  const [about, text] = [words(key), valueInWords(value)];
  if (value === true) return { about: "", separator: "", text: about };
  const folded = fold(text);
  if (folded === "" || !` ${about}`.endsWith(` ${folded}`)) return { about, separator: ": ", text };
  const rest = about.slice(0, about.length - folded.length).trim();
  return { about: rest, separator: rest && " ", text };
}

/** A text as keys of facts have it, with blanks. */
export function fold(text: string): string {
  const plain = text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  return plain.replace(/[^a-z0-9]+/g, " ").trim();
}

/** A value of a fact, whatever it is. */
export function valueInWords(value: unknown): string {
  if (value === true) return "yes";
  if (value === false) return "no";
  if (Array.isArray(value)) return value.map(valueInWords).join(", ");
  if (typeof value === "object" && value !== null) {
    return Object.entries(value)
      .map(([key, member]) => factInWords(key, member))
      .join(", ");
  }
  return String(value);
}

const sureness = { high: "certain", medium: "quite sure", low: "not so sure" } as const;

/** How far a fact can be relied on, and when it was last mentioned. */
export function standing({ class: level, origin, mention_count, last_updated }: FactView): string {
  const last = day(last_updated);
  if (origin === "user") return `added by you · ${last}`;
  const mentioned =
    mention_count > 1 ? `mentioned ${mention_count} times, last ${last}` : `mentioned ${last}`;
  return `${sureness[level]} · ${mentioned}`;
}

/** The values that a fact had before, the newest first, or nothing. */
export function earlierValues({ history = [] }: FactView): string {
  if (history.length === 0) return "";
  const values = history.map(({ value, to }) => `${valueInWords(value)} (until ${day(to)})`);
  return `Before: ${values.reverse().join(", ")}`;
}

/** What sort of moment an episode is, and when it was told. */
export function occasion({ episode_type, timestamp }: EpisodeView): string {
  return `${words(episode_type)} · ${day(timestamp)}`;
}

/** How much an episode still matters. */
export const weight: Readonly<Record<EpisodeClass, string>> = {
  trivial: "hardly matters any more",
  low: "matters a little",
  medium: "matters",
  high: "matters a lot",
  critical: "matters deeply",
};
