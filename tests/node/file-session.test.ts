import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import { Luminora } from "luminoracore";
import { fileStorage } from "luminoracore/node";
import { seededRandom } from "luminoracore/testing";
import { afterAll, beforeAll, expect, it } from "vitest";
import { canonical } from "../shared/canonical.ts";
import { root } from "../shared/cases.ts";
import { scan } from "../shared/recording.ts";
import { foldOf, wholeRuns } from "../shared/whole.ts";

const user = "diego";
const now = Date.UTC(2100, 0, 1);
let folder: string;
let script: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "luminora-session-"));
  script = join(folder, "talk-forever.mjs");
  const entry = (name: string) => pathToFileURL(join(root, "pkg", name)).href;
  await build({
    entryPoints: [join(import.meta.dirname, "talk-forever.ts")],
    outfile: script,
    bundle: true,
    platform: "node",
    format: "esm",
    // The built package, as it is.
    plugins: [
      {
        name: "built package",
        setup: ({ onResolve }) =>
          onResolve({ filter: /^luminoracore/ }, ({ path }) => ({
            path: entry(path.endsWith("/node") ? "node.js" : "index.node.js"),
            external: true,
          })),
      },
    ],
  });
});

afterAll(() => rm(folder, { recursive: true, force: true }));

it("a process killed in the middle of a conversation, 20 times, keeps every acknowledged turn, and none in part", async () => {
  const records = join(folder, "records");
  const random = seededRandom(5);
  const acknowledged = new Set<string>();
  for (let kill = 0; kill < 20; kill++) {
    await talkUntilKilled(records, acknowledged, acknowledged.size + 1 + ((random(1)[0] ?? 0) % 8));
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

/** Starts a process that talks, and kills it once this many turns are acknowledged in all. */
async function talkUntilKilled(records: string, acknowledged: Set<string>, enough: number): Promise<void> {
  const child = spawn(process.execPath, [script, records, user], { stdio: ["ignore", "pipe", "inherit"] });
  let rest = "";
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) acknowledged.add(line);
    if (acknowledged.size >= enough) child.kill("SIGKILL");
  });
  await once(child, "close");
  expect(child.signalCode).toBe("SIGKILL");
}
