import type { Luminora, Session } from "luminoracore";
import { confirmed } from "./confirm.ts";
import { owner } from "./owner.ts";
import { entitleWithout } from "./title.ts";

/** Erases a message or a conversation for good, when the person says yes; tells whether it did. */
export class Erase {
  readonly #luminora: Luminora;

  constructor(luminora: Luminora) {
    this.#luminora = luminora;
  }

  /** A message of the person, and what was answered to it. */
  async message(session: Session, message: string, name: string): Promise<boolean> {
    const text = `It goes with ${name}'s answer, with what was learned from it, and with the points that it gave. No older file brings it back. Later messages that repeat it stay until you erase them, too.`;
    if (!(await confirmed({ title: "Erase this message?", text, action: "Erase" }))) return false;
    const turns = session.history();
    const from = turns.findIndex(({ id }) => id === message);
    if (from < 0) return false;
    const next = turns.findIndex(({ role }, place) => place > from && role === "user");
    const [said, ...answers] = turns.slice(from, next < 0 ? undefined : next);
    await entitleWithout(session, said?.text ?? "");
    // The answers first: if the page is closed in between, none of them stands alone.
    for (const { id } of answers) await this.#luminora.forget(id, { user: owner });
    await this.#luminora.forget(message, { user: owner });
    return true;
  }

  /** All that was said in a session, and what was learned from it. */
  async conversation(session: Session, name: string): Promise<boolean> {
    const text = `All that you and ${name} said in it goes, with what was learned from it. No older file brings it back.`;
    if (!(await confirmed({ title: "Erase this conversation?", text, action: "Erase" }))) return false;
    await this.#luminora.forget(session.id, { user: owner });
    return true;
  }
}
