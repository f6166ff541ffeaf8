import type { Core } from "../build/wasm/core.js";
import { OwnerCache } from "./owner-cache.ts";
import type { Storage } from "./storage/storage.ts";

/** So many documents more or fewer are worth a write; the next start reads fewer again. */
const worthSaving = 256;

/** After the last change, ms. */
const pause = 2000;

/**
 * Keeps what is searched in the storage's cache, so that the next start need not read everything again. Never needed:
 * without it, or with one that lags behind, the same is found.
 *
 * @internal
 */
export class IndexCache {
  readonly #cache: OwnerCache;
  readonly #core: () => Core;
  /** By owner, the operations that are storing something. */
  readonly #storing = new Map<string, number>();
  /** By owner, from how many changes on a write is worth it. */
  readonly #changed = new Map<string, number>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(storage: Storage, core: () => Core) {
    this.#cache = new OwnerCache(storage, "text-index");
    this.#core = core;
  }

  /** Hands the core what was kept of an owner. */
  async read(owner: string): Promise<void> {
    const bytes = await this.#cache.read(owner);
    if (bytes) this.#core().readRecallCache(owner, bytes);
  }

  /**
   * Runs `work`, which stores something: nothing is written meanwhile that it may be about to erase. Where it `erases`,
   * the storage has dropped what was kept.
   */
  async during<T>(owner: string, erases: boolean, work: () => Promise<T>): Promise<T> {
    this.#storing.set(owner, (this.#storing.get(owner) ?? 0) + 1);
    try {
      return await work();
    } finally {
      const left = (this.#storing.get(owner) ?? 1) - 1;
      if (left > 0) this.#storing.set(owner, left);
      else this.#storing.delete(owner);
      this.changed(owner, erases);
    }
  }

  /** Whether something of an owner is being stored. */
  isStoring(owner: string): boolean {
    return this.#storing.has(owner);
  }

  /** Something of an owner has changed: it is kept soon, when it is worth a write or has to replace what was kept. */
  changed(owner: string, replaces = false): void {
    if (!this.#cache.isKept) return;
    this.#changed.set(owner, replaces ? 0 : (this.#changed.get(owner) ?? worthSaving));
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#save(), pause);
    // Node ends without waiting for it.
    (this.#timer as { unref?: () => void }).unref?.();
  }

  /** Keeps everything that has changed. */
  async close(): Promise<void> {
    clearTimeout(this.#timer);
    for (const [owner, least] of this.#changed) this.#changed.set(owner, Math.min(least, 1));
    this.#save();
    clearTimeout(this.#timer);
    await this.#cache.settled();
  }

  #save(): void {
    for (const [owner, least] of this.#changed) {
      if (this.isStoring(owner)) continue;
      this.#changed.delete(owner);
      const bytes = this.#core().recallCache(owner, least);
      if (bytes) this.#cache.write(owner, bytes);
    }
  }
}
