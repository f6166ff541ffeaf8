/** A JSON value. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** A record as adapters keep it. They read `id`, `owner`, `kind`, `at` and `erased`, and nothing else. */
export interface LiveRecord {
  readonly id: string;
  readonly owner: string;
  readonly kind: string;
  /** Hybrid logical clock `<ms, 15 digits>-<counter, 5 digits>-<device>`: sorts as a string. */
  readonly at: string;
  /** Version of the kind's body. */
  readonly schema: number;
  readonly body: Json;
  readonly erased?: never;
}

/** What remains of an erased record, so that no older copy can bring it back. */
export interface Tombstone {
  readonly id: string;
  readonly owner: string;
  readonly kind: string;
  /** The clock of the erasure. */
  readonly at: string;
  readonly erased: true;
}

/** One version of one record: alive or erased. */
export type StoredRecord = LiveRecord | Tombstone;

/** A record as its JSON text, and beside it what adapters read of it. */
export interface RecordText {
  readonly id: string;
  readonly owner: string;
  readonly kind: string;
  readonly at: string;
  readonly erased?: true | undefined;
  /** All of the record, what stands beside it too. */
  readonly text: string;
}

/** How {@link Storage.append} takes a batch. */
export interface AppendOptions {
  /** The owner has exactly these records afterwards. */
  readonly replace?: boolean;
  /** The caller gives the objects away: whoever keeps them need not copy them first. */
  readonly transfer?: boolean;
}

/** What {@link Storage.scan} leaves out. */
export interface ScanOptions {
  /** Only records whose `at` is greater. */
  since?: string;
  /** Only records of these kinds. */
  kinds?: readonly string[];
}

/**
 * Told that an owner's log was changed by another view of the same data: another tab, another `Storage` object.
 * `replaced` means that the log now holds exactly `records`; otherwise `records` were added to it.
 */
export type StorageListener = (owner: string, records: readonly StoredRecord[], replaced: boolean) => void;

/** Bytes that can be made again from an owner's records, each under a name of `a-z`, `0-9` and `-`. */
export interface Cache {
  /** What was put under that name; undefined: nothing, or it was dropped. */
  get(name: string): Promise<Uint8Array | undefined>;
  /** Keeps bytes. With a `position` of {@link Storage.arrivals} only while the log still goes on from there. */
  put(name: string, bytes: Uint8Array, options?: { position?: string }): Promise<void>;
}

/** An owner's records in the order in which they came. */
export interface Arrivals {
  /**
   * Whether these are what came since the position that was asked for: all of that, and perhaps more. Otherwise they
   * are all records that there are.
   */
  readonly continues: boolean;
  /** Where the log ends: for the next call. At most 200 characters; the adapter's own. */
  readonly position: string;
  /** The records in batches, each as the JSON text of an array; tombstones included. */
  readonly texts: AsyncIterable<string>;
}

/**
 * The port that keeps records. A new adapter is these five methods, and passes `storageConformance` of
 * `luminoracore/testing`. Failures are `LuminoraError`s: `storage` (with the environment's error as `cause`),
 * `integrity`, `disposed` after {@link close}.
 */
export interface Storage {
  /**
   * Keeps the winning version of each id (see `winners`). All of the batch or nothing of it, durable when the
   * promise resolves; the same batch again changes nothing. With `replace` the owner has exactly these records
   * afterwards. Unless they are given away, the caller may change its objects as soon as this returns.
   */
  append(owner: string, records: readonly StoredRecord[], options?: AppendOptions): Promise<void>;

  /** The owner's records in batches, in any order; tombstones included. */
  scan(owner: string, options?: ScanOptions): AsyncIterable<StoredRecord[]>;

  /**
   * The records that came after a position that an earlier call gave. A position is of use until something is taken
   * away for good (a tombstone, `replace`, {@link erase}), or the adapter tidies up: then, as without one, all records
   * come. A long log is opened with it, from a checkpoint in the {@link cache}. What comes is that of {@link scan}, in
   * another form.
   */
  arrivals?(owner: string, after?: string): Promise<Arrivals>;

  /**
   * {@link append} with the same promises, of records that are there as texts: the counterpart of {@link arrivals}, for
   * adapters that keep texts. A large batch (an imported bundle) is then neither parsed nor written once more; where this
   * is missing, it comes to {@link append}. The objects are given away.
   *
   * @example
   * ```ts
   * // What is new is kept as it comes. Only of two texts with one clock it is to be known whether they say the same.
   * async appendTexts(owner, records, options) {
   *   await this.#keep(owner, records, options?.replace === true);
   * }
   * // The text is the copy that the caller cannot change any more.
   * async append(owner, records, options) {
   *   const texts = records.map((record) => {
   *     const { id, kind, at, erased } = record;
   *     return { id, owner: record.owner, kind, at, erased, text: JSON.stringify(record) };
   *   });
   *   await this.appendTexts(owner, texts, options);
   * }
   * ```
   */
  appendTexts?(
    owner: string,
    records: readonly RecordText[],
    options?: Pick<AppendOptions, "replace">,
  ): Promise<void>;

  /** Everyone who has at least one record, sorted. */
  owners(): Promise<string[]>;

  /** Removes all of the owner's records, tombstones too. */
  erase(owner: string): Promise<void>;

  /** Finishes what was begun and lets go of the data. Every later call is refused with `disposed`. */
  close(): Promise<void>;

  /**
   * Where what follows from an owner's records is kept, so that it need not be worked out at every start. May lose
   * anything at any time. A tombstone in a batch, `replace` and {@link erase} drop all of it in the same step: nothing
   * that was erased outlives its record here.
   */
  cache?(owner: string): Cache;

  /**
   * Hears of changes made elsewhere, where the environment can tell: at least of the owners that this view was asked
   * for. Returns the function that stops it.
   */
  subscribe?(listener: StorageListener): () => void;
}

/**
 * Whether a batch takes something away for good, and with it what is cached of the owner.
 *
 * @internal
 */
export function erases(
  records: readonly Pick<RecordText, "erased">[],
  options?: Pick<AppendOptions, "replace">,
): boolean {
  return options?.replace === true || records.some(({ erased }) => erased);
}
