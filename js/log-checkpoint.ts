import type { Core } from "../build/wasm/core.js";
import { ask } from "./ask.ts";
import type { LogPositions } from "./log-positions.ts";
import { OwnerCache } from "./owner-cache.ts";
import type { Clock } from "./ports.ts";
import type { Storage, StoredRecord } from "./storage/storage.ts";

/** Bytes of records that are read as fast as a checkpoint of them would be. */
const worthKeeping = 256 << 10;

/** What came since is worth another checkpoint when it is this part of the one before. */
const worthRenewing = 1 / 16;

/** After opening, ms: the first reply goes before. */
const pause = 2000;

/**
 * Opens logs, a long one from a checkpoint in the storage's cache and what came since. Never needed: without one the
 * whole log is read, and the same is opened.
 *
 * @internal
 */
export class LogCheckpoint {
  readonly #storage: Storage;
  readonly #cache: OwnerCache;
  readonly #core: () => Core;
  readonly #clock: Clock;
  readonly #known: LogPositions;
  /** By owner, up to where a checkpoint would hold the log at least. */
  readonly #positions = new Map<string, string>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(storage: Storage, core: () => Core, clock: Clock, known: LogPositions) {
    this.#storage = storage;
    this.#cache = new OwnerCache(storage, "log");
    this.#core = core;
    this.#clock = clock;
    this.#known = known;
  }

  /** Gives the core an owner's log. Gives what is to be stored, because whoever wrote it did not know of an erasure. */
  async open(owner: string): Promise<readonly StoredRecord[]> {
    if (!this.#storage.arrivals || !this.#cache.isKept) {
      return (await this.#load(this.#texts(owner))).swept;
    }
    const kept = unpack(await this.#cache.read(owner));
    let log = await this.#storage.arrivals(owner, kept?.position);
    let restored = 0;
    if (kept && log.continues) {
      if (this.#core().restoreCheckpoint(owner, kept.checkpoint)) restored = kept.checkpoint.length;
      else log = await this.#storage.arrivals(owner);
    }
    const { read, left, swept } = await this.#load(log.texts);
    this.#known.begin(owner, log.position, read + restored === 0);
    // What was left out, because it breaks a rule, would not be read again, nor what should go but is not stored yet.
    if (left > 0 || swept.length > 0 || read < Math.max(worthKeeping, restored * worthRenewing)) return swept;
    this.#positions.set(owner, log.position);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#save(), pause);
    // Node ends without waiting for it.
    (this.#timer as { unref?: () => void }).unref?.();
    return swept;
  }

  /** What should go from an owner's log could not be stored: whoever reads all of it sees to that. */
  drop(owner: string): void {
    this.#positions.delete(owner);
  }

  /** Keeps what is to be kept. */
  async close(): Promise<void> {
    clearTimeout(this.#timer);
    this.#save();
    await this.#cache.settled();
  }

  async #load(texts: AsyncIterable<string>): Promise<Loaded> {
    // All at once: the folds are then computed once.
    const parts: Uint8Array[] = [];
    let read = 0;
    for await (const text of texts) {
      const part = encoder.encode(text);
      parts.push(part);
      read += part.length;
    }
    return { read, ...ask(() => this.#core().load(parts, this.#clock()) as Omit<Loaded, "read">) };
  }

  async *#texts(owner: string): AsyncGenerator<string> {
    for await (const records of this.#storage.scan(owner)) yield JSON.stringify(records);
  }

  #save(): void {
    for (const [owner, position] of this.#positions) {
      this.#positions.delete(owner);
      const checkpoint = this.#core().checkpoint(owner);
      // Not kept when the storage has taken something away for good since.
      if (checkpoint) this.#cache.write(owner, pack(position, checkpoint), position);
    }
  }
}

/** What became of the records of a storage. */
interface Loaded {
  /** Bytes. */
  readonly read: number;
  /** How many were left out. */
  readonly left: number;
  /** To be stored because of them. */
  readonly swept: readonly StoredRecord[];
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Records as the core reads them. */
export function textOf(records: readonly StoredRecord[]): Uint8Array {
  return encoder.encode(JSON.stringify(records));
}

/** A checkpoint behind the position that it holds: a byte with its length, and the position. */
function pack(position: string, checkpoint: Uint8Array): Uint8Array {
  const name = encoder.encode(position);
  const bytes = new Uint8Array(1 + name.length + checkpoint.length);
  bytes[0] = name.length;
  bytes.set(name, 1);
  bytes.set(checkpoint, 1 + name.length);
  return bytes;
}

function unpack(bytes: Uint8Array | undefined): { position: string; checkpoint: Uint8Array } | undefined {
  if (!bytes?.length) return undefined;
  const start = 1 + (bytes[0] as number);
  return { position: decoder.decode(bytes.subarray(1, start)), checkpoint: bytes.subarray(start) };
}
