import { TableReader } from "../build/wasm/core.js";
import { ask } from "./ask.ts";
import type { Connection } from "./connection.ts";
import { LuminoraError } from "./errors.ts";
import type { TextFile } from "./file.ts";
import type { Absorbed, TablesReport } from "./generated/types.ts";
import type { StoredRecord } from "./storage/storage.ts";
import type { TemplateSource, Templates } from "./templates.ts";

/** A table of the first implementation of the standard. */
export type TableName = "user_affinity" | "user_facts" | "episodes" | "session_moods" | "schema_migrations";

/** The rows of one table: as a JSON file, or as they are. */
export type TableRows = TextFile | readonly object[];

/**
 * Tables as JSON: a file `{table: [rows]}` or with the rows of one table, which is known by its columns; several of
 * them; or the rows by the name of their table.
 */
export type TableFiles = TextFile | readonly TextFile[] | Readonly<Partial<Record<TableName, TableRows>>>;

/** Options of {@link Luminora.importTables}. */
export interface TablesImportOptions {
  /** Whose they become, where they are one person's. Default: whose they are, by `user_id`. */
  readonly user?: string;
  /** With whom the moods and episodes were: their tables do not say. Default: with the last one whom a person talked to. */
  readonly template?: TemplateSource;
  /** Leave out the rows that break a rule of their table, and report them. Default: the first one is an error. */
  readonly skipInvalid?: boolean;
  /** Whether affinity and moods of the tables take the place of what has gone on here. Default: what is here stays. */
  readonly onConflict?: "keep" | "replace";
  /** Only tell what would happen. Default false. */
  readonly dryRun?: boolean;
}

/**
 * Brings tables into the logs of their people; see `Luminora.importTables`. `load` makes the core know a log.
 *
 * @internal
 */
export async function importTables(
  { connection, load, templates }: { connection: Connection; load: Load; templates: Templates },
  files: TableFiles,
  { user, template, skipInvalid, onConflict = "keep", dryRun = false }: TablesImportOptions,
): Promise<{ report: TablesReport; changed: ReadonlyMap<string, readonly string[]> }> {
  const { core, clock, storage, indexCache, semantic } = connection;
  if (onConflict !== "keep" && onConflict !== "replace") {
    throw new LuminoraError("invalid_argument", "A conflict is kept or replaced.", { path: "/onConflict" });
  }
  const options = { user, skip_invalid: skipInvalid, replace: onConflict === "replace" };
  const reader = ask(() => new TableReader(options, clock()));
  try {
    for (const { bytes, path, table } of filesOf(files)) {
      const read = await bytes();
      ask(() => reader.push(read, path, table));
    }
    const [users, names] = ask(() => reader.finish() as [string[], string[]]);
    const introduce = async (source: TemplateSource, name?: string) => {
      const { document } = await templates.get(source);
      ask(() => reader.introduce(name, JSON.stringify(document)));
    };
    if (template !== undefined) await introduce(template);
    for (const name of names) await introduce(name, name).catch(leaveUnknown);
    for (const user of users) await load(user);
    const report = ask(() => reader.settle(core, clock()) as TablesReport);
    const changed = new Map<string, readonly string[]>();
    for (const user of dryRun ? [] : users) {
      await indexCache.during(user, false, async () => {
        const batch = ask(() => reader.batch(core, user, clock()));
        if (batch === undefined) return;
        await storage.append(user, JSON.parse(batch) as StoredRecord[]);
        const heard = ask(() => core.hear(new TextEncoder().encode(batch), clock()) as Absorbed);
        changed.set(user, heard.changed);
      });
      semantic?.changed(user);
    }
    return { report, changed };
  } finally {
    reader.free();
  }
}

type Load = (user: string) => Promise<void>;

/** Whoever is unknown is an error of the row that names them. */
function leaveUnknown(error: unknown): void {
  if (!LuminoraError.isInstance(error) || error.code !== "unknown_template") throw error;
}

interface TableFile {
  /** Its pointer in what was handed in. */
  readonly path: string;
  readonly table?: string;
  readonly bytes: () => Promise<Uint8Array>;
}

function filesOf(files: TableFiles): TableFile[] {
  if (isFile(files)) return [{ path: "", bytes: () => bytesOfFile(files) }];
  if (isList(files)) {
    return files.map((file, index) => ({ path: `/${index}`, bytes: () => bytesOfFile(file) }));
  }
  if (typeof files !== "object" || files === null) {
    throw new LuminoraError("invalid_argument", "Tables are a JSON file, several, or rows by their table.", {
      path: "/files",
    });
  }
  return Object.entries(files).map(([table, rows]) => ({
    path: `/${table}`,
    table,
    bytes: () => bytesOfFile(isFile(rows) ? rows : JSON.stringify(rows)),
  }));
}

function isFile(file: unknown): file is TextFile {
  return (
    typeof file === "string" ||
    file instanceof Uint8Array ||
    (typeof Blob !== "undefined" && file instanceof Blob)
  );
}

function isList(files: TableFiles): files is readonly TextFile[] {
  return Array.isArray(files);
}

/** Whether they are UTF-8, the core looks at: what is none may be a database, and says so. */
async function bytesOfFile(file: TextFile): Promise<Uint8Array> {
  if (typeof file === "string") return new TextEncoder().encode(file);
  return file instanceof Uint8Array ? file : new Uint8Array(await file.arrayBuffer());
}
