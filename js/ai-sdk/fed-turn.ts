import { ask } from "../ask.ts";
import type { Reply, SessionState, TurnView } from "../generated/types.ts";
import { manualModel } from "../models/manual.ts";
import type { CallOptions, Model } from "../models/model.ts";
import type { FinishReason, Part } from "../models/part.ts";
import type { ReplyStream } from "../reply.ts";
import type { SendOptions, Session } from "../session.ts";
import { addAnswer } from "./again.ts";
import type { Committed } from "./committed.ts";
import { type Additions, additions, answeredAlready, type Conversation } from "./conversation.ts";
import type { Tokens } from "./language-model.ts";

/** Who answers a turn, and how it is sent. */
export interface FedTurnOptions
  extends Pick<SendOptions, "language" | "domain" | "mask" | "maxOutputTokens"> {
  /** Named in the run. What is asked besides, such as what the person said of themself, it is asked for itself. */
  readonly model: Model;
}

/**
 * A turn of a session whose model somebody else calls: it says what the model is to be asked, and is fed with what the
 * model answers, in one call or in several with tools in between. Nothing is stored before `finish`.
 *
 * While it waits for tools it holds nobody up: these may talk to the session.
 */
export class FedTurn {
  readonly session: Session;
  readonly conversation: Conversation;
  /** What the model is told beside the application's messages: the same in every step. */
  readonly additions: Additions;
  /** The tool calls whose results it waits for. */
  readonly calls = new Set<string>();
  readonly #reply: ReplyStream;
  readonly #parts: Parts;
  readonly #options: SendOptions;
  readonly #model: Model;
  readonly #abort: AbortController;
  #stopListening: () => void = () => {};
  #said = "";
  #isNewStep = false;
  #usedTools: boolean;
  #inputTokens: number | undefined;
  #outputTokens: number | undefined;
  #isOver = false;

  private constructor(begun: Begun) {
    this.session = begun.session;
    this.conversation = begun.conversation;
    this.additions = begun.additions;
    this.#reply = begun.reply;
    this.#parts = begun.parts;
    this.#options = begun.options;
    this.#model = begun.model;
    this.#abort = begun.abort;
    const { after, callsAfter } = this.conversation;
    this.#usedTools = callsAfter.size > 0;
    // What earlier steps took is not known here any more, but what was said in them is.
    if (!this.#usedTools) [this.#inputTokens, this.#outputTokens] = [0, 0];
    for (const text of after) {
      this.nextStep();
      this.say(text);
    }
    this.nextStep();
  }

  /** Observes, recalls and compiles; the turns that were begun before are finished first. */
  static async begin(
    session: Session,
    conversation: Conversation,
    options: FedTurnOptions,
    signal?: AbortSignal,
  ): Promise<FedTurn> {
    const { connection } = session;
    await connection.inTurn(session.id, async () => {});
    const { model, ...sending } = options;
    const abort = new AbortController();
    if (signal?.aborted) abort.abort();
    const parts = new Parts();
    let tell: (asked: CallOptions) => void = () => {};
    const told = new Promise<CallOptions>((resolve) => {
      tell = resolve;
    });
    let isAsked = false;
    const { kind, id, contextTokens, local } = model;
    const fed: Model = {
      ...{ version: 1, kind, id, contextTokens, local },
      call(asked) {
        // After the reply, a model may be asked what the message says of the person.
        if (isAsked) return model.call(asked);
        isAsked = true;
        tell(asked);
        return parts;
      },
    };
    const answered = answeredAlready(conversation, (options) => session.history(options));
    const whole = { ...sending, model: fed, apart: true, signal: abort.signal };
    const reply = session.begin(conversation.text, whole);
    // Before the model is asked, a reply can only fail.
    const asked = await Promise.race([told, reply as unknown as Promise<never>]);
    const turn = new FedTurn({
      ...{ session, conversation, additions: additions(asked, conversation, answered) },
      ...{ reply, parts, options: sending, model, abort },
    });
    turn.listen(signal);
    return turn;
  }

  /** Whether it was finished, or dropped. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** The turn is dropped when this signal is aborted, in place of the one before. */
  listen(signal: AbortSignal | undefined): void {
    this.#stopListening();
    const drop = () => this.drop();
    if (signal?.aborted) drop();
    signal?.addEventListener("abort", drop);
    this.#stopListening = () => signal?.removeEventListener("abort", drop);
  }

  /** The model is asked once more, with the results of its tools. */
  nextStep(): void {
    this.#isNewStep = true;
    this.#usedTools ||= this.calls.size > 0;
    this.calls.clear();
  }

  /** The model says something. */
  say(text: string): void {
    if (text === "" || this.#isOver) return;
    // What it said before it used a tool is a paragraph of its own.
    if (this.#isNewStep && this.#said !== "") this.#feed("\n\n");
    this.#isNewStep = false;
    this.#feed(text);
  }

  /** Tokens of one step. Where one of them has no count, the turn has none: our estimate takes its place. */
  count({ inputTokens, outputTokens }: Tokens): void {
    this.#inputTokens = added(this.#inputTokens, inputTokens);
    this.#outputTokens = added(this.#outputTokens, outputTokens);
  }

  /**
   * The model is done: the turn is stored, whole. A message that the log has already gets a further answer, and counts
   * once. `undefined`: there is nothing to store, as nothing was said, or it was dropped before.
   */
  async finish(reason: FinishReason): Promise<Committed | undefined> {
    if (this.#isOver) return undefined;
    const usedTools = (this.#usedTools || this.calls.size > 0) && reason !== "content-filter";
    if (this.#said.trim() === "" && !usedTools) {
      this.drop();
      return undefined;
    }
    this.#isOver = true;
    this.#stopListening();
    const { connection, id } = this.session;
    return await connection.inTurn(id, () => this.#store(reason));
  }

  /** Ends the turn without a trace. */
  drop(): void {
    // What is being stored is not taken back.
    if (this.#isOver) return;
    this.#isOver = true;
    this.#stopListening();
    this.#abort.abort();
  }

  #feed(text: string): void {
    this.#said += text;
    this.#parts.push({ type: "text-delta", text });
  }

  async #store(reason: FinishReason): Promise<Committed> {
    const { session, conversation } = this;
    const answered = answeredAlready(conversation, (options) => session.history(options));
    const [inputTokens, outputTokens] = [this.#inputTokens, this.#outputTokens];
    if (!answered && this.#said.trim() !== "") {
      if (inputTokens !== undefined && outputTokens !== undefined) {
        this.#parts.push({ type: "usage", inputTokens, outputTokens });
      }
      this.#parts.push({ type: "finish", reason });
      return committed(session, await this.#reply);
    }
    this.#abort.abort();
    const saidNothing = this.#said.trim() === "";
    if (answered && saidNothing) return nothingNew(session, answered);
    if (answered) {
      const usage = { inputTokens, outputTokens };
      const answer = { text: this.#said, model: this.#model, usage };
      return committed(session, await addAnswer(session, answer));
    }
    // It only used tools. What the person said is kept, without an answer.
    const alone = { ...this.#options, model: manualModel(), apart: true };
    return committed(session, await session.begin(conversation.text, alone));
  }
}

/** A turn whose model was asked. */
interface Begun {
  readonly session: Session;
  readonly conversation: Conversation;
  readonly additions: Additions;
  readonly reply: ReplyStream;
  readonly parts: Parts;
  /** How it was sent, without a model and a signal. */
  readonly options: SendOptions;
  readonly model: Model;
  readonly abort: AbortController;
}

/** The parts of an answer, as they are fed. */
class Parts implements AsyncIterable<Part> {
  readonly #parts: Part[] = [];
  #wake: () => void = () => {};

  push(part: Part): void {
    this.#parts.push(part);
    this.#wake();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Part> {
    for (;;) {
      const part = this.#parts.shift();
      if (part) yield part;
      else {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    }
  }
}

function added(sum: number | undefined, count: number | undefined): number | undefined {
  return sum === undefined || count === undefined ? undefined : sum + count;
}

function committed(
  session: Session,
  reply: Pick<Reply, "turn" | "memories" | "state"> & { run: string | null },
) {
  const { run, turn, memories, state } = reply;
  return { run, turn, memories, state: state ?? stateOf(session) };
}

function nothingNew(session: Session, [message, answer]: readonly TurnView[]): Committed {
  return {
    run: answer?.run ?? message?.run ?? null,
    turn: answer?.id ?? null,
    memories: [],
    state: stateOf(session),
  };
}

/** The state without its histories. */
export function stateOf({ connection, user, id }: Session): SessionState {
  return ask(() => connection.core.sessionState(user, id, connection.clock()) as SessionState);
}
