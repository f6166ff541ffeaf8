import { type AnyModel, LuminoraError, type Session } from "luminoracore";
import { announce } from "./announce.ts";
import { changesOf } from "./changes.ts";
import { Composer, givenBack } from "./composer.ts";
import { button, byId } from "./dom.ts";
import type { Erase } from "./erase.ts";
import { hideFailure, showFailure } from "./failure.ts";
import { learnedByTurn, learnedLine } from "./learned.ts";
import type { Memory } from "./memory.ts";
import { paced } from "./pace.ts";
import type { Personality } from "./personality.ts";
import { inOrder, rememberedLine } from "./recalled-words.ts";
import type { Relationship } from "./relationship.ts";
import { entitle } from "./title.ts";
import { Transcript } from "./transcript.ts";

/** What a conversation needs from the rest of the page. */
export interface ChatHost {
  readonly relationship: Relationship;
  readonly memory: Memory;
  /** Who answers now. */
  model(): AnyModel;
  /** Lets the person choose who answers. */
  chooseModel(): void;
  /** Asks and erases. */
  readonly erase: Erase;
  /** The open session was erased here. */
  erased(): Promise<void>;
  /** The open session is no longer there: another tab erased it. */
  gone(): void;
}

/** The conversation on the page. */
export class Chat {
  readonly #host: ChatHost;
  readonly #transcript = new Transcript((turn) => void this.#erase(turn));
  readonly #failure = byId("failure", HTMLDivElement);
  readonly #composer: Composer;
  /** What was typed and not sent, by session. */
  readonly #drafts = new Map<string, string>();
  #open:
    | { readonly session: Session; readonly personality: Personality; readonly leave: () => void }
    | undefined;
  #stop: AbortController | undefined;

  constructor(host: ChatHost) {
    this.#host = host;
    this.#composer = new Composer(
      (text) => void this.#send(text),
      () => this.#stop?.abort(),
    );
    byId("erase-conversation", HTMLButtonElement).addEventListener("click", () => void this.#eraseAll());
  }

  open(session: Session, personality: Personality): void {
    this.close();
    const leave = session.on("absorb", () => this.#absorb());
    this.#open = { session, personality, leave };
    this.#stop = undefined;
    const title = byId("talk-name", HTMLHeadingElement);
    title.textContent = personality.name;
    title.lang = personality.language;
    hideFailure(this.#failure);
    this.#composer.busy = false;
    this.#composer.placeholder(personality.name);
    this.#composer.text = this.#drafts.get(session.id) ?? "";
    this.#transcript.open(session, personality);
    this.#host.relationship.open(session, personality);
    this.#host.memory.open(session, personality, (place) => {
      this.#transcript.showLearned(learnedByTurn(place.known.memories));
      this.#transcript.showRemembered(place);
    });
    this.#composer.focus();
  }

  /** Leaves the conversation. A reply on its way still arrives and is stored. */
  close(): void {
    if (!this.#open) return;
    this.#drafts.set(this.#open.session.id, this.#composer.text);
    this.#open.leave();
    this.#open = undefined;
    this.#host.relationship.close();
    this.#host.memory.close();
  }

  /** Forgets what was typed and not sent. */
  forget(): void {
    this.close();
    this.#host.memory.forget();
    this.#composer.text = "";
    this.#drafts.clear();
  }

  async #send(text: string): Promise<void> {
    const open = this.#open;
    if (!open) return;
    const { session, personality } = open;
    // Left and come back to: the same conversation in a new view.
    const here = () => this.#open?.session.id === session.id;
    hideFailure(this.#failure);
    const pending = this.#transcript.begin(text);
    const stop = new AbortController();
    this.#stop = stop;
    this.#composer.busy = true;
    try {
      const reply = session.send(text, { model: this.#host.model(), signal: stop.signal });
      reply.then(
        () => this.#stop === stop && this.#composer.replyIsComplete(),
        () => {},
      );
      for await (const delta of paced(reply, stop.signal)) pending.append(delta);
      const { text: answer, run, user_turn: turn, memories: recalled } = await reply;
      pending.remove();
      entitle(session, text);
      if (!here()) return;
      this.#transcript.keepRemembered(run, recalled);
      this.#transcript.update();
      this.#host.relationship.update();
      const known = await this.#host.memory.update();
      const changes = changesOf(session, run, personality.name, text).map((change) => `${change.text}.`);
      const lines = [
        rememberedLine(inOrder(recalled), known),
        learnedLine(learnedByTurn(known.memories).get(turn ?? "") ?? []),
      ];
      changes.push(...lines.filter((line) => line !== "").map((line) => `${line}.`));
      announce(
        { text: `${personality.name}: ${answer}`, lang: personality.language },
        { text: changes.join(" ") },
      );
    } catch (error) {
      pending.remove();
      if (here()) this.#giveBack(text, error);
      else this.#drafts.set(session.id, givenBack(text, this.#drafts.get(session.id) ?? ""));
    } finally {
      if (this.#stop === stop) this.#composer.busy = false;
    }
  }

  /** Nothing was stored: the text goes back to where it was typed. */
  #giveBack(text: string, error: unknown): void {
    this.#composer.giveBack(text);
    this.#transcript.update();
    if (LuminoraError.isInstance(error) && error.code === "aborted") {
      announce({ text: "Stopped. Your message is back in the box." });
      this.#composer.focus();
      return;
    }
    const again = button("Try again", "primary", () => this.#composer.submit());
    const settings = button("Model settings", "quiet", () => this.#host.chooseModel());
    showFailure(
      this.#failure,
      error,
      [again, settings],
      "Nothing was stored; your message is back in the box below.",
    );
    this.#transcript.scrollToEnd();
  }

  async #erase(turn: string): Promise<void> {
    const open = this.#open;
    if (!open) return;
    try {
      if (!(await this.#host.erase.message(open.session, turn, open.personality.name))) return;
      this.#absorb();
      announce({ text: "Erased." });
      this.#composer.focus();
    } catch (error) {
      showFailure(this.#failure, error);
    }
  }

  async #eraseAll(): Promise<void> {
    const open = this.#open;
    if (!open) return;
    try {
      if (!(await this.#host.erase.conversation(open.session, open.personality.name))) return;
      this.#composer.text = "";
      this.close();
      this.#drafts.delete(open.session.id);
      await this.#host.erased();
    } catch (error) {
      showFailure(this.#failure, error);
    }
  }

  /** Another tab added to the conversation, or ended it. */
  #absorb(): void {
    try {
      this.#transcript.update();
      this.#host.relationship.update();
      void this.#host.memory.update();
    } catch (error) {
      if (!LuminoraError.isInstance(error) || error.code !== "unknown_session") throw error;
      this.close();
      this.#host.gone();
    }
  }
}
