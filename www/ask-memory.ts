import type { Recalled, Session } from "luminoracore";
import { byId } from "./dom.ts";
import { hideFailure, showFailure } from "./failure.ts";
import { type RecalledPlace, recalledItem } from "./recalled-item.ts";
import { isKnown } from "./recalled-words.ts";

/** What one question finds at most. */
const most = 8;
/** Without a word in common, what does so much worse than the best has nothing to do with the question. */
const beside = 0.6;

/** The box that asks what is remembered, and what it finds. */
export class AskMemory {
  readonly #question = byId("question", HTMLInputElement);
  readonly #status = byId("found-status", HTMLParagraphElement);
  readonly #list = byId("found", HTMLUListElement);
  readonly #failure = byId("ask-failure", HTMLDivElement);
  #session: Session | undefined;
  #place: RecalledPlace | undefined;
  /** What the last question found; `undefined` before there is one. */
  #found: readonly Recalled[] | undefined;

  constructor() {
    byId("ask", HTMLFormElement).addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#ask(this.#question.value.trim());
    });
    // Emptied by hand, or with the cross that some browsers put into the field.
    this.#question.addEventListener("input", () => {
      if (this.#question.value === "") this.#show(undefined);
    });
  }

  open(session: Session): void {
    this.#session = session;
  }

  close(): void {
    this.#session = undefined;
    this.#place = undefined;
    this.#question.value = "";
    this.#show(undefined);
  }

  /** What is known has changed: what was erased is not among what was found. */
  update(place: RecalledPlace): void {
    this.#place = place;
    const found = this.#found?.filter((recalled) => isKnown(recalled, place.known));
    if (found?.length !== this.#found?.length) this.#show(found);
  }

  async #ask(question: string): Promise<void> {
    const session = this.#session;
    if (!session || question === "") return this.#show(undefined);
    hideFailure(this.#failure);
    try {
      const found = await session.recall(question, { limit: most });
      const least = (found[0]?.score ?? 0) * beside;
      const near = found.filter((one) => one.matches.length > 0 || one.score >= least);
      if (session === this.#session) this.#show(near);
    } catch (error) {
      this.#show(undefined);
      showFailure(this.#failure, error);
    }
  }

  #show(found: readonly Recalled[] | undefined): void {
    const place = this.#place;
    this.#found = found;
    hideFailure(this.#failure);
    this.#status.textContent = found ? counted(found.length) : "";
    this.#list.replaceChildren(...(place ? (found ?? []).map((one) => recalledItem(one, place)) : []));
  }
}

function counted(count: number): string {
  if (count === 0) return "Nothing comes to mind. Other words may help.";
  return count === 1 ? "One thing comes to mind:" : `${count} things come to mind, the nearest first:`;
}
