import type { MemoryView } from "luminoracore";
import { factInWords, valueInWords } from "./memory-words.ts";

/**
 * What each turn of the person taught, in words, by the id of the turn. From the memories as they are: what was
 * forgotten is in none of them, and it reads the same after a reload and in another tab.
 */
export function learnedByTurn(memories: readonly MemoryView[]): ReadonlyMap<string, readonly string[]> {
  const learned = new Map<string, string[]>();
  const add = (turn: string | undefined, text: string) => {
    if (turn !== undefined) learned.set(turn, [...(learned.get(turn) ?? []), text]);
  };
  for (const memory of memories) {
    if (memory.type === "episode") {
      add(memory.sources?.[0]?.turn, memory.title);
      continue;
    }
    // Each value where it was first said. Values set by hand come from no turn.
    const values = [...(memory.history ?? []), memory];
    for (const [index, { value, sources }] of values.entries()) {
      const before = values[index - 1];
      const was = before ? ` (was ${valueInWords(before.value)})` : "";
      add(sources?.[0]?.turn, factInWords(memory.key, value) + was);
    }
  }
  return learned;
}

/** What a turn taught, as one line. */
export function learnedLine(lessons: readonly string[]): string {
  return lessons.length === 0 ? "" : `Will remember: ${lessons.join(" · ")}`;
}
