import type { MoodCause, Session } from "luminoracore";
import { words } from "./dom.ts";
import { quoted, runOf } from "./runs.ts";

/** One line about what a turn changed. */
export interface Change {
  readonly kind: "mood" | "level" | "points" | "kept";
  readonly text: string;
  /** The mood that came, where it is one. */
  readonly mood?: string;
}

/**
 * What the turn that a run produced has changed, in sentences. From the log, so that it reads the same right after the
 * turn, after a reload, and in another tab.
 *
 * @param said what the person said in that turn
 */
export function changesOf(session: Session, runId: string, name: string, said: string): Change[] {
  const run = runOf(session, runId);
  if (!run) return [];
  const { affinity, mood } = run;
  const changes: Change[] = [];
  if (mood) {
    const text = moodChange(name, mood.from, mood.to, mood.cause, said);
    if (text) changes.push({ kind: "mood", text, mood: mood.to });
  }
  if (affinity && affinity.level_before !== affinity.level_after) {
    const up = affinity.after > affinity.before;
    const [from, to] = [words(affinity.level_before), words(affinity.level_after)];
    changes.push({
      kind: "level",
      text: up ? `A new level: from ${from} to ${to}` : `Back from ${from} to ${to}`,
    });
  }
  if (affinity && affinity.delta !== 0)
    changes.push({ kind: "points", text: points(affinity.delta, affinity.kind) });
  if (run.findings?.some(({ rule }) => rule === "fact_conflict"))
    changes.push({ kind: "kept", text: "What you added by hand stays as it is" });
  return changes;
}

function moodChange(
  name: string,
  from: string,
  to: string,
  cause: MoodCause | undefined,
  said: string,
): string | undefined {
  const quote = quoted(said, cause);
  const because = quote ? `: you said ${quote}` : "";
  if (from !== to) return `${name} is ${words(to)} now${because}`;
  return quote ? `${name} is still ${words(to)}, and feels it more${because}` : undefined;
}

function points(delta: number, kind: string): string {
  const amount = `${delta > 0 ? "+" : "−"}${Math.abs(delta)} ${Math.abs(delta) === 1 ? "point" : "points"}`;
  return kind === "neutral" ? amount : `${amount}: ${words(kind)}`;
}
