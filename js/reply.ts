import type { DroppedItem, MemoryChanged, Reply, Usage } from "./generated/types.ts";

/** What was answered elsewhere. Where it answers nothing, it has no run. */
export type ManualReply = Omit<Reply, "run"> & { run: string | null };

/** What a turn taught. */
export interface Learned {
  /** The memories that it made or changed. */
  readonly learned: readonly MemoryChanged[];
  /** What a model found and was left out, and why. */
  readonly dropped: readonly DroppedItem[];
  /** The run of the model's calls, where a model was asked. */
  readonly run?: string;
  /** Whether that model was asked once more, because its first answer could not be read. */
  readonly repaired?: boolean;
  /** What its calls took. */
  readonly usage?: Usage;
  /** Why the model's call failed. The reply is not touched by that. */
  readonly error?: unknown;
}

/**
 * A reply on its way: iterate over it for the text as it arrives, or await it for the whole reply with what it
 * changed. Both can be done with one object, once each.
 *
 * @example
 * for await (const delta of session.send("Good morning")) process.stdout.write(delta);
 * @example
 * const { text, state } = await session.send("Good morning");
 */
export class ReplyStream implements AsyncIterable<string>, PromiseLike<Reply> {
  readonly #reply: Promise<Reply>;
  readonly #learned: Promise<Learned>;
  readonly #abort: AbortController;
  readonly #deltas: string[] = [];
  #settled = false;
  #wake: (() => void) | undefined;

  /** @internal */
  constructor(
    start: (push: (delta: string) => void, signal: AbortSignal) => Promise<Reply>,
    learn: (reply: Reply) => Promise<Learned>,
    signal?: AbortSignal,
  ) {
    this.#abort = new AbortController();
    const forward = () => this.#abort.abort();
    if (signal?.aborted) forward();
    else signal?.addEventListener("abort", forward, { once: true });
    const push = (delta: string) => {
      this.#deltas.push(delta);
      this.#wake?.();
    };
    this.#reply = start(push, this.#abort.signal).finally(() => {
      this.#settled = true;
      signal?.removeEventListener("abort", forward);
      this.#wake?.();
    });
    // Whoever awaits or iterates gets the error; nobody doing so must not bring the process down.
    this.#reply.catch(() => {});
    this.#learned = this.#reply.then(learn);
    this.#learned.catch(() => {});
  }

  /**
   * What the turn taught. With `memory: { extractor: "model" }` it is complete some time after the reply, which does
   * not wait for it. Rejects only where the reply does.
   */
  get learned(): Promise<Learned> {
    return this.#learned;
  }

  /** The whole reply. Rejects with a `LuminoraError`; then nothing was stored. */
  // biome-ignore lint/suspicious/noThenProperty: a reply is awaitable by design
  then<Fulfilled = Reply, Rejected = never>(
    onFulfilled?: ((reply: Reply) => Fulfilled | PromiseLike<Fulfilled>) | null,
    onRejected?: ((reason: unknown) => Rejected | PromiseLike<Rejected>) | null,
  ): Promise<Fulfilled | Rejected> {
    return this.#reply.then(onFulfilled, onRejected);
  }

  /** The text as it arrives. Leaving the loop early aborts the turn, unless it is already stored. */
  async *[Symbol.asyncIterator](): AsyncGenerator<string, void, undefined> {
    try {
      for (;;) {
        const delta = this.#deltas.shift();
        if (delta !== undefined) yield delta;
        else if (this.#settled) break;
        else {
          await new Promise<void>((resolve) => {
            this.#wake = resolve;
          });
        }
      }
      await this.#reply;
    } finally {
      if (!this.#settled) this.#abort.abort();
    }
  }
}
