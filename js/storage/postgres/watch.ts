import { versionOf, type Written } from "../record-version.ts";
import type { StorageListener, StoredRecord } from "../storage.ts";
import { parsePosition } from "./position.ts";

/** What a poll looks at: where a log is now (undefined: there is none), and what came behind a place. */
export interface LogReader {
  position(owner: string): Promise<string | undefined>;
  recordsBehind(owner: string, place: number): Promise<{ records: StoredRecord[]; last: number }>;
}

/** How far this view knows a log. */
interface Known {
  /** "" where there is no log. */
  position: string;
  /** Versions that it wrote itself behind that, as {@link versionOf} names them. */
  readonly own: Set<string>;
}

/**
 * Asks now and then whether others have changed the logs that this view was asked for, and tells listeners. It knows
 * logs by their positions: what it hears is everything behind the last one, without what it wrote itself.
 */
export class Watch {
  readonly #every: number;
  readonly #poll: (owner: string) => Promise<void>;
  readonly #known = new Map<string, Known>();
  readonly #listeners = new Set<StorageListener>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  /**
   * @param every milliseconds between two rounds
   * @param poll calls {@link poll} when nothing of the owner is being written by this view
   */
  constructor(every: number, poll: (owner: string) => Promise<void>) {
    this.#every = every;
    this.#poll = poll;
  }

  subscribe(listener: StorageListener): () => void {
    this.#listeners.add(listener);
    if (this.#listeners.size === 1) this.#schedule();
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) clearTimeout(this.#timer);
    };
  }

  stop(): void {
    this.#listeners.clear();
    clearTimeout(this.#timer);
  }

  /** Whether changes of an owner's log are told already. */
  isWatching(owner: string): boolean {
    return this.#known.has(owner);
  }

  /** From this position on, changes are told, if they were not already. */
  begin(owner: string, position: string): void {
    if (!this.isWatching(owner)) this.#known.set(owner, { position, own: new Set() });
  }

  /** This view moved a log itself, with these records; `whole`: it has no others now. */
  wrote(owner: string, from: string, to: string, records: readonly Written[], whole: boolean): void {
    const known = this.#known.get(owner);
    if (!known || whole || known.position === from) {
      this.#known.set(owner, { position: to, own: new Set() });
    } else if (this.#listeners.size > 0) {
      // Behind something that was not heard yet.
      for (const record of records) known.own.add(versionOf(record));
    }
  }

  /** Looks at one log. */
  async poll(owner: string, reader: LogReader): Promise<void> {
    const known = this.#known.get(owner);
    const position = await reader.position(owner);
    if (!known || position === (known.position || undefined)) return;
    const [before, now] = [known.position, position ?? ""].map(parsePosition);
    const replaced = before !== undefined && before.log !== now?.log;
    const from = replaced ? 0 : (before?.last ?? 0);
    const { records, last } = now ? await reader.recordsBehind(owner, from) : { records: [], last: 0 };
    this.#known.set(owner, {
      position: now ? `${now.log}:${Math.max(now.last, last)}` : "",
      own: new Set(),
    });
    const heard = replaced ? records : records.filter((record) => !known.own.has(versionOf(record)));
    if (!replaced && heard.length === 0) return;
    for (const listener of this.#listeners) listener(owner, heard, replaced);
  }

  #schedule(): void {
    this.#timer = setTimeout(async () => {
      for (const owner of this.#known.keys()) {
        if (this.#listeners.size === 0) return;
        // What cannot be read now is heard in the next round.
        await this.#poll(owner).catch(() => {});
      }
      if (this.#listeners.size > 0) this.#schedule();
    }, this.#every);
    // Node ends without waiting for it.
    (this.#timer as { unref?: () => void }).unref?.();
  }
}
