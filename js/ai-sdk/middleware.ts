import type { Message } from "../models/model.ts";
import type { SendOptions, Session } from "../session.ts";
import type { Committed } from "./committed.ts";
import { type PromptMessage, readConversation } from "./conversation.ts";
import { FedTurn } from "./fed-turn.ts";
import { fromAiSdk } from "./from-ai-sdk.ts";
import { type AiSdkLanguageModel, finishReason, tokens } from "./language-model.ts";
import { turnGoingOn, waitForTools } from "./open-turns.ts";

/** What {@link luminoraMiddleware} may be told. */
export interface LuminoraMiddlewareOptions extends Pick<SendOptions, "language" | "domain" | "mask"> {
  /** Whose personality it is; a function is asked at each call, with the call's parameters. */
  session: Session | ((params: AiSdkCallParams) => Session | PromiseLike<Session>);
  /** Size of the model's context window in tokens. */
  contextTokens?: number;
  /** `false`: the personality's temperature is not sent. A call's own always wins. */
  temperature?: boolean;
}

/** The parameters of a call, as far as they are read here. */
export interface AiSdkCallParams {
  // biome-ignore lint/suspicious/noExplicitAny: the SDK's own type for it is another one in each version
  readonly prompt: any;
  readonly maxOutputTokens?: number | undefined;
  readonly temperature?: number | undefined;
  readonly topP?: number | undefined;
  readonly topK?: number | undefined;
  readonly abortSignal?: AbortSignal | undefined;
  // biome-ignore lint/suspicious/noExplicitAny: the SDK's own type for it is another one in each version
  readonly providerOptions?: any;
}

/** A language-model middleware of the Vercel AI SDK, for `wrapLanguageModel` of its versions 5 to 7. */
export interface LuminoraMiddleware {
  // biome-ignore lint/suspicious/noExplicitAny: each version wants its own name, and takes the others
  readonly specificationVersion: any;
  // biome-ignore lint/suspicious/noExplicitAny: the SDK's own types for it are others in each version
  wrapGenerate(call: any): Promise<any>;
  // biome-ignore lint/suspicious/noExplicitAny: the SDK's own types for it are others in each version
  wrapStream(call: any): Promise<any>;
}

/**
 * Gives a personality with memory to any `streamText` and `generateText` call of the Vercel AI SDK.
 *
 * ```js
 * const model = wrapLanguageModel({ model: openai("gpt-5"), middleware: luminoraMiddleware(session) });
 * const { textStream } = streamText({ model, messages });
 * ```
 *
 * - The person's last message is observed, recalled for and stored once, however many steps with tools its answer
 *   takes, and when the answer is complete: not when a call fails or is aborted. Where the message is in the log
 *   already, because a call is repeated or another reply is wanted, it gets a further answer there and counts once.
 * - The personality's system text stands in front of the application's own. It is the same in all steps of a turn.
 * - The application's messages are what the model sees of the conversation. Turns of the session that are older than
 *   all of them go before them, as far as the prompt's budget holds them: who comes back with an empty page is known.
 * - `providerMetadata.luminora` of the last step has `run`, `turn`, `memories` and `state`.
 *
 * A turn whose tools have no further step (the loop was stopped) is stored when the conversation goes on behind it.
 * Calls that are no part of the conversation, such as one for a title, take the model without the middleware.
 */
export function luminoraMiddleware(
  given: Session | LuminoraMiddlewareOptions | Exclude<LuminoraMiddlewareOptions["session"], Session>,
): LuminoraMiddleware {
  const options: LuminoraMiddlewareOptions = "session" in given ? given : { session: given };
  return {
    specificationVersion: "v4",

    async wrapGenerate({ doGenerate, model, params }: WrappedCall) {
      const step = await begin(options, model, params);
      if (!step) return await doGenerate();
      try {
        const result = await model.doGenerate(step.params);
        for (const part of result.content) step.read(part);
        const committed = await step.finish(result);
        return { ...result, ...withMetadata(result, committed) };
      } catch (error) {
        step.turn.drop();
        throw error;
      }
    },

    async wrapStream({ doStream, model, params }: WrappedCall) {
      const step = await begin(options, model, params);
      if (!step) return await doStream();
      try {
        const result = await model.doStream(step.params);
        return { ...result, stream: observed(result.stream, step) };
      } catch (error) {
        step.turn.drop();
        throw error;
      }
    },
  };
}

interface WrappedCall {
  readonly model: AiSdkLanguageModel & { doGenerate(options: object): PromiseLike<GenerateResult> };
  readonly params: AiSdkCallParams;
  doGenerate(): PromiseLike<GenerateResult>;
  doStream(): ReturnType<AiSdkLanguageModel["doStream"]>;
}

interface Finish {
  readonly finishReason: unknown;
  readonly usage: unknown;
  readonly providerMetadata?: object;
}

interface GenerateResult extends Finish {
  readonly content: readonly StepPart[];
}

/** A part of a stream, or of the content of an answer in one piece. */
interface StepPart extends Partial<Finish> {
  readonly type: string;
  readonly text?: string;
  readonly delta?: string;
  readonly toolCallId?: string;
  readonly providerExecuted?: boolean;
}

/** The first step of a turn, or a further one; `undefined` for a call in which nobody says anything. */
async function begin(
  options: LuminoraMiddlewareOptions,
  model: AiSdkLanguageModel,
  params: AiSdkCallParams,
): Promise<Step | undefined> {
  const conversation = readConversation(params.prompt);
  if (!conversation) return undefined;
  const session = await (typeof options.session === "function" ? options.session(params) : options.session);
  const { abortSignal, maxOutputTokens } = params;
  const waiting = await turnGoingOn(session, conversation);
  if (waiting) {
    waiting.nextStep();
    waiting.listen(abortSignal);
    return new Step(waiting, personal(params, waiting, options));
  }
  const { language, domain, mask, contextTokens } = options;
  const turn = await FedTurn.begin(
    session,
    conversation,
    {
      model: fromAiSdk(model, { contextTokens }),
      ...(language !== undefined && { language }),
      ...(domain !== undefined && { domain }),
      ...(mask !== undefined && { mask }),
      ...(maxOutputTokens !== undefined && { maxOutputTokens }),
    },
    abortSignal,
  );
  return new Step(turn, personal(params, turn, options));
}

/** One call of the model: its answer goes on to the application, and to the turn. */
class Step {
  readonly turn: FedTurn;
  readonly params: AiSdkCallParams;
  /** Whether the answer was complete. */
  isFinished = false;

  constructor(turn: FedTurn, params: AiSdkCallParams) {
    this.turn = turn;
    this.params = params;
  }

  read({ type, text, delta, toolCallId, providerExecuted }: StepPart): void {
    if (type === "text" || type === "text-delta") this.turn.say(text ?? delta ?? "");
    // A provider's own tool has its result in the same answer, unless somebody has to allow it first.
    else if ((type === "tool-call" && !providerExecuted) || type === "tool-approval-request") {
      if (toolCallId !== undefined) this.turn.calls.add(toolCallId);
    } else if (type === "error") this.turn.drop();
  }

  /** The turn ends with this step, or waits for the results of tools. */
  async finish(finish: Finish): Promise<Committed | undefined> {
    this.isFinished = true;
    const reason = finishReason(finish.finishReason);
    this.turn.count(tokens(finish.usage));
    if (reason === "error" || reason === "interrupted") this.turn.drop();
    else if (this.turn.calls.size === 0 || !usesTools.has(reason)) return await this.turn.finish(reason);
    else waitForTools(this.turn);
    return undefined;
  }
}

/** The reasons after which tools are used. */
const usesTools = new Set<string>(["stop", "tool-calls"]);

/** A stream that shows each of its parts to a step, and its end once the turn is stored. */
function observed(stream: ReadableStream<StepPart>, step: Step): ReadableStream<unknown> {
  const reader = stream.getReader();
  return new ReadableStream<unknown>(
    {
      async pull(controller) {
        try {
          const { done, value } = await reader.read();
          if (done) {
            // Without its last part an answer is not complete; after it, the turn has ended or waits.
            if (!step.isFinished) step.turn.drop();
            controller.close();
          } else if (value.type === "finish") {
            for (const part of await lastParts(value, step)) controller.enqueue(part);
          } else {
            step.read(value);
            controller.enqueue(value);
          }
        } catch (error) {
          step.turn.drop();
          controller.error(error);
        }
      },
      async cancel(reason) {
        if (!step.isFinished) step.turn.drop();
        await reader.cancel(reason);
      },
    },
    { highWaterMark: 0 },
  );
}

/** The end of a stream, with what became of the turn; before it the error of a turn that could not be stored. */
async function lastParts(finish: StepPart, step: Step): Promise<object[]> {
  try {
    const committed = await step.finish(finish as Finish);
    return [{ ...finish, ...withMetadata(finish, committed) }];
  } catch (error) {
    return [{ type: "error", error }, finish];
  }
}

function withMetadata({ providerMetadata }: Partial<Finish>, committed: Committed | undefined): object {
  return committed ? { providerMetadata: { ...providerMetadata, luminora: committed } } : {};
}

/** The parameters of a call, with the personality, what was said earlier, and the temperature. */
function personal(
  params: AiSdkCallParams,
  { additions }: FedTurn,
  { temperature: isSent = true }: LuminoraMiddlewareOptions,
): AiSdkCallParams {
  const { system, earlier, temperature } = additions;
  const [first, ...others]: PromptMessage[] = params.prompt;
  const isOwnSystem = first?.role === "system";
  const rest = isOwnSystem ? others : params.prompt;
  const turns = rest.findIndex(({ role }: PromptMessage) => role !== "system");
  // Of two settings of the same thing, providers refuse one.
  const isFree = [params.temperature, params.topP, params.topK].every((setting) => setting === undefined);
  return {
    ...params,
    prompt: [
      // One message: not every provider takes two.
      isOwnSystem
        ? { ...first, content: `${system}\n\n${first.content}` }
        : { role: "system", content: system },
      ...rest.slice(0, turns),
      ...asPrompt(earlier),
      ...rest.slice(turns),
    ],
    ...(isFree && isSent && { temperature }),
  };
}

function asPrompt(messages: readonly Message[]): object[] {
  return messages.map(({ role, content }) => ({ role, content: [{ type: "text", text: content }] }));
}
