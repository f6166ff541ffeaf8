import { run } from "../driver.ts";
import { LuminoraError } from "../errors.ts";
import type { TurnView } from "../generated/types.ts";
import { type AnyModel, isCallable, type Model } from "../models/model.ts";
import type { Part } from "../models/part.ts";
import type { ManualReply } from "../reply.ts";
import type { AdapterOptions, Session } from "../session.ts";
import { withoutAnswered } from "./conversation.ts";
import type { Tokens } from "./language-model.ts";

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
  const { connection, id } = session;
  const [message] = answered;
  const given = options.model ?? connection.model;
  if (given.kind === "manual" || !message) {
    throw new LuminoraError("model_unsupported", "Without a model nobody can answer again.");
  }
  let usage: Tokens = {};
  const count = (part: Part) => {
    if (part.type === "usage") usage = part;
  };
  const model = isCallable(given) ? unknowing(given, answered, count) : given;
  return await connection.inTurn(id, async () => {
    let text = "";
    const onEvent = (event: { readonly type: string; readonly text?: string }) => {
      if (event.type === "text-delta") text += event.text;
      options.onEvent?.(event);
    };
    await session.begin(message.text, { ...options, model, onEvent, apart: true, dry: true });
    return await addAnswer(session, { text, model: given, usage }, options.signal);
  });
}

/** What a model said once more. */
export interface FurtherAnswer {
  readonly text: string;
  readonly model: AnyModel;
  readonly usage: { readonly [Name in keyof Tokens]?: Tokens[Name] | undefined };
}

/** Puts a further answer into the log, behind the others of the session; whoever calls sees to its turn. */
export async function addAnswer(
  { connection, user, id: session }: Session,
  { text, model, usage }: FurtherAnswer,
  signal?: AbortSignal,
): Promise<ManualReply> {
  const { inputTokens, outputTokens } = usage;
  const isCounted = inputTokens !== undefined && outputTokens !== undefined;
  const command = {
    ...{ type: "reply", user, session, text },
    model: { kind: model.kind, id: model.id, local: isCallable(model) && model.local },
    usage: isCounted ? { input_tokens: inputTokens, output_tokens: outputTokens } : undefined,
  };
  const output = await run(connection, command, { signal });
  return (output as { readonly value: unknown }).value as ManualReply;
}

/** The same model, asked as if nobody had answered yet. */
function unknowing(model: Model, answered: readonly TurnView[], onPart: (part: Part) => void): Model {
  const { kind, id, contextTokens, capabilities, local } = model;
  return {
    ...{ kind, id, contextTokens, capabilities, local },
    async *call(asked) {
      const { messages } = asked;
      const said = messages.findLastIndex(
        ({ role, content }) => role === "user" && content === answered[0]?.text,
      );
      const earlier = withoutAnswered(messages.slice(0, said), answered);
      for await (const part of model.call({ ...asked, messages: [...earlier, ...messages.slice(said)] })) {
        onPart(part);
        yield part;
      }
    },
  };
}
