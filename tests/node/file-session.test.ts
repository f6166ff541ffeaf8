import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Luminora } from "luminoracore";
import { fileStorage } from "luminoracore/node";
import { seededRandom } from "luminoracore/testing";
import { afterAll, beforeAll, expect, it } from "vitest";
import { canonical } from "../shared/canonical.ts";
import { scan } from "../shared/recording.ts";
import { foldOf, wholeRuns } from "../shared/whole.ts";
import { bundleScript, startChild } from "./child.ts";

const user = "diego";
const now = Date.UTC(2100, 0, 1);
let folder: string;
let script: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "luminora-session-"));
  script = await bundleScript("talk-forever", folder);
});

afterAll(() => rm(folder, { recursive: true, force: true }));

it("a process killed in the middle of a conversation, 20 times, keeps every acknowledged turn, and none in part", async () => {
  const records = join(folder, "records");
  const random = seededRandom(5);
  const acknowledged = new Set<string>();
  for (let kill = 0; kill < 20; kill++) {
    const talk = startChild(script, records, user);
    const enough = 1 + ((random(1)[0] ?? 0) % 8);
    await talk.until(() => talk.acknowledged().length >= enough);
    await talk.kill();
    for (const run of talk.acknowledged()) acknowledged.add(run);
    const storage = fileStorage(records);
    const stored = await scan(storage, user);
    const runs = wholeRuns(stored);
    expect([...acknowledged].filter((run) => !runs.has(run))).toEqual([]);

    const luminora = await Luminora.open({ storage, clock: () => now });
    const [summary] = await luminora.sessions({ user });
    const session = await luminora.createSession({ session: summary?.id ?? "", user });
    expect(session.history()).toHaveLength(2 * runs.size);
    expect(canonical(session.state)).toBe(await foldOf(stored, session.id, now));
    await luminora.close();
  }
}, 120_000);
