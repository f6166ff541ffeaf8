import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PGlite } from "@electric-sql/pglite";
import type { StoredRecord } from "luminoracore";
import { createTables, type PostgresQuery, postgresStorage } from "luminoracore/postgres";
import { startPostgres } from "../node/postgres-server.ts";
import { type Row, summary } from "./measure.ts";
import { owner, storageWith } from "./turns.ts";

const turns = 400;

/** Appending one turn to a PostgreSQL, beside a bare insert of the same bytes. */
export async function storageRows(): Promise<Row[]> {
  const batches = await turnBatches();
  const server = await startPostgres();
  const pool = server.pool({ max: 1 });
  const folder = mkdtempSync(join(tmpdir(), "luminora-bench-"));
  const embedded = await PGlite.create(folder);
  try {
    return [
      await appendRow("a PostgreSQL server", batches, (text, params) => pool.query(text, params)),
      await appendRow("PGlite in a folder", batches, (text, params) => embedded.query(text, params)),
    ];
  } finally {
    await embedded.close();
    rmSync(folder, { recursive: true });
    await pool.end();
    await server.stop();
  }
}

async function appendRow(where: string, batches: StoredRecord[][], query: PostgresQuery): Promise<Row> {
  await createTables(query);
  await query("create table bare (owner text, number text, batch text, primary key (owner, number))", []);
  const storage = postgresStorage(query);
  const [ours, bare]: number[][] = [[], []];
  for (const [number, batch] of batches.entries()) {
    ours?.push(await timed(() => storage.append(owner, batch)));
    // In turns, so that both meet the same disk and the same neighbours.
    const params = [owner, String(number), JSON.stringify(batch)];
    bare?.push(await timed(() => query("insert into bare values ($1, $2, $3)", params)));
  }
  await storage.close();
  const [times, counterpart] = [ours, bare].map((samples) =>
    summary((samples ?? []).slice(batches.length / 4)),
  );
  return {
    what: `append of one turn to ${where}`,
    times: times as Row["times"],
    counterpart,
    note: "the counterpart inserts the same bytes as one row",
  };
}

/** What turns leave: the person's words, the run, the answer. */
async function turnBatches(): Promise<StoredRecord[][]> {
  const { storage } = await storageWith(2 * turns, { runs: true });
  const records: StoredRecord[] = [];
  for await (const page of storage.scan(owner)) records.push(...page);
  const said = records.filter(({ kind }) => kind === "turn" || kind === "run");
  return Array.from({ length: turns }, (_, turn) => said.slice(3 * turn, 3 * turn + 3));
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work();
  return (performance.now() - begun) * 1000;
}
