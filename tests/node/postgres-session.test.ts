import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PGlite } from "@electric-sql/pglite";
import { Luminora, type Session } from "luminoracore";
import { createTables, type PostgresOptions, postgresStorage } from "luminoracore/postgres";
import { afterAll, beforeAll, expect, it } from "vitest";
import { canonical } from "../shared/canonical.ts";
import { openLongLog } from "../shared/checkpoint.ts";
import { scan } from "../shared/recording.ts";
import { checkpointSuite } from "../shared/suites/checkpoint.ts";
import { foldOf, wholeRuns } from "../shared/whole.ts";

const user = "diego";
const now = Date.UTC(2100, 0, 1);
const clock = () => now;
let folder: string;
let db: PGlite;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "luminora-pglite-"));
  db = await PGlite.create(folder);
  await createTables((text, params) => db.query(text, params));
}, 120_000);

afterAll(async () => {
  await db.close();
  await rm(folder, { recursive: true, force: true });
});

function storage(options?: PostgresOptions) {
  return postgresStorage((text, params) => db.query(text, params), options);
}

it("a relationship in PGlite goes on after the database was closed, and ends when it is erased", async () => {
  const first = await Luminora.open({ storage: storage(), clock });
  const session = await first.createSession({ template: "alicia", user });
  await session.send("You are wonderful! My name is Diego and my dog is called Max.");
  await session.send("You're pretty");
  await first.importNotes("The spare key is under the blue flowerpot.", { user, source: "home.md" });
  const told = await told_(session);
  const snapshot = await session.exportSnapshot();
  await first.close();
  await db.close();

  db = await PGlite.create(folder);
  const second = await Luminora.open({ storage: storage(), clock });
  const again = await second.createSession({ session: session.id, user });
  expect(await told_(again)).toEqual(told);
  const stored = await scan(storage(), user);
  expect(wholeRuns(stored).size).toBe(2);
  expect(canonical(again.state)).toBe(await foldOf(stored, session.id, now));

  await second.importSnapshot(snapshot, { user: "ana" });
  const [imported] = await second.sessions({ user: "ana" });
  const brought = await second.createSession({ session: imported?.id ?? "", user: "ana" });
  expect(brought.state.affinity.points).toBe(again.state.affinity.points);
  expect(brought.history().map(({ text }) => text)).toEqual(again.history().map(({ text }) => text));

  await second.forget({ source: "home.md" }, { user });
  expect(await rows()).not.toContain("flowerpot");
  await second.erase({ user });
  expect((await rows()).match(/wonderful/g)).toHaveLength(1);
  await second.erase({ user: "ana", purge: true });
  expect(await rows()).not.toMatch(/wonderful|Max|pretty/);
  await second.close();
});

it("what another process says is heard", async () => {
  const [here, there] = await Promise.all(
    [1, 2].map(() => Luminora.open({ storage: storage({ pollEvery: 10 }), clock })),
  );
  const session = (await here?.createSession({ template: "alicia", user: "ana" })) as Session;
  const other = (await there?.createSession({ session: session.id, user: "ana" })) as Session;
  await other.send("Are you there?");
  while (session.history().length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
  expect(canonical(session.state)).toBe(canonical(other.state));
  await Promise.all([session.send("Yes."), other.send("Good.")]);
  while (session.history().length + other.history().length < 12) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  expect(canonical(session.state)).toBe(canonical(other.state));
  await Promise.all([here?.close(), there?.close()]);
});

checkpointSuite(() => openLongLog(storage));

/** All that a visit would find. */
async function told_(session: Session) {
  const recalled = await session.recall("Where is the spare key?", { limit: 3 });
  return {
    state: canonical(session.state),
    history: session.history().map(({ text }) => text),
    recalled: recalled.map(({ text }) => text),
  };
}

/** Every row of every table, as text. */
async function rows(): Promise<string> {
  const tables = ["logs", "records", "caches"].map((name) =>
    db.query(`select t::text as row, to_jsonb(t)->>'bytes' as bytes from luminora_${name} as t`),
  );
  return JSON.stringify(
    (await Promise.all(tables)).flatMap(({ rows }) =>
      (rows as { row: string; bytes: string | null }[]).map(({ row, bytes }) => [
        row,
        Buffer.from((bytes ?? "").slice(2), "hex").toString("latin1"),
      ]),
    ),
  );
}
