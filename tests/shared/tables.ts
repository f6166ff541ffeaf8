import { Luminora, type LuminoraError, memoryStorage, type Storage } from "luminoracore";
import { fakeClock, seededRandom } from "luminoracore/testing";

type Row = Record<string, unknown>;
type Tables = Record<string, Row[]>;

export interface BrokenRow {
  readonly id: string;
  readonly table: string;
  readonly row: number;
  readonly change: Row;
  readonly add?: boolean;
  readonly code: string;
  readonly path: string;
}

function open(storage: Storage): Promise<Luminora> {
  return Luminora.open({ storage, clock: fakeClock(), random: seededRandom(5) });
}

async function stored(storage: Storage): Promise<string[]> {
  const found: string[] = [];
  for (const owner of await storage.owners()) {
    for await (const batch of storage.scan(owner))
      found.push(...batch.map((record) => JSON.stringify(record)));
  }
  return found.sort();
}

/** Two people's tables become relationships that go on; `text` is a file with all of them. */
export async function goOn(storage: Storage, text: string) {
  const luminora = await open(storage);
  const dry = await luminora.importTables(text, { dryRun: true });
  const untouched = (await stored(storage)).length;
  const taken = await luminora.importTables(new Blob([text]));
  const first = await stored(storage);
  const again = await luminora.importTables(new TextEncoder().encode(text));
  const second = await stored(storage);

  const session = await luminora.createSession({ session: "s-118", user: "nadia" });
  const { affinity, mood } = session.state;
  const moods = mood.history.map((period) => period.mood);
  const [found] = await session.recall("What is my dog called?", { limit: 1 });
  const { history } = await luminora.migrate({ dryRun: true });
  const reply = await session.send("I love talking to you, thank you so much!");
  const omar = await luminora.memories({ user: "omar" });
  await luminora.close();
  return {
    isDry: untouched === 0 && JSON.stringify(dry) === JSON.stringify(taken),
    users: taken.users,
    notes: taken.report.map(({ path, action }) => `${path} ${action}`),
    again: again.users.map(({ new: fresh, changed }) => fresh + changed),
    isSame: JSON.stringify(first) === JSON.stringify(second),
    state: [affinity.points, affinity.level, affinity.total_messages, mood.current, mood.intensity],
    moods,
    found: found?.text.includes("Max"),
    history: history.map(({ version, name }) => `${version} ${name}`),
    goesOn: (reply.state?.affinity.points ?? 0) > affinity.points,
    omar: omar.length,
  };
}

/** Tables that come apart, as somebody else's, or are none. */
export async function comeApart(text: string, rows: readonly BrokenRow[]) {
  const tables: Tables = JSON.parse(text);
  const refused = async (files: unknown, options = {}): Promise<string> => {
    const storage = memoryStorage();
    const luminora = await open(storage);
    try {
      await luminora.importTables(files as string, options);
      return "taken";
    } catch (error) {
      const { code, path, hint } = error as LuminoraError;
      return `${code} ${path} ${hint ? "with" : "without"} a hint, ${(await stored(storage)).length} stored`;
    } finally {
      await luminora.close();
    }
  };
  const inTables: Record<string, string> = {};
  const skipped: Record<string, boolean> = {};
  for (const { id, table, row, change, add, path } of rows) {
    const changed: Tables = structuredClone(tables);
    const list = changed[table] as Row[];
    const broken = { ...list[row], ...change };
    if (add) list.push(broken);
    else list[row] = broken;
    const [code, place] = (await refused(JSON.stringify(changed))).split(" ");
    inTables[id] = `${code} ${place}`;
    const luminora = await open(memoryStorage());
    const { report } = await luminora.importTables(JSON.stringify(changed), { skipInvalid: true });
    skipped[id] = report.some((note) => note.path === path && note.action === "skipped");
    await luminora.close();
  }

  const luminora = await open(memoryStorage());
  const apart = Object.values(tables).map((list) => JSON.stringify(list));
  const inFiles = await luminora.importTables(apart);
  const { episodes = [] } = tables;
  const theirs = await luminora.importTables({ episodes }, { user: "ana", template: "dr_luna" });
  const own = await luminora.createSession({ template: "alicia", user: "nadia" });
  const points = [own.state.affinity.points];
  await own.setAffinity(3);
  const kept = await luminora.importTables(text);
  points.push(own.state.affinity.points);
  await luminora.importTables(text, { onConflict: "replace" });
  points.push(own.state.affinity.points);
  await luminora.close();
  return {
    inTables,
    skipped,
    inFiles: inFiles.users.length,
    theirs: theirs.users,
    points,
    kept: kept.report.some(({ path, action }) => path === "/user_affinity/0" && action === "skipped"),
    refused: [
      await refused("SQLite format 3\0"),
      await refused(new Uint8Array([...new TextEncoder().encode("SQLite format 3\0"), 0x10, 0xff])),
      await refused("{}"),
      await refused([JSON.stringify([{ x: 1 }])]),
      await refused({ messages: [] }),
      await refused(7),
      await refused(text, { user: "ana" }),
      await refused(text, { onConflict: "merge" }),
      await refused(text, { template: "nobody" }),
    ],
  };
}
