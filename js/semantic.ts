import type { Core } from "../build/wasm/core.js";
import { ask } from "./ask.ts";
import type { Embedder } from "./embedders/embedder.ts";
import { embedAll } from "./embedders/queue.ts";
import type { EmbeddingProgress, TextToEmbed } from "./generated/types.ts";
import type { LogPositions } from "./log-positions.ts";
import { OwnerCache } from "./owner-cache.ts";
import { abortedError, anySignal } from "./ports.ts";
import type { Storage } from "./storage/storage.ts";

/** Texts that the core is asked for at once. */
const portion = 512;
/** After the last change, ms: what one turn stores is embedded together. */
const pause = 500;
/** After a failure, ms, doubled with each further one. */
const firstRetry = 5_000;
const lastRetry = 300_000;
/** How long a question waits for its vector, ms. A reply is not held up for longer: words will do. */
const patience = 3_000;
/** So many new vectors are worth writing the cache. */
const worthSaving = 64;

/** What {@link SemanticSearch} works with. */
export interface SemanticHost {
  readonly core: () => Core;
  readonly storage: Storage;
  readonly embedder: Embedder;
  readonly closing: AbortSignal;
  readonly isStoring: (owner: string) => boolean;
  readonly positions: LogPositions;
  /** Makes what is searched of an owner, a part at a time. */
  readonly index: (owner: string) => Promise<void>;
  /** Hears how far the memories of a person are embedded, and what went wrong. */
  readonly tell: (owner: string, event: EmbeddingProgress & { readonly error?: unknown }) => void;
}

/**
 * Gives everything that can be recalled a vector, in the background, and questions theirs. Without it, before it is
 * done, and when it fails, memories are found by their words.
 *
 * @internal
 */
export class SemanticSearch {
  readonly #host: SemanticHost;
  readonly #cache: OwnerCache;
  readonly #running = new Map<string, Promise<EmbeddingProgress>>();
  readonly #timers = new Map<string, ReturnType<typeof setTimeout>>();
  readonly #failures = new Map<string, number>();
  readonly #listeners = new Set<(owner: string, progress: EmbeddingProgress) => void>();
  /** Owners whose vectors are to be kept again, because the storage dropped them. */
  readonly #dropped = new Set<string>();

  constructor(host: SemanticHost) {
    this.#host = host;
    this.#cache = new OwnerCache(host.storage, cacheNameOf(host.embedder.id));
  }

  /** Hands the core the vectors that were kept of an owner. */
  async read(owner: string): Promise<void> {
    const bytes = await this.#cache.read(owner);
    if (bytes) this.#host.core().readVectorCache(owner, bytes);
  }

  /** The vector of a question; undefined when the embedder fails or takes too long, which words make up for. */
  async vectorOf(question: string, signal?: AbortSignal): Promise<Float32Array | undefined> {
    const { closing, embedder } = this.#host;
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(), patience);
    const either = anySignal(closing, signal, late.signal);
    try {
      const [vector] = await embedAll(embedder, [question], { signal: either.signal, kind: "query" });
      return vector;
    } catch {
      if (closing.aborted || signal?.aborted) throw abortedError();
      return undefined;
    } finally {
      clearTimeout(timer);
      either.release();
    }
  }

  /** Something of an owner has changed: it is embedded soon. `dropped`: the storage keeps no vectors any more. */
  changed(owner: string, { dropped = false, wait = pause } = {}): void {
    if (dropped) this.#dropped.add(owner);
    if (this.#host.closing.aborted) return;
    clearTimeout(this.#timers.get(owner));
    const timer = setTimeout(() => {
      this.#timers.delete(owner);
      // What went wrong was told, and is tried again.
      this.embed(owner).catch(() => {});
    }, wait);
    // Node ends without waiting for it.
    (timer as { unref?: () => void }).unref?.();
    this.#timers.set(owner, timer);
  }

  /** Embeds what has no vector yet. One at a time for an owner; whoever asks meanwhile waits for the same. */
  async embed(owner: string, onProgress?: (progress: EmbeddingProgress) => void): Promise<EmbeddingProgress> {
    const listener = (of: string, progress: EmbeddingProgress) => of === owner && onProgress?.(progress);
    this.#listeners.add(listener);
    try {
      return await (this.#running.get(owner) ?? this.#begin(owner));
    } finally {
      this.#listeners.delete(listener);
    }
  }

  /** Ends what is under way. What was embedded until then is kept. */
  async close(): Promise<void> {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    await Promise.allSettled(this.#running.values());
    for (const owner of [...this.#dropped]) await this.#save(owner, 0);
    await this.#cache.settled();
  }

  #begin(owner: string): Promise<EmbeddingProgress> {
    const embedding = this.#embed(owner).finally(() => this.#running.delete(owner));
    this.#running.set(owner, embedding);
    return embedding;
  }

  async #embed(owner: string): Promise<EmbeddingProgress> {
    const { closing, core, embedder, index, tell } = this.#host;
    const progress = () => core().embeddingProgress(owner) as EmbeddingProgress;
    try {
      for (;;) {
        await index(owner);
        if (closing.aborted) throw abortedError();
        const texts = core().textsToEmbed(owner, portion) as TextToEmbed[];
        if (texts.length === 0) break;
        await embedAll(
          embedder,
          texts.map(({ text }) => text),
          {
            signal: closing,
            kind: "document",
            onVectors: (indices, vectors) => {
              const slots = Uint32Array.from(indices, (index) => texts[index]?.slot ?? 0);
              ask(() => core().setVectors(owner, slots, joined(vectors)));
              const now = progress();
              for (const listener of this.#listeners) listener(owner, now);
              tell(owner, now);
            },
          },
        );
        await this.#save(owner, worthSaving);
      }
      this.#failures.delete(owner);
      return progress();
    } catch (error) {
      if (!closing.aborted) {
        const failures = this.#failures.get(owner) ?? 0;
        this.#failures.set(owner, failures + 1);
        this.changed(owner, { wait: Math.min(lastRetry, firstRetry * 2 ** failures) });
        tell(owner, { ...progress(), error });
      }
      throw error;
    } finally {
      await this.#save(owner, 1);
    }
  }

  async #save(owner: string, least: number): Promise<void> {
    if (!this.#cache.isKept) return;
    const position = await this.#host.positions.of(owner);
    // What is being stored may be about to erase what the core still has. Whoever stores says so when it is done.
    if (!position || this.#host.isStoring(owner)) return;
    const bytes = this.#host.core().vectorCache(owner, this.#dropped.delete(owner) ? 0 : least);
    if (bytes) this.#cache.write(owner, bytes, position.position);
  }
}

/** A cache with the vectors of another embedder under the same name is passed over. */
function cacheNameOf(embedder: string): string {
  return `vectors-${embedder
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .slice(0, 48)}`;
}

function joined(vectors: readonly Float32Array[]): Float32Array {
  const length = vectors[0]?.length ?? 0;
  const all = new Float32Array(length * vectors.length);
  vectors.forEach((vector, index) => {
    all.set(vector, index * length);
  });
  return all;
}
