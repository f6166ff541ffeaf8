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

/** Whether the connection went while the server was asked: it may have done what it was asked, or not. */
export function isConnectionLost(error: unknown): boolean {
  return hintOf(error) === broken;
}

/** What the server or its driver refuses, as an error of ours. */
export function storageError(cause: unknown): LuminoraError {
  if (LuminoraError.isInstance(cause)) return cause;
  return new LuminoraError("storage", `The database failed: ${(cause as Error | null)?.message ?? cause}`, {
    cause,
    hint: hintOf(cause),
  });
}

function hintOf(error: unknown): string | undefined {
  const code = codeOf(error);
  // The driver `pg` says so without a code.
  if (code === "" && /^connection terminated/i.test(String((error as Error | null)?.message))) return broken;
  return hints[code] ?? hints[code.slice(0, 2)];
}

const broken =
  "The connection broke. What was being stored may or may not be there; storing it again is safe.";

/** By code, or by its first two characters, which name a class of errors. */
const hints: Readonly<Record<string, string>> = {
  "42P01": "The tables are not there: `await createTables(query)` of luminoracore/postgres makes them.",
  "42501": "The database's user may not do this: it needs to select, insert, update and delete.",
  "25006": "This server only reads: connect to the primary.",
  "53100": "The server's disk is full: free some space.",
  "53300": "The server has no connection left: use a pool, or a smaller one.",
  "57014":
    "The server gave the statement up, for example after its `statement_timeout`. Nothing of it was stored.",
  "08": broken,
  "57": "The server is starting or stopping. Storing the same again is safe.",
  "28": "The server does not let this user in.",
  ECONNREFUSED: "No server answers there.",
  ECONNRESET: broken,
  EPIPE: broken,
  // Of postgres.js.
  CONNECTION_CLOSED: broken,
};
