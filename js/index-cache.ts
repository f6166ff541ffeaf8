import type { Core } from "../build/wasm/core.js";
import type { LogPositions } from "./log-positions.ts";
import { nextTask } from "./next-task.ts";
import { OwnerCache } from "./owner-cache.ts";
import type { Storage } from "./storage/storage.ts";

/** So many documents more or fewer are worth a write; the next start reads fewer again. */
const worthSaving = 256;

/** After the last change, ms. */
const pause = 2000;

/** So many records are read for the index at a time: some milliseconds, between two frames of a page. */
const portion = 128;

/**
 * Makes what is searched beforehand, a part at a time, and keeps it in the storage's cache, so that the next start need
 * not read everything again. Never needed: without it, or with one that lags behind, the same is found, only later.
 *
 * @internal
 */
export class IndexCache {
  readonly #cache: OwnerCache;
  readonly #core: () => Core;
  readonly #positions: LogPositions;
  /** By owner, the operations that are storing something. */
  readonly #storing = new Map<string, number>();
  /** By owner, from how many changes on a write is worth it. */
  readonly #changed = new Map<string, number>();
  readonly #indexing = new Map<string, Promise<void>>();
  #closed = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(storage: Storage, core: () => Core, positions: LogPositions) {
    this.#cache = new OwnerCache(storage, "text-index");
    this.#core = core;
    this.#positions = positions;
  }

  /** Hands the core what was kept of an owner. */
  async read(owner: string): Promise<void> {
    const bytes = await this.#cache.read(owner);
    if (bytes) this.#core().readRecallCache(owner, bytes);
  }

  /** Makes what is searched of an owner. Whoever searches meanwhile waits for the rest. */
  index(owner: string): Promise<void> {
    let indexing = this.#indexing.get(owner);
    if (!indexing) {
      indexing = this.#index(owner).finally(() => this.#indexing.delete(owner));
      this.#indexing.set(owner, indexing);
    }
    return indexing;
  }

  async #index(owner: string): Promise<void> {
    do await nextTask();
    while (!this.#closed && this.#core().indexSome(owner, portion));
  }

  /**
   * Runs `work`, which stores something: nothing is written meanwhile that it may be about to erase. Where it `erases`,
   * the storage has dropped what was kept.
   */
  async during<T>(owner: string, erases: boolean, work: () => Promise<T>): Promise<T> {
    this.#storing.set(owner, (this.#storing.get(owner) ?? 0) + 1);
    try {
      return await this.#positions.during(owner, erases, work);
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
    this.#timer = setTimeout(() => this.#save().catch(() => {}), pause);
    // Node ends without waiting for it.
    (this.#timer as { unref?: () => void }).unref?.();
  }

  /** Keeps everything that has changed, unless much of it is yet to be made: that is for the next start. */
  async close(): Promise<void> {
    clearTimeout(this.#timer);
    this.#closed = true;
    await Promise.all(this.#indexing.values());
    for (const [owner, least] of this.#changed) {
      const position = await this.#positions.of(owner);
      if (!this.#core().indexSome(owner, portion)) this.#keep(owner, Math.min(least, 1), position);
    }
    await this.#cache.settled();
  }

  async #save(): Promise<void> {
    for (const owner of [...this.#changed.keys()]) {
      await this.index(owner);
      const position = await this.#positions.of(owner);
      const least = this.#changed.get(owner);
      // Whoever stores something says so when it is done.
      if (this.#closed || least === undefined || this.isStoring(owner)) continue;
      this.#changed.delete(owner);
      this.#keep(owner, least, position);
    }
  }

  #keep(owner: string, least: number, position: Awaited<ReturnType<LogPositions["of"]>>): void {
    const bytes = position && this.#core().recallCache(owner, least);
    if (bytes) this.#cache.write(owner, bytes, position.position);
  }
}
