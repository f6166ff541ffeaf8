import type { MoodCause, Session } from "luminoracore";

/** The parts of a run that the page tells. */
export interface Run {
  readonly affinity?: {
    readonly delta: number;
    readonly kind: string;
    readonly level_before: string;
    readonly level_after: string;
    readonly before: number;
    readonly after: number;
  } | null;
  readonly mood?: { readonly from: string; readonly to: string; readonly cause?: MoodCause } | null;
  /** What the prompt was made of; `items` are ids of records. */
  readonly blocks?: readonly { readonly name: string; readonly items: readonly string[] }[];
  /** What was noticed, and not acted on. */
  readonly findings?: readonly { readonly rule?: string }[];
}

/** How a reply came about. Turns of an imported snapshot have no run here. */
export function runOf(session: Session, id: string): Run | undefined {
  try {
    const explanation = session.explain(id);
    return explanation.subject === "run" ? (explanation.run as Run) : undefined;
  } catch {
    return undefined;
  }
}

/** The words of a message that a mood was set off by, quoted. */
export function quoted(said: string, cause: MoodCause | undefined): string | undefined {
  if (cause?.type !== "trigger") return undefined;
  const quotes = [...new Set(cause.spans.map(([from, to]) => said.slice(from, to)))].filter(
    (text) => text !== "",
  );
  if (quotes.length === 0) return undefined;
  return new Intl.ListFormat("en").format(quotes.map((text) => `“${text}”`));
}
