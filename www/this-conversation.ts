import type { Analytics, Session } from "luminoracore";
import { byId, create, words } from "./dom.ts";
import { duration } from "./duration.ts";
import type { Personality } from "./personality.ts";

const directions = {
  improving: "getting brighter",
  declining: "getting darker",
  stable: "steady",
  insufficient: "too early to tell",
} as const;

/** What happened in the conversation, counted, where the person asks for it. */
export class ThisConversation {
  readonly #details = byId("this-conversation", HTMLDetailsElement);
  #open: { readonly session: Session; readonly personality: Personality } | undefined;

  constructor() {
    this.#details.addEventListener("toggle", () => this.update());
  }

  open(session: Session, personality: Personality): void {
    this.#open = { session, personality };
    this.update();
  }

  close(): void {
    this.#open = undefined;
  }

  /** Counts again. All turns are counted, so it waits until somebody looks. */
  update(): void {
    if (!this.#open || !this.#details.open) return;
    const { session, personality } = this.#open;
    const lines = counted(session.analytics(), personality.name);
    byId("conversation-counts", HTMLDListElement).replaceChildren(
      ...lines.flatMap(([term, text]) => [create("dt", { text: term }), create("dd", { text })]),
    );
  }
}

function counted({ turns, topics, sentiment, moods }: Analytics, name: string): [string, string][] {
  const about = topics.map(({ topic, count }) => (count > 1 ? `${words(topic)} (${count})` : words(topic)));
  const felt = moods.map(({ mood, duration_ms }) => `${words(mood)} (${duration(duration_ms)})`);
  return [
    ["Turns", `${turns.user} by you, ${turns.assistant} by ${name}`],
    ["Topics", about.join(", ") || "none yet"],
    ["Your tone", directions[sentiment.direction]],
    ["Moods", felt.join(", ") || "none yet"],
  ];
}
