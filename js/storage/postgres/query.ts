import { LuminoraError } from "../../errors.ts";

/**
 * Sends one statement with its parameters `$1`, `$2`, ... to a PostgreSQL, over any of its connections: `query` of a
 * `pg` pool or client or of PGlite, `unsafe` of postgres.js. All parameters are texts, and all columns of the rows, which
 * are objects; so no driver has to turn a value into anything.
 */
export type PostgresQuery = (text: string, params: string[]) => Promise<{ readonly rows: readonly object[] }>;

/** PostgreSQL's code of an error (SQLSTATE), or the system's; "" when it has none. */
function codeOf(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === "string" ? code : "";
}

/** Whether the server chose this one of several changes that met to be tried again. */
export function isSerializationFailure(error: unknown): boolean {
  return ["40001", "40P01"].includes(codeOf(error));
}

/** What the server or its driver refuses, as an error of ours. */
export function storageError(cause: unknown): LuminoraError {
  if (LuminoraError.isInstance(cause)) return cause;
  const code = codeOf(cause);
  return new LuminoraError("storage", `The database failed: ${(cause as Error | null)?.message ?? cause}`, {
    cause,
    hint: hints[code] ?? hints[code.slice(0, 2)],
  });
}

/** By code, or by its first two characters, which name a class of errors. */
const hints: Readonly<Record<string, string>> = {
  "42P01": "The tables are not there: `await createTables(query)` of luminoracore/postgres makes them.",
  "42501": "The database's user may not do this: it needs to select, insert, update and delete.",
  "25006": "This server only reads: connect to the primary.",
  "53100": "The server's disk is full: free some space.",
  "53300": "The server has no connection left: use a pool, or a smaller one.",
  "08": "The connection broke. What was being stored may or may not be there; storing it again is safe.",
  "57": "The server is starting or stopping. Storing the same again is safe.",
  "28": "The server does not let this user in.",
  ECONNREFUSED: "No server answers there.",
  ECONNRESET:
    "The connection broke. What was being stored may or may not be there; storing it again is safe.",
};
