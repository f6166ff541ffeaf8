/**
 * Storage in a PostgreSQL: PGlite, a server, a distributed one.
 *
 * @module
 */

export type { PostgresQuery } from "./storage/postgres/query.ts";
export {
  type CreateTablesOptions,
  createTables,
  createTablesSql,
  type PostgresTables,
} from "./storage/postgres/tables.ts";
export { type PostgresOptions, postgresStorage } from "./storage/postgres.ts";
