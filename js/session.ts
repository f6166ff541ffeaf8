import { ask } from "./ask.ts";
import type { Connection } from "./connection.ts";
import { run } from "./driver.ts";
import type {
  Analytics,
  ArchiveReason,
  EmbeddingProgress,
  ExtractionReport,
  Forgotten,
  MemoryChanged,
  MoodPeriod,
  ParameterExplanation,
  Preview,
  Progression,
  Recalled,
  Reply,
  SessionStatus,
  SessionSummary,
  SessionState as StateView,
  TurnView,
} from "./generated/types.ts";
import { type AnyModel, isCallable } from "./models/model.ts";
import type { RecallOptions, SnapshotOptions } from "./options.ts";
import { type Learned, type ManualReply, ReplyStream } from "./reply.ts";
import type { TemplateEntry } from "./templates.ts";

/** What a relationship is like now. The two histories are read when they are asked for. */
export interface SessionState extends StateView {
  readonly affinity: StateView["affinity"] & { readonly history: Progression[] };
  readonly mood: StateView["mood"] & { readonly history: MoodPeriod[] };
}

/** Options of {@link Session.send}. */
export interface SendOptions {
  /** Ends the turn; nothing of it is stored. */
  readonly signal?: AbortSignal;
  /** Language of the text (`en`, `es`, ...), when you know it. */
  readonly language?: string;
  /** What it is about: notes of this domain are recalled before others. */
  readonly domain?: string;
  /** Most tokens of the answer; 1,024 when absent. */
  readonly maxOutputTokens?: number;
  /** Deltas on the six parameters, and a temperature, for this turn alone. */
  readonly mask?: { readonly parameters?: Readonly<Record<string, number>>; readonly temperature?: number };
  /** Answers this turn instead of the model that `Luminora.open` was given. */
  readonly model?: AnyModel;
}

/**
 * How adapters send.
 *
 * @internal
 */
export interface AdapterOptions extends SendOptions {
  /** The turn neither waits for others of its session nor holds them up: the adapter sees to that. */
  readonly apart?: boolean;
  /** Hears of every event of this turn alone. */
  readonly onEvent?: (event: { readonly type: string }) => void;
  /** A dry run: what is said is told by events, nothing is stored, and the reply is undefined. */
  readonly dry?: boolean;
}

const parameters = new Set(["verbosity", "formality", "humor", "empathy", "creativity", "directness"]);

/** Why something is as it is. */
export type Explanation =
  | { readonly subject: "affinity"; readonly text: string; readonly history: Progression[] }
  | { readonly subject: "mood"; readonly history: MoodPeriod[] }
  | ({ readonly subject: "parameter" } & ParameterExplanation)
  | { readonly subject: "run"; readonly run: Readonly<Record<string, unknown>> };

/** What a session tells. */
export interface SessionEvents {
  /** Some of the person's memories were embedded, or could not be for now; they are found by their words until then. */
  embedding: EmbeddingProgress & { readonly error?: unknown };
  "text-delta": { readonly text: string };
  /** The model thinks aloud before it answers; this is stored nowhere. */
  "reasoning-delta": { readonly text: string };
  "level-change": {
    readonly from: string;
    readonly to: string;
    readonly points: number;
    readonly direction: "up" | "down";
  };
  "mood-change": { readonly from: string; readonly to: string; readonly intensity: number };
  /** A fact or an episode is new, or another. */
  "memory-change": MemoryChanged;
  /** Memories, turns or a session of this person were erased. Affinity and mood may be others than before. */
  forgotten: { readonly erased: readonly Forgotten[] };
  /** Memories were put aside by a limit; they are kept and exported, and can be restored. */
  archived: { readonly ids: readonly string[]; readonly reason: ArchiveReason };
  /** Records of this person arrived from another tab or another object. */
  absorb: { readonly changed: readonly string[] };
}

/** A conversation of one person with one personality. */
export class Session {
  /** The session's id. */
  readonly id: string;
  /** Whose it is. */
  readonly user: string;
  readonly #connection: Connection;
  readonly #handlers = new Map<string, Set<(event: never) => void>>();

  /** @internal */
  constructor(connection: Connection, user: string, id: string) {
    this.#connection = connection;
    this.user = user;
    this.id = id;
  }

  /** Template, title, status and times of this session. */
  get summary(): SessionSummary {
    return ask(() => this.#connection.core.session(this.user, this.id) as SessionSummary);
  }

  /** The personality that speaks here: the version that this person's instance keeps. */
  get template(): TemplateEntry {
    const { template } = this.summary;
    const document = ask(() => this.#connection.core.templateDocument(this.user, template.id));
    return { ...template, document: JSON.parse(document) };
  }

  /** What the relationship is like now. */
  get state(): SessionState {
    const { core, clock } = this.#connection;
    const state = ask(() => core.sessionState(this.user, this.id, clock()) as StateView);
    return withHistories(state, {
      affinity: () => ask(() => core.affinityHistory(this.user, this.id) as Progression[]),
      mood: () => ask(() => core.moodHistory(this.user, this.id) as MoodPeriod[]),
    });
  }

  /**
   * Says something to the personality. The turn is stored whole when the reply is complete, or not at all. Turns of
   * one session wait for each other.
   */
  send(text: string, options: SendOptions = {}): ReplyStream {
    return this.begin(text, options);
  }

  /**
   * A send as adapters want it.
   *
   * @internal
   */
  begin(text: string, options: AdapterOptions): ReplyStream {
    return new ReplyStream(
      (push, signal) => {
        const work = () => this.#send(text, options, push, signal);
        return options.apart ? work() : this.#connection.inTurn(this.id, work);
      },
      (reply) => this.#learn(reply, options.model ?? this.#connection.model),
      options.signal,
    );
  }

  /**
   * What this session shares with the object that opened it.
   *
   * @internal
   */
  get connection(): Connection {
    return this.#connection;
  }

  /**
   * Records what was answered elsewhere (with `manualModel()`), or what the personality opens a new conversation with;
   * such an opening has no run. Changes neither affinity nor mood.
   */
  async reply(text: string): Promise<ManualReply> {
    return await this.#connection.inTurn(this.id, async () =>
      this.#replyOf(await run(this.#connection, { type: "reply", user: this.user, session: this.id, text })),
    );
  }

  /** The turns, oldest first: at most `limit` of the newest, or of those before the turn `before`. */
  history(options: { limit?: number; before?: string } = {}): TurnView[] {
    return ask(() => this.#connection.core.history(this.user, this.id, options) as TurnView[]);
  }

  /** What sending this text would do and ask: a dry run that calls nothing and stores nothing. */
  preview(text: string): Preview {
    const { core, clock } = this.#connection;
    return ask(() => core.preview(this.user, this.id, text, clock()) as Preview);
  }

  /**
   * What of all that this personality may know answers a question, the best first: turns of its sessions with this
   * person, facts, episodes and notes. Each says why it was found.
   *
   * @example
   * const [best] = await session.recall("my dog", { types: ["fact", "episode"] });
   * console.log(best?.text, best?.matches, best?.why);
   */
  async recall(query: string, options: RecallOptions = {}): Promise<Recalled[]> {
    const { core, clock, indexCache, semantic } = this.#connection;
    const { confidenceMin, signal, ...rest } = options;
    const vector = query.trim() ? await semantic?.vectorOf(query, signal) : undefined;
    const now = clock();
    const settings = { ...rest, confidence_min: confidenceMin, utc_offset: utcOffset(now) };
    const found = ask(() => core.recall(this.user, this.id, query, settings, vector, now) as Recalled[]);
    // It may have been the first search of a log that came from elsewhere.
    indexCache.changed(this.user);
    return found;
  }

  /** Why affinity, mood or a parameter are as they are, or how a reply came about (by the id of its run). */
  explain(subject: string): Explanation {
    const { core, clock } = this.#connection;
    if (subject === "affinity") {
      const text = ask(() => core.explainAffinity(this.user, this.id));
      return { subject, text, history: this.state.affinity.history };
    }
    if (subject === "mood") return { subject, history: this.state.mood.history };
    if (parameters.has(subject)) {
      const explained = ask(() => core.explainParameter(this.user, this.id, subject, clock()));
      return { subject: "parameter", ...(explained as ParameterExplanation) };
    }
    return { subject: "run", run: JSON.parse(ask(() => core.run(this.user, subject))) };
  }

  /** Sets the mood by hand: one of the template's moods, with an intensity from 0 to 1. */
  async setMood(name: string, intensity = 1): Promise<void> {
    await this.#command({ type: "set-mood", name, intensity });
  }

  /** Sets the affinity points by hand: a whole number from 0 to 100. */
  async setAffinity(points: number): Promise<void> {
    await this.#command({ type: "set-affinity", points });
  }

  /** Changes title or status. */
  async update(changes: { title?: string; status?: SessionStatus }): Promise<void> {
    await this.#command({ type: "update-session", ...changes });
  }

  /** What happened in this conversation, counted. Nothing is sent. */
  analytics(): Analytics {
    return ask(() => this.#connection.core.analytics(this.user, this.id) as Analytics);
  }

  /**
   * The relationship as the text of a snapshot file: template, affinity, mood, conversation, facts and episodes. With
   * `embeddings` their vectors too, with `anonymize` without what says who the person is, with `compact` with little said
   * twice.
   */
  async exportSnapshot(options: SnapshotOptions = {}): Promise<string> {
    const { core, clock, semantic } = this.#connection;
    if (wantsEmbeddings(options) ?? wantsEmbeddings(options.include_options))
      await semantic?.embed(this.user);
    return ask(() => core.exportSnapshot(this.user, this.id, options, clock()));
  }

  /** Calls `handler` on every such event; gives the function that stops it. */
  on<Name extends keyof SessionEvents>(
    name: Name,
    handler: (event: SessionEvents[Name]) => void,
  ): () => void {
    const handlers = this.#handlers.get(name) ?? new Set();
    this.#handlers.set(name, handlers);
    handlers.add(handler);
    return () => handlers.delete(handler);
  }

  /** @internal */
  emit<Name extends keyof SessionEvents>(name: Name, event: SessionEvents[Name]): void {
    for (const handler of this.#handlers.get(name) ?? []) {
      try {
        handler(event as never);
      } catch (error) {
        // What is told has already happened: a handler that throws must not make it look undone.
        console.error(error);
      }
    }
  }

  async #send(
    text: string,
    options: AdapterOptions,
    push: (delta: string) => void,
    signal: AbortSignal,
  ): Promise<Reply> {
    const model = options.model ?? this.#connection.model;
    const command = {
      type: "send",
      user: this.user,
      session: this.id,
      text,
      model: declare(model),
      language: options.language,
      domain: options.domain,
      mask: options.mask,
      max_output_tokens: options.maxOutputTokens,
      utc_offset: utcOffset(this.#connection.clock()),
    };
    const onEvent = (event: { readonly type: string }) => {
      if (event.type === "text-delta") push((event as { text: string } & typeof event).text);
      options.onEvent?.(event);
      this.emit(event.type as keyof SessionEvents, event as never);
    };
    const callable = isCallable(model) ? model : undefined;
    const { dry } = options;
    return this.#replyOf(await run(this.#connection, command, { model: callable, signal, onEvent, dry }));
  }

  /** Asks a model what the person said about themself, after the reply: what it finds is stored on its own. */
  async #learn(reply: Reply | undefined, answering: AnyModel): Promise<Learned> {
    // After a dry run there is nothing to learn from.
    const { learned = [], user_turn: turn = null } = reply ?? {};
    const { extractor } = this.#connection;
    const model = extractor === "reply" ? answering : extractor;
    if (!model || !isCallable(model) || turn === null) return { learned, dropped: [] };
    const command = { type: "extract", user: this.user, session: this.id, turn, model: declare(model) };
    const onEvent = (event: { readonly type: string }) => {
      // What a model thinks about the person is no part of the conversation.
      if (event.type !== "reasoning-delta") this.emit(event.type as keyof SessionEvents, event as never);
    };
    try {
      const output = await run(this.#connection, command, { model, onEvent });
      if (output.type !== "extraction") return { learned, dropped: [] };
      const report: ExtractionReport = output.value;
      return { ...report, learned: [...learned, ...report.learned] };
    } catch (error) {
      // The reply was given and stored: what is not learned is no failure of it.
      return { learned, dropped: [], error };
    }
  }

  #replyOf(output: { readonly type: string; readonly value?: unknown }): Reply {
    return output.value as Reply;
  }

  async #command(command: object): Promise<void> {
    const onEvent = (event: { readonly type: string }) =>
      this.emit(event.type as keyof SessionEvents, event as never);
    await this.#connection.inTurn(this.id, () =>
      run(this.#connection, { user: this.user, session: this.id, ...command }, { onEvent }),
    );
  }
}

/** How far the clock on the wall is ahead of UTC, in minutes: "yesterday" is the person's. */
function utcOffset(now: number): number {
  return -new Date(now).getTimezoneOffset();
}

/** Whether a snapshot is to have vectors, by either name; undefined where nothing is said of them. */
function wantsEmbeddings(options: SnapshotOptions = {}): boolean | undefined {
  return options.embeddings ?? options.include_embeddings;
}

/** A model as the core needs to know it. */
function declare(model: AnyModel): object {
  const { kind, id } = model;
  if (isCallable(model)) return { kind, id, context_tokens: model.contextTokens, local: model.local };
  if (model.kind === "manual") return { kind, id };
  return { kind, id, seed: model.seed, reply: model.nextReply() };
}

/** The state with its histories read on demand: they grow with every turn, and few callers want them. */
function withHistories(
  state: StateView,
  read: { affinity: () => Progression[]; mood: () => MoodPeriod[] },
): SessionState {
  const lazy = (get: () => unknown) => ({ get, enumerable: true, configurable: true });
  Object.defineProperty(state.affinity, "history", lazy(read.affinity));
  Object.defineProperty(state.mood, "history", lazy(read.mood));
  return state as SessionState;
}
