import { init, Luminora } from "luminoracore";
import { owner, storageWith, thatStaysOpen } from "./turns.ts";
await init();
const withRuns = process.argv.includes("--runs");
const { storage, session: id, now } = await storageWith(100_000);
if (withRuns) {
  const l = await Luminora.open({ storage: thatStaysOpen(storage), clock: () => now });
  const s = await l.createSession({ user: owner, session: id });
  const r = await s.send("I walked to the river this morning with my dog Max and I felt happy.");
  let run: any;
  for await (const batch of storage.scan(owner)) for (const rec of batch) if (rec.id === r.run) run = rec;
  console.log("run bytes", JSON.stringify(run).length);
  await l.close();
  const runs: any[] = [];
  let n = 0;
  for await (const batch of storage.scan(owner)) for (const rec of batch as any[]) if (rec.kind === "turn" && rec.body.role === "user" && rec.body.source === "import")
    runs.push({ ...run, id: `run_${(Math.imul(n++, 0x9e3779b1) >>> 0).toString(32).padStart(7, "0").padEnd(26, "0")}`, at: rec.at.replace("-00000-", "-00001-"), body: { ...run.body, session: rec.body.session, turn: rec.id, started_at: rec.body.created_at } });
  await storage.append(owner, runs);
}
for (let i = 0; i < 6; i++) {
  const a = performance.now();
  const luminora = await Luminora.open({ storage: thatStaysOpen(storage), clock: () => now });
  const session = await luminora.createSession({ user: owner, session: id });
  const b = performance.now();
  await session.recall("the river in the morning");
  const c = performance.now();
  const cache = await storage.cache!(owner).get("log");
  console.log(`public open ${(b - a).toFixed(0)} first recall ${(c - b).toFixed(0)} checkpoint MB ${(cache?.length ?? 0) / 1e6} rss ${(process.memoryUsage().rss/1e6).toFixed(0)}`);
  const d = performance.now();
  await luminora.close();
  console.log("close", (performance.now() - d).toFixed(0));
}
