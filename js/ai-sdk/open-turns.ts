import type { Session } from "../session.ts";
import type { Conversation } from "./conversation.ts";
import type { FedTurn } from "./fed-turn.ts";

/** The turns of one session that wait for tools between two calls of a model. */
export class OpenTurns {
  /** By the object that opened the sessions: two of them may go on with the same one. */
  static readonly #all = new WeakMap<object, Map<string, OpenTurns>>();
  #turns: FedTurn[] = [];

  /** Those of a session. */
  static of({ connection, id }: Session): OpenTurns {
    const sessions = OpenTurns.#all.get(connection) ?? new Map<string, OpenTurns>();
    OpenTurns.#all.set(connection, sessions);
    const open = sessions.get(id) ?? new OpenTurns();
    sessions.set(id, open);
    return open;
  }

  /** Keeps a turn until the results of its tools come. */
  wait(turn: FedTurn): void {
    this.#turns.push(turn);
  }

  /**
   * The turn whose tools have their results in a conversation. Where it is none, the person says something new, which
   * ends those that wait: one that the conversation went on behind is stored, any other is dropped.
   */
  async goesOn({ callsBefore, callsAfter }: Conversation): Promise<FedTurn | undefined> {
    const waiting = this.#turns.filter(({ isOver }) => !isOver);
    const found = waiting.find(({ calls }) => [...calls].some((id) => callsAfter.has(id)));
    this.#turns = found ? waiting.filter((turn) => turn !== found) : [];
    if (found) return found;
    for (const turn of waiting) {
      const isPast = [...turn.calls].some((id) => callsBefore.has(id));
      // The new turn does not fail with an old one.
      if (isPast) await turn.finish("tool-calls").catch(() => {});
      else turn.drop();
    }
    return undefined;
  }
}
