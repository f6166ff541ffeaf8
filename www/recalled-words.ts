import type { MemoryView, NoteView, Recalled } from "luminoracore";
import { inWords } from "./memory-words.ts";
import { day } from "./when.ts";

/** What there is now to be recalled. What was erased is in neither list. */
export interface Known {
  readonly memories: readonly MemoryView[];
  readonly notes: readonly NoteView[];
}

/** From this part of its similarity on, what has words of its own has much from the turns around it, too. */
const muchAround = 0.3;
/** What matters so much more than others is said to. */
const heavy = 1.08;

/** Whether two texts with this cosine mean much the same. */
export function isClose(meaning: number): boolean {
  return meaning >= 0.5;
}

/** Whether what was recalled is still there. Turns go only with everything. */
export function isKnown({ id, type }: Recalled, { memories, notes }: Known): boolean {
  if (type === "turn") return true;
  return (type === "note" ? notes : memories).some((one) => one.id === id);
}

/** Its words: facts read as they do in the list of what is remembered, headings of notes without their marks. */
export function wording({ id, type, text }: Recalled, { memories }: Known): string {
  const memory = type === "fact" ? memories.find((memory) => memory.id === id) : undefined;
  if (memory) return inWords(memory);
  return (type === "note" ? text.replace(/^#{1,6}\s+/gm, "") : text).trim();
}

/** What it is: `You said this on Nov 3`. */
export function origin({ id, type, role, at, source }: Recalled, { notes }: Known, name: string): string {
  if (type === "fact") return `A fact, told ${on(at)}`;
  if (type === "episode") return `A moment, told ${on(at)}`;
  if (type === "turn") return `${role === "assistant" ? name : "You"} said this ${on(at)}`;
  const note = notes.find((note) => note.id === id);
  return `A passage of ${note ? titleOf(note) : source}`;
}

/** What a note is called. */
export function titleOf({ title, source }: NoteView): string {
  return title ?? source;
}

/** Why it was recalled, as one sentence. */
export function because({ type, role, matches, why }: Recalled, name: string): string {
  const reasons: string[] = [];
  if (matches.length > 0)
    reasons.push(`it has your ${matches.length === 1 ? "word" : "words"} ${quotes(matches)}`);
  if (isClose(why.meaning)) reasons.push("it means much the same");
  if (why.time) reasons.push("its time fits your question");
  if (why.speaker) reasons.push(`you asked what ${role === "assistant" ? name : "you"} said`);
  if (type === "turn" && (reasons.length === 0 ? why.context > 0 : why.context >= muchAround)) {
    reasons.push(
      reasons.length === 0 ? "it was said around something that fits" : "what was said around it fits, too",
    );
  }
  if (why.importance >= heavy) reasons.push("it matters a lot to you");
  return `Because ${reasons.length === 0 ? "nothing else came closer" : reasons.join("; ")}.`;
}

/** What counted for it, in numbers: what it says nothing of is left out. */
export function weights({ why }: Recalled): [term: string, text: string][] {
  const percent = (share: number) => `${Math.round(share * 100)} %`;
  const plus = (share: number) => `+${percent(share)}`;
  const all: [string, number, (share: number) => string][] = [
    ["Likeness", why.similarity, percent],
    ["by its words", why.text, percent],
    ["by its meaning", why.meaning, percent],
    ["by what is around it", why.context, percent],
    ["Of the same domain", why.domain, plus],
    ["New", why.recency, plus],
    ["Used before", why.reuse, plus],
    ["Importance", why.importance === 1 ? 0 : why.importance, (share) => `× ${share.toFixed(2)}`],
  ];
  return all.flatMap(([term, share, say]) => (Math.abs(share) < 0.005 ? [] : [[term, say(share)]]));
}

/** Longer than this, a text is told by a part of it. */
const longest = 240;

/** The part of a long text that has the words that were looked for, on one line where `length` is small. */
export function excerpt(text: string, matches: readonly string[], length = longest): string {
  const line = text.replace(/\s+/g, " ").trim();
  if (line.length <= length) return line;
  const lower = line.toLowerCase();
  const places = matches.map((word) => lower.indexOf(word.toLowerCase())).filter((at) => at >= 0);
  const first = places.length === 0 ? 0 : Math.min(...places);
  // From the beginning where that shows them; else with a quarter of what is shown before them.
  const from =
    first <= length * 0.6 ? 0 : wordFrom(line, Math.min(first - length / 4, line.length - length), first);
  const part = line.slice(from, from + length);
  const end = from + length < line.length ? `${part.replace(/[\s\p{Pd},;:.…]+\S*$/u, "")}…` : part;
  return from > 0 ? `…${end}` : end;
}

/** Memories of a reply in the order in which they are told: facts first, they are short; the best of each sort before others. */
export function inOrder(memories: readonly Recalled[]): Recalled[] {
  return [...memories].sort((a, b) => sorts.indexOf(a.type) - sorts.indexOf(b.type) || b.score - a.score);
}

const sorts: readonly Recalled["type"][] = ["fact", "episode", "note", "turn"];

/** Where a word begins from `start` on; `start` where none does before `end`: not all scripts have blanks. */
function wordFrom(line: string, start: number, end: number): number {
  const blank = line.indexOf(" ", start);
  return blank < 0 || blank >= end ? Math.floor(start) : blank + 1;
}

/** The most that the line under a reply names. */
const named = 2;
const gist = 48;

/** What a reply was given to know, as one line. */
export function rememberedLine(memories: readonly Recalled[], known: Known): string {
  if (memories.length === 0) return "";
  // What stands beside something else says little on its own.
  const telling = memories.filter(({ matches }) => matches.length > 0);
  const first = telling.length > 0 ? telling : memories;
  const parts = first.slice(0, named).map((recalled) => {
    const words = excerpt(wording(recalled, known), recalled.matches, gist);
    return recalled.type === "turn" || recalled.type === "note" ? quoted(words) : words;
  });
  const others = memories.length - parts.length;
  return `Remembered: ${parts.join(" · ")}${others > 0 ? ` · and ${others} more` : ""}`;
}

/** A text in quotation marks, with simple ones for those within. */
function quoted(text: string): string {
  return `“${text.replaceAll("“", "‘").replaceAll("”", "’")}”`;
}

function quotes(words: readonly string[]): string {
  return new Intl.ListFormat("en").format(words.map((word) => `“${word}”`));
}

function on(time: string): string {
  const said = day(time);
  return said === "today" || said === "yesterday" ? said : `on ${said}`;
}
