import type { Storage } from "./storage/storage.ts";

/**
 * One thing that a storage's cache keeps of each owner. What cannot be read is not there, and what cannot be written is
 * not kept: it can be made again.
 *
 * @internal
 */
export class OwnerCache {
  readonly #storage: Storage;
  readonly #name: string;
  readonly #writing = new Set<Promise<void>>();

  constructor(storage: Storage, name: string) {
    this.#storage = storage;
    this.#name = name;
  }

  /** Whether the storage keeps anything at all. */
  get isKept(): boolean {
    return this.#storage.cache !== undefined;
  }

  async read(owner: string): Promise<Uint8Array | undefined> {
    return await this.#storage
      .cache?.(owner)
      .get(this.#name)
      .catch(() => undefined);
  }

  /** Writes, without anybody waiting for it; with a position only while the log goes on from there. */
  write(owner: string, bytes: Uint8Array, position?: string): void {
    const cache = this.#storage.cache?.(owner);
    if (!cache) return;
    const writing = cache
      .put(this.#name, bytes, position === undefined ? undefined : { position })
      .catch(() => {})
      .finally(() => this.#writing.delete(writing));
    this.#writing.add(writing);
  }

  /** Resolves when everything is written. */
  async settled(): Promise<void> {
    await Promise.all(this.#writing);
  }
}
