import type { Session } from "../session.ts";
import type { Conversation } from "./conversation.ts";
import type { FedTurn } from "./fed-turn.ts";

/**
 * The turns that wait for tools between two calls of a model, by session. Two objects may go on with one session: what
 * they have in common is the object that opened it.
 */
const waiting = new WeakMap<object, Map<string, FedTurn[]>>();

/** Keeps a turn until the results of its tools come. */
export function waitForTools(turn: FedTurn): void {
  const { connection, id } = turn.session;
  const sessions = waiting.get(connection) ?? new Map<string, FedTurn[]>();
  waiting.set(connection, sessions);
  sessions.set(id, [...(sessions.get(id) ?? []), turn]);
}

/**
 * The turn whose tools have their results in a conversation. Where it is none, the person says something new, which
 * ends those that wait: one that the conversation went on behind is stored, any other is dropped.
 */
export async function turnGoingOn(
  { connection, id }: Session,
  { callsBefore, callsAfter }: Conversation,
): Promise<FedTurn | undefined> {
  const sessions = waiting.get(connection);
  const turns = (sessions?.get(id) ?? []).filter(({ isOver }) => !isOver);
  const found = turns.find(({ calls }) => [...calls].some((call) => callsAfter.has(call)));
  const others = turns.filter((turn) => turn !== found);
  if (found && others.length > 0) sessions?.set(id, others);
  else sessions?.delete(id);
  if (found) return found;
  for (const turn of others) {
    const isPast = [...turn.calls].some((call) => callsBefore.has(call));
    // The new turn does not fail with an old one.
    if (isPast) await turn.finish("tool-calls").catch(() => {});
    else turn.drop();
  }
  return undefined;
}
