import { run } from "../driver.ts";
import { LuminoraError } from "../errors.ts";
import type { TurnView } from "../generated/types.ts";
import { type AnyModel, isCallable } from "../models/model.ts";
import type { ManualReply } from "../reply.ts";
import type { AdapterOptions, Session } from "../session.ts";
import { withoutAnswered } from "./conversation.ts";

/**
 * Answers the person's last message once more: a further turn of the personality stands in the log beside its first
 * answer. The message counts once, so nothing is observed or learned again, and affinity and mood stay.
 *
 * @param answered the message and its answers
 */
export async function answerAgain(
  session: Session,
  answered: readonly TurnView[],
  options: AdapterOptions & { readonly signal: AbortSignal },
): Promise<ManualReply> {
  const { connection, id, user } = session;
  const [message] = answered;
  const given = options.model ?? connection.model;
  if (given.kind === "manual" || !message) {
    throw new LuminoraError("model_unsupported", "Without a model nobody can answer again.");
  }
  const model = isCallable(given) ? unknowing(given, answered) : given;
  return await connection.inTurn(id, async () => {
    let text = "";
    const onEvent = (event: { readonly type: string; readonly text?: string }) => {
      if (event.type === "text-delta") text += event.text;
      options.onEvent?.(event);
    };
    await session.begin(message.text, { ...options, model, onEvent, apart: true, dry: true });
    const command = { type: "reply", user, session: id, text };
    const output = await run(connection, command, { signal: options.signal });
    return (output as unknown as { readonly value: ManualReply }).value;
  });
}

/** The same model, asked as if nobody had answered yet. */
function unknowing(model: Exclude<AnyModel, { kind: "scripted" | "manual" }>, answered: readonly TurnView[]) {
  const { kind, id, contextTokens, capabilities, local } = model;
  return {
    ...{ kind, id, contextTokens, capabilities, local },
    call: (asked: Parameters<typeof model.call>[0]) => {
      const said = asked.messages.findLastIndex(
        ({ role, content }) => role === "user" && content === answered[0]?.text,
      );
      const earlier = withoutAnswered(asked.messages.slice(0, said), answered);
      return model.call({ ...asked, messages: [...earlier, ...asked.messages.slice(said)] });
    },
  };
}
