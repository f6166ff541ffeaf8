import { LuminoraError } from "../errors.ts";
import type { CoreEvent, TurnView } from "../generated/types.ts";
import { anySignal } from "../ports.ts";
import type { SendOptions, Session } from "../session.ts";
import { answerAgain } from "./again.ts";
import type { Committed } from "./committed.ts";
import { answeredAlready, isPast, readConversation } from "./conversation.ts";
import { stateOf } from "./fed-turn.ts";

/** A message of the AI SDK's chat, as far as it is read here. */
export interface ChatMessage {
  readonly id: string;
  readonly role: string;
  readonly parts: readonly {
    readonly type: string;
    readonly text?: string;
    readonly filename?: string;
    readonly mediaType?: string;
  }[];
}

/** A turn as a message of the AI SDK's chat. */
export interface TurnMessage extends ChatMessage {
  role: "user" | "assistant";
  parts: { type: "text"; text: string }[];
}

/** What {@link LuminoraChatTransport} may be told. */
export interface LuminoraChatTransportOptions extends Omit<SendOptions, "signal"> {
  /** What a person reads of an error; the message and the hint when absent. */
  errorText?: (error: LuminoraError) => string;
}

/** What the metadata of an answer has under `luminora`. */
export interface LuminoraMetadata extends Committed {
  /** Level, mood and memory changes. */
  readonly events: readonly CoreEvent[];
}

/** A piece of an answer, as the AI SDK's chat takes it. */
export type ChatChunk =
  | { readonly type: "start" | "start-step" | "finish-step" | "abort" }
  | { readonly type: "text-start" | "text-end" | "reasoning-start" | "reasoning-end"; readonly id: string }
  | { readonly type: "text-delta" | "reasoning-delta"; readonly id: string; readonly delta: string }
  | { readonly type: "error"; readonly errorText: string }
  | {
      readonly type: "finish";
      readonly finishReason: "stop";
      readonly messageMetadata: { readonly luminora: LuminoraMetadata };
    };

/**
 * A `ChatTransport` of the Vercel AI SDK with which `useChat` talks to a session, in the page and without a server.
 *
 * ```js
 * const { messages, sendMessage } = useChat({
 *   transport: new LuminoraChatTransport(session),
 *   messages: chatMessages(session.history()), // what was said before
 * });
 * ```
 *
 * The session's log is the conversation: of the chat's messages only the last is sent. One that is stopped or fails
 * stores nothing. `regenerate` answers the last message once more: the log keeps both answers, and the message counts
 * once. A message that is edited is said anew. An answer's `metadata.luminora` has `run`, `turn`, `memories`, `state`
 * and `events`.
 */
export class LuminoraChatTransport {
  readonly #session: Session | (() => Session | PromiseLike<Session>);
  readonly #options: LuminoraChatTransportOptions;

  /** @param session the one that is talked to; a function is asked at each message */
  constructor(
    session: Session | (() => Session | PromiseLike<Session>),
    options: LuminoraChatTransportOptions = {},
  ) {
    this.#session = session;
    this.#options = options;
  }

  /**
   * Sends the last message, or answers it once more.
   *
   * @throws LuminoraError `invalid_argument` when the last message is not the person's or has no text, or when another
   *   answer is wanted to a message that others have followed
   */
  async sendMessages(request: {
    readonly trigger: "submit-message" | "regenerate-message";
    readonly messageId?: string | undefined;
    readonly messages: readonly ChatMessage[];
    readonly abortSignal?: AbortSignal | undefined;
  }): Promise<ReadableStream<ChatChunk>> {
    const { trigger, messageId, messages } = request;
    if (messages.at(-1)?.role !== "user") throw refused("The last message is not the person's.");
    const conversation = readConversation(messages.map(({ role, parts }) => ({ role, content: parts })));
    if (!conversation) throw refused("The message has no text.");
    const session = typeof this.#session === "function" ? await this.#session() : this.#session;
    const history = (options: { limit: number }) => session.history(options);
    // What is sent for the first time is said, even if it was said before.
    const mayBeKnown = trigger === "regenerate-message" || messageId !== undefined;
    const answered = mayBeKnown ? answeredAlready(conversation, history, true) : undefined;
    if (trigger === "regenerate-message" && !answered && isPast(conversation, history)) {
      throw refused("Others have followed this message: only the last answer can be given again.");
    }
    const { errorText = textOfError, ...options } = this.#options;
    return chunks(request.abortSignal, errorText, async (onEvent, signal) => {
      const sending = { ...options, onEvent, signal };
      const { run, turn, memories, state, events } = answered
        ? await answerAgain(session, answered, sending)
        : await session.begin(conversation.text, sending);
      return { run, turn, memories, state: state ?? stateOf(session), events };
    });
  }

  /** There is no server to reconnect to: an answer that a page left was never given. */
  async reconnectToStream(_request?: unknown): Promise<null> {
    return null;
  }
}

/** What was said, oldest first, as messages for `useChat`: `chatMessages(session.history())`. */
export function chatMessages(turns: readonly TurnView[]): TurnMessage[] {
  return turns.flatMap(({ id, role, text }) =>
    role === "tool" ? [] : [{ id, role, parts: [{ type: "text" as const, text }] }],
  );
}

function refused(message: string): LuminoraError {
  return new LuminoraError("invalid_argument", message, { path: "/messages" });
}

function textOfError({ message, hint }: LuminoraError): string {
  return hint ? `${message} ${hint}` : message;
}

type OnEvent = (event: { readonly type: string; readonly text?: string }) => void;

/** The stream of an answer. Leaving it ends the answer; so does the signal. */
function chunks(
  abortSignal: AbortSignal | undefined,
  errorText: (error: LuminoraError) => string,
  answer: (onEvent: OnEvent, signal: AbortSignal) => Promise<LuminoraMetadata>,
): ReadableStream<ChatChunk> {
  const left = new AbortController();
  const { signal, release } = anySignal(abortSignal, left.signal);
  return new ReadableStream<ChatChunk>({
    start(controller) {
      const blocks = new Blocks((chunk) => {
        if (!left.signal.aborted) controller.enqueue(chunk);
      });
      blocks.send({ type: "start" });
      blocks.send({ type: "start-step" });
      // Not awaited: what arrives can be read meanwhile.
      answer((event) => blocks.read(event), signal)
        .then((luminora) => {
          blocks.end();
          blocks.send({ type: "finish-step" });
          blocks.send({ type: "finish", finishReason: "stop", messageMetadata: { luminora } });
        })
        .catch((error: unknown) => {
          const known = LuminoraError.isInstance(error)
            ? error
            : new LuminoraError("model_unavailable", "The model failed.");
          if (known.code === "aborted") blocks.send({ type: "abort" });
          else blocks.send({ type: "error", errorText: errorText(known) });
        })
        .finally(() => {
          release();
          if (!left.signal.aborted) controller.close();
        });
    },
    cancel() {
      left.abort();
    },
  });
}

/** Deltas as blocks of text and of reasoning, each with a beginning and an end. */
class Blocks {
  readonly send: (chunk: ChatChunk) => void;
  #open: "text" | "reasoning" | undefined;
  #count = 0;

  constructor(send: (chunk: ChatChunk) => void) {
    this.send = send;
  }

  read({ type, text: delta = "" }: { readonly type: string; readonly text?: string }): void {
    if (type !== "text-delta" && type !== "reasoning-delta") return;
    const block = type === "text-delta" ? "text" : "reasoning";
    if (this.#open !== block) {
      this.end();
      this.#open = block;
      this.#count += 1;
      this.send({ type: `${block}-start`, id: this.#id });
    }
    this.send({ type, id: this.#id, delta });
  }

  end(): void {
    if (this.#open) this.send({ type: `${this.#open}-end`, id: this.#id });
    this.#open = undefined;
  }

  get #id(): string {
    return `${this.#open}-${this.#count}`;
  }
}
