import type { Storage } from "./storage/storage.ts";

/** Something is being taken away by this view, or it is asked where the log ends since then. */
interface Taking {
  /** Whether everything that others had taken away until then was known here. */
  readonly wasCurrent: Promise<boolean>;
  running: number;
  asked: number;
  ended: Promise<void>;
}

/**
 * Where each log was when all that had been taken away from it for good was known here. What is cached of it is put with
 * that position: another view, of which this one perhaps hears nothing, may have erased something since, and nothing that
 * was erased outlives its record.
 *
 * @internal
 */
export class LogPositions {
  readonly #storage: Storage;
  readonly #known = new Map<string, string>();
  /** Logs that have no place yet to go on from. */
  readonly #empty = new Set<string>();
  readonly #taking = new Map<string, Taking>();

  constructor(storage: Storage) {
    this.#storage = storage;
  }

  /** What a log held at a position is known; `isEmpty`: that is nothing. */
  begin(owner: string, position: string, isEmpty: boolean): void {
    this.#known.set(owner, position);
    if (isEmpty) this.#empty.add(owner);
  }

  /** With what a log's caches are put, whose bytes are made after that; undefined: not at all. */
  async of(owner: string): Promise<{ readonly position?: string } | undefined> {
    if (!this.#storage.arrivals) return {};
    for (let ended: Promise<void> | undefined; ended !== this.#taking.get(owner)?.ended; ) {
      ended = this.#taking.get(owner)?.ended;
      await ended;
    }
    const position = this.#known.get(owner);
    return position === undefined ? undefined : { position };
  }

  /** Runs `work`, by which this view stores something; `takes`: and takes something away. */
  async during<T>(owner: string, takes: boolean, work: () => Promise<T>): Promise<T> {
    const begins = this.#empty.delete(owner);
    if (!takes && !begins) return await work();
    // Asked before `work` asks for anything, and not waited for: nothing may come in between.
    const taking =
      this.#taking.get(owner) ?? this.#begun(owner, begins ? Promise.resolve(true) : this.#isCurrent(owner));
    taking.running += 1;
    try {
      return await work();
    } finally {
      taking.running -= 1;
      taking.ended = this.#goOn(owner, taking);
    }
  }

  /** Another view has taken something away, and it is known here. `whole`: all that there is now is known. */
  heard(owner: string, whole: boolean): void {
    if (!whole && !this.#known.has(owner)) return;
    const taking = this.#taking.get(owner) ?? this.#begun(owner, Promise.resolve(true));
    taking.ended = this.#goOn(owner, taking);
  }

  #begun(owner: string, wasCurrent: Promise<boolean>): Taking {
    const taking = { wasCurrent, running: 0, asked: 0, ended: Promise.resolve() };
    this.#taking.set(owner, taking);
    return taking;
  }

  async #isCurrent(owner: string): Promise<boolean> {
    const position = this.#known.get(owner);
    if (position === undefined) return false;
    const log = this.#storage.arrivals?.(owner, position).catch(() => undefined);
    return (await log)?.continues === true;
  }

  /** From where a log ends now, unless something else is being taken away. */
  async #goOn(owner: string, taking: Taking): Promise<void> {
    if (taking.running > 0) return;
    const asked = ++taking.asked;
    let position: string | undefined;
    if (await taking.wasCurrent)
      position = (await this.#storage.arrivals?.(owner).catch(() => undefined))?.position;
    // Otherwise somebody else does so at the end.
    if (taking.running > 0 || taking.asked !== asked) return;
    this.#taking.delete(owner);
    if (position === undefined) this.#known.delete(owner);
    else this.#known.set(owner, position);
  }
}
