import { ask } from "./ask.ts";
import type { Connection } from "./connection.ts";
import { underway } from "./driver.ts";
import type { Absorbed } from "./generated/types.ts";
import { textOf } from "./log-checkpoint.ts";
import { erases, type StoredRecord } from "./storage/storage.ts";

/** What became of records of another tab. */
interface Heard {
  readonly changed: string[];
  /** To be stored because of them. */
  readonly swept: readonly StoredRecord[];
}

/** Whose records are about the storage as a whole: the history of its migrations. */
const storageOwner = "luminora:storage";

/**
 * Whose logs the core has: each is read from the storage once, when it is first asked for, and then follows what other
 * tabs write.
 *
 * @internal
 */
export class Owners {
  readonly #connection: Connection;
  readonly #absorbed: (owner: string, event: Pick<Absorbed, "changed">) => void;
  readonly #loaded = new Map<string, Promise<void>>();
  readonly #unsubscribe: (() => void) | undefined;
  #version: Promise<void> | undefined;

  /** `absorbed` hears which records of an owner came from another tab. */
  constructor(connection: Connection, absorbed: (owner: string, event: Pick<Absorbed, "changed">) => void) {
    this.#connection = connection;
    this.#absorbed = absorbed;
    this.#unsubscribe = connection.storage.subscribe?.((owner, records, replaced) => {
      // Logs that were never asked for are read when they are.
      if (connection.closing.aborted || !this.#loaded.has(owner)) return;
      absorbed(owner, this.#absorb(owner, records, replaced));
    });
  }

  /** Reads an owner's log, if that is still to be done. */
  load(owner: string): Promise<void> {
    const present = this.#loaded.get(owner);
    if (present) return present;
    const loading = this.#scan(owner).catch((error: unknown) => {
      this.#loaded.delete(owner);
      throw error;
    });
    this.#loaded.set(owner, loading);
    return loading;
  }

  /** The core has nothing of an owner any more. */
  forget(owner: string): void {
    this.#loaded.delete(owner);
  }

  /** Hears of no other tab any more; resolves when nothing is being read. */
  async close(): Promise<void> {
    this.#unsubscribe?.();
    await Promise.allSettled(this.#loaded.values());
  }

  async #scan(owner: string): Promise<void> {
    const { checkpoint, indexCache, semantic } = this.#connection;
    this.#version ??= this.#checkVersion().catch((error: unknown) => {
      this.#version = undefined;
      throw error;
    });
    await Promise.all([this.#version, indexCache.read(owner), semantic?.read(owner)]);
    const swept = await checkpoint.open(owner);
    // Before anybody sees the log. What cannot be stored now is stored when it is opened again.
    if (swept.length > 0) await this.#sweep(owner, swept);
    // What fails here fails again where it is searched, and is told there.
    indexCache.index(owner).catch(() => {});
    semantic?.changed(owner);
  }

  /** Refuses a storage that a later version of the library has written: its shapes are not known here. */
  async #checkVersion(): Promise<void> {
    const { core, clock, storage } = this.#connection;
    for await (const records of storage.scan(storageOwner)) {
      ask(() => core.load([textOf(records)], clock()));
      ask(() => core.migrations());
    }
  }

  #absorb(owner: string, records: readonly StoredRecord[], replaced: boolean): Pick<Absorbed, "changed"> {
    const { core, clock, indexCache, positions, semantic } = this.#connection;
    if (replaced) core.dropOwner(owner);
    const { changed, swept } = ask(() => core.hear(textOf(records), clock()) as Heard);
    if (swept.length > 0) void this.#sweep(owner, swept);
    // What was kept is dropped, and what this tab kept a moment ago may hold what the other one has erased.
    const dropped = erases(records, { replace: replaced });
    if (dropped) positions.heard(owner, replaced);
    if (dropped) indexCache.changed(owner, true);
    semantic?.changed(owner, { dropped });
    return { changed };
  }

  /**
   * Stores what goes with an erasure that its writer did not know of. Every view comes to the same; where it cannot be
   * stored, another one stores it, or whoever opens the log. In this view it is gone all the same.
   */
  async #sweep(owner: string, records: readonly StoredRecord[]): Promise<void> {
    const { core, clock, checkpoint, closing, indexCache, storage } = this.#connection;
    // For the storage keeps the objects.
    const text = textOf(records);
    const store = async () => {
      try {
        await storage.append(owner, records, { transfer: true });
      } finally {
        if (!closing.aborted) ask(() => core.load([text], clock()));
      }
    };
    try {
      await underway(this.#connection, () => indexCache.during(owner, true, store));
    } catch {
      checkpoint.drop(owner);
    }
    this.#absorbed(owner, { changed: records.map(({ id }) => id) });
  }
}
