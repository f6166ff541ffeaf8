import { LuminoraError } from "../../errors.ts";
import { type PostgresQuery, storageError } from "./query.ts";

/** Which tables an adapter uses. */
export interface PostgresTables {
  /** How their names begin, with a schema where wanted (`app.luminora_`). Default: `luminora_`. */
  readonly prefix?: string;
}

/** How the tables are made. */
export interface CreateTablesOptions extends PostgresTables {
  /** Into how many parts each table is divided by the hash of the owner. Default 0: it is not divided. */
  readonly partitions?: number;
}

/** The names of the three tables. */
export interface TableNames {
  /** One row for each owner, which every change of the owner's log locks. */
  readonly logs: string;
  /** One row for each record. */
  readonly records: string;
  /** Bytes that can be made again from the records. */
  readonly caches: string;
}

/** Names have at most 63 bytes, those of parts and of the index too: `records_1023`, `records_place`. */
const longestPrefix = 63 - "records_place".length;

/** @throws LuminoraError `invalid_argument`, for a prefix that is no plain name */
export function tableNames({ prefix = "luminora_" }: PostgresTables): TableNames {
  if (!/^([a-z_][a-z0-9_]*\.)?[a-z_][a-z0-9_]*$/.test(prefix)) {
    throw new LuminoraError("invalid_argument", `"${prefix}" cannot begin the name of a table.`, {
      path: "/prefix",
      hint: 'Lower-case letters, digits and underscores, after a schema where wanted: "app.luminora_".',
    });
  }
  if (prefix.replace(/^.*\./, "").length > longestPrefix) {
    throw new LuminoraError("invalid_argument", `A name that begins with "${prefix}" is too long.`, {
      path: "/prefix",
      hint: `At most ${longestPrefix} characters: PostgreSQL cuts longer names, and two tables would be one.`,
    });
  }
  return { logs: `${prefix}logs`, records: `${prefix}records`, caches: `${prefix}caches` };
}

/**
 * The statements that make the tables, for a migration of your own; each is to be sent by itself. They change nothing
 * where the tables are. PostgreSQL 13 or later, in a database whose encoding is UTF8.
 */
export function createTablesSql(options: CreateTablesOptions = {}): string[] {
  const names = tableNames(options);
  const { partitions = 0 } = options;
  if (!Number.isInteger(partitions) || partitions < 0 || partitions > 1024) {
    throw new LuminoraError("invalid_argument", "A table has 0 to 1,024 partitions.", {
      path: "/partitions",
    });
  }
  // Names are compared by their bytes, on every server alike, and as JavaScript compares clocks.
  const name = 'text collate "C" not null';
  const columns: Record<keyof TableNames, string[]> = {
    logs: [
      `owner ${name}`,
      "log uuid not null default gen_random_uuid()",
      "last bigint not null default 0",
      "floor bigint not null default 0",
      "primary key (owner)",
    ],
    records: [
      ...[`owner ${name}`, `id ${name}`, `kind ${name}`, `at ${name}`],
      "place bigint not null",
      // As text: `jsonb` has no U+0000, and its own order of keys and form of numbers.
      "record text not null",
      "primary key (owner, id)",
    ],
    caches: [`owner ${name}`, `name ${name}`, "bytes bytea not null", "primary key (owner, name)"],
  };
  const divided = partitions > 0 ? " partition by hash (owner)" : "";
  const tables = Object.entries(names).flatMap(([table, full]) => [
    `create table if not exists ${full} (${columns[table as keyof TableNames].join(", ")})${divided}`,
    ...Array.from(
      { length: partitions },
      (_, part) =>
        `create table if not exists ${full}_${part} partition of ${full} ` +
        `for values with (modulus ${partitions}, remainder ${part})`,
    ),
  ]);
  const index = `${names.records.replace(/^.*\./, "")}_place`;
  return [...tables, `create index if not exists ${index} on ${names.records} (owner, place)`];
}

/**
 * Makes the tables, where they are not there yet. Several processes may do so at once.
 *
 * @throws LuminoraError `invalid_argument`; `storage`, when the database refuses
 */
export async function createTables(query: PostgresQuery, options: CreateTablesOptions = {}): Promise<void> {
  for (const statement of createTablesSql(options)) {
    try {
      // Whoever makes it at the same moment as somebody else is refused, and finds it there the next time.
      await query(statement, []).catch(() => query(statement, []));
    } catch (error) {
      throw storageError(error);
    }
  }
}
