import { LuminoraError } from "../errors.ts";
import { queue } from "../queue.ts";
import { fromBase64, toBase64 } from "./postgres/base64.ts";
import { parsePosition } from "./postgres/position.ts";
import {
  isConnectionLost,
  isSerializationFailure,
  type PostgresQuery,
  storageError,
} from "./postgres/query.ts";
import { type Change, type Statements, statements } from "./postgres/statements.ts";
import { type PostgresTables, tableNames } from "./postgres/tables.ts";
import { Watch } from "./postgres/watch.ts";
import { toText } from "./record-text.ts";
import {
  type AppendOptions,
  type Arrivals,
  type Cache,
  erases,
  type RecordText,
  type ScanOptions,
  type Storage,
  type StorageListener,
  type StoredRecord,
} from "./storage.ts";
import { winners } from "./winners.ts";

/** Of so many owners it is remembered where their logs end. */
const rememberedOwners = 10_000;

/** Every one that fails, another writer has succeeded. */
const mostAttempts = 1000;

/** Options of {@link postgresStorage}. */
export interface PostgresOptions extends PostgresTables {
  /**
   * After how many milliseconds to ask whether other processes have changed the logs that this one was asked for: one
   * small statement for each of them. Default: never; what others write is then read when a log is next opened.
   */
  readonly pollEvery?: number;
}

/**
 * Keeps records in a PostgreSQL, through any function that sends it a statement: PGlite in one process, a server for
 * many processes, a distributed one. The tables have to be there (`createTables`). Every change is one statement, so any
 * connection of a pool serves; closing the storage leaves the connections to their owner. Many processes may write
 * for one owner: nothing of it is lost, and a batch is durable when the server says so (`synchronous_commit`).
 *
 * @throws LuminoraError `invalid_argument`
 */
export function postgresStorage(query: PostgresQuery, options: PostgresOptions = {}): Storage {
  return new PostgresStorage(query, options);
}

/**
 * A change is made in two steps: look at what is stored and where the log is, then write what wins in one statement
 * that does nothing if the log is not there any more; and look again. So the rule of `winners` is the same as everywhere,
 * and holds whatever others write meanwhile.
 */
class PostgresStorage implements Storage {
  readonly subscribe?: (listener: StorageListener) => () => void;
  readonly #query: PostgresQuery;
  readonly #sql: Statements;
  readonly #watch: Watch | undefined;
  /** By owner, where this view has last seen the log end. */
  readonly #ends = new Map<string, string>();
  /** By owner. */
  readonly #inOrder = queue();
  readonly #running = new Set<Promise<unknown>>();
  #closed = false;

  constructor(query: PostgresQuery, { pollEvery, ...tables }: PostgresOptions) {
    this.#query = query;
    this.#sql = statements(tableNames(tables));
    if (pollEvery === undefined) return;
    if (!(pollEvery > 0)) {
      throw new LuminoraError("invalid_argument", "`pollEvery` is a number of milliseconds above 0.", {
        path: "/pollEvery",
      });
    }
    const watch = new Watch(pollEvery, (owner) => this.#inTurn(owner, () => watch.poll(owner, this.#reader)));
    this.#watch = watch;
    this.subscribe = (listener) => watch.subscribe(listener);
  }

  async append(owner: string, records: readonly StoredRecord[], options?: AppendOptions): Promise<void> {
    await this.appendTexts(owner, records.map(toText), options);
  }

  async appendTexts(owner: string, offered: readonly RecordText[], options?: AppendOptions): Promise<void> {
    const replace = options?.replace === true;
    if (replace && offered.length === 0) return await this.erase(owner);
    const change = replace ? "replace" : erases(offered) ? "erase" : "add";
    await this.#inTurn(owner, async () => {
      // What is new needs no look at what is stored, as long as nobody else has written.
      const end = change === "add" ? this.#ends.get(owner) : undefined;
      if (end !== undefined) {
        const changed = winners(owner, new Map(), offered);
        if (changed.length === 0 || (await this.#write(owner, end, changed, "new"))) return;
      }
      await this.#untilDone(async () => {
        const { position, stored } = await this.#find(owner, replace ? [] : offered);
        const changed = winners(owner, stored, offered);
        if (changed.length === 0 && change === "add") return true;
        if (position !== undefined) return await this.#write(owner, position, changed, change);
        await this.#ask(this.#sql.begin, owner);
        return false;
      });
    });
  }

  async *scan(owner: string, { since, kinds }: ScanOptions = {}): AsyncGenerator<StoredRecord[]> {
    if (this.#watch?.isWatching(owner) === false) {
      const head = await this.#run(() => this.#head(owner));
      this.#watch.begin(owner, head?.position ?? "");
    }
    for await (const { records } of this.#pages(owner, 0, since, kinds)) yield JSON.parse(records);
  }

  async arrivals(owner: string, after = ""): Promise<Arrivals> {
    const head = await this.#run(() => this.#head(owner));
    this.#watch?.begin(owner, head?.position ?? "");
    const since = parsePosition(after);
    const continues = head && since?.log === head.log && since.last >= head.floor && since.last <= head.last;
    return {
      continues: continues === true,
      position: head?.position ?? "",
      // What is added until it is read comes too.
      texts: this.#texts(owner, continues ? since.last : 0),
    };
  }

  async owners(): Promise<string[]> {
    return await this.#run(async () => {
      const rows = await this.#send(this.#sql.owners, []);
      return rows.map(({ owner }) => fromColumn(owner as string)).sort();
    });
  }

  async erase(owner: string): Promise<void> {
    await this.#inTurn(owner, async () => {
      await this.#untilDone(async () => {
        const { position } = await this.#find(owner, []);
        if (position === undefined) return true;
        if ((await this.#ask(this.#sql.erase, owner, position)).length === 0) return false;
        this.#watch?.wrote(owner, position, "", [], true);
        return true;
      });
      this.#ends.delete(owner);
    });
  }

  cache(owner: string): Cache {
    return {
      get: (name) =>
        this.#run(async () => {
          const [row] = await this.#ask(this.#sql.get, owner, name);
          return row && fromBase64(row.bytes as string);
        }),
      put: (name, bytes, { position } = {}) => {
        // Taken before the first wait, as in `append`.
        const text = toBase64(bytes);
        return this.#inTurn(owner, async () => {
          const at = position === undefined ? undefined : parsePosition(position);
          if (position !== undefined && !at) return;
          await this.#untilDone(async () => {
            const params = [name, text, at?.log ?? "", String(at?.last ?? "")];
            const put = await this.#ask(this.#sql.put, owner, ...params);
            if (put.length > 0 || at) return true;
            await this.#ask(this.#sql.begin, owner);
            return false;
          });
        });
      },
    };
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#watch?.stop();
    await Promise.allSettled(this.#running);
  }

  /** The position of a log, undefined where there is none, and what it has under the ids of some records. */
  async #find(owner: string, records: readonly RecordText[]) {
    const ids = [...new Set(records.map(({ id }) => toColumn(id)))];
    const [row] = await this.#ask(this.#sql.find, owner, JSON.stringify(ids));
    const stored = JSON.parse(row?.stored ?? "[]") as StoredRecord[];
    return {
      position: row?.position ?? undefined,
      stored: new Map(stored.map((record) => [record.id, toText(record)])),
    };
  }

  /** Writes records that win; false when the log has moved on, or for `new` when one of them is there. */
  async #write(
    owner: string,
    from: string,
    changed: readonly RecordText[],
    change: Change,
  ): Promise<boolean> {
    const rows = changed.map((record, index) => ({
      nth: index + 1,
      id: toColumn(record.id),
      kind: toColumn(record.kind),
      at: toColumn(record.at),
      record: record.text,
    }));
    const params = [from, JSON.stringify(rows), String(rows.length), change];
    const [written] = await this.#ask(this.#sql.write, owner, ...params);
    if (!written) return false;
    const to = written.position as string;
    this.#watch?.wrote(owner, from, to, changed, change === "replace");
    this.#ends.delete(owner);
    this.#ends.set(owner, to);
    const [oldest] = this.#ends.keys();
    if (this.#ends.size > rememberedOwners) this.#ends.delete(oldest as string);
    return true;
  }

  async #head(owner: string) {
    const [row] = await this.#ask(this.#sql.head, owner);
    if (!row) return undefined;
    const { log, last, floor } = row as Record<"log" | "last" | "floor", string>;
    return { position: `${log}:${last}`, log, last: Number(last), floor: Number(floor) };
  }

  /**
   * Records in the order in which they came, from behind a place; each page is read when it is asked for. What is
   * changed meanwhile comes once more, at the end.
   */
  async *#pages(owner: string, behind: number, since = "", kinds?: readonly string[]) {
    const chosen = kinds ? JSON.stringify(kinds.map(toColumn)) : "";
    for (let place = behind; ; ) {
      const params = [String(place), toColumn(since), chosen];
      const [page] = await this.#run(() => this.#ask(this.#sql.page, owner, ...params));
      if (!page) return;
      const [pageEnd, logEnd] = [Number(page.page_end), Number(page.log_end)];
      if (page.records) yield { records: page.records, end: Math.min(pageEnd, logEnd) };
      if (pageEnd >= logEnd) return;
      place = pageEnd;
    }
  }

  async *#texts(owner: string, behind: number): AsyncGenerator<string> {
    for await (const { records } of this.#pages(owner, behind)) yield records;
  }

  readonly #reader = {
    position: async (owner: string) => (await this.#head(owner))?.position,
    recordsBehind: async (owner: string, place: number) => {
      const found: StoredRecord[] = [];
      let last = place;
      for await (const { records, end } of this.#pages(owner, place)) {
        found.push(...(JSON.parse(records) as StoredRecord[]));
        last = end;
      }
      return { records: found, last };
    },
  };

  /** The rows that one statement about an owner gives. */
  async #ask(sql: string, owner: string, ...params: string[]): Promise<Row[]> {
    return await this.#send(sql, [toColumn(owner), ...params]);
  }

  async #send(sql: string, params: string[]): Promise<Row[]> {
    for (let attempts = 1; ; attempts++) {
      try {
        return (await this.#query(sql, params)).rows as Row[];
      } catch (error) {
        // A change finds the log moved when it was made the first time; so it is asked once more whether that is so.
        if (attempts === 1 && isConnectionLost(error)) continue;
        if (attempts === mostAttempts || !isSerializationFailure(error)) throw error;
      }
    }
  }

  /** Tries until others no longer come in between. */
  async #untilDone(attempt: () => Promise<boolean>): Promise<void> {
    for (let attempts = 0; attempts < mostAttempts; attempts++) if (await attempt()) return;
    throw new LuminoraError("storage", "Others change this log all the time: it could not be written.");
  }

  /** Runs `work` when everyone who asked before to change something of the owner is done. */
  #inTurn<T>(owner: string, work: () => Promise<T>): Promise<T> {
    return this.#run(() => this.#inOrder(owner, work));
  }

  /** What the database refuses becomes a `storage` error. */
  async #run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#closed) throw new LuminoraError("disposed", "This storage is closed.");
    const running = work();
    this.#running.add(running);
    try {
      return await running;
    } catch (error) {
      throw storageError(error);
    } finally {
      this.#running.delete(running);
    }
  }
}

/** The columns that a statement gives. */
type Row = Record<string, string | null>;

/** As between the quotes of JSON: a column has neither U+0000 nor halves of surrogate pairs, a name may. */
function toColumn(name: string): string {
  return JSON.stringify(name).slice(1, -1);
}

function fromColumn(column: string): string {
  return JSON.parse(`"${column}"`) as string;
}
