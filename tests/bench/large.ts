// A person who has said a great deal: 100,000 turns. In a process of its own, where nothing else takes memory.

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { init, Luminora, type Storage } from "luminoracore";
import { fileStorage } from "luminoracore/node";
import { measureLater, type Row, summary, type Times } from "./measure.ts";
import { questions } from "./sentences.ts";
import { printHeader, printRow, printTitle } from "./table.ts";
import { owner, storageWith } from "./turns.ts";

const turns = 100_000;
const recalls = 1_000_000;
const asked = questions(500);
const question = (call: number) => asked[call % asked.length] as string;

const memory = watchMemory();
await init();
const [what, folder, session, now] = process.argv.slice(2);
if (what === "--visit") {
  for (const row of await visitRows(fileStorage(folder as string), session as string, Number(now)))
    printRow(row);
} else {
  printHeader();
  for (const runs of [false, true]) {
    printTitle(`${turns.toLocaleString("en")} turns of one person${runs ? ", with their runs" : ""}`);
    for (const row of await firstRows(runs)) printRow(row);
  }
  printTitle(`${recalls.toLocaleString("en")} recalls`);
  for (const row of await endlessRows()) printRow(row);
}

/** Opened for the first time; what the next visit takes, in a process of its own, prints itself. */
async function firstRows(runs: boolean): Promise<Row[]> {
  const { storage, session, now } = await storageWith(turns, { runs });
  const folder = mkdtempSync(join(tmpdir(), "luminora-large-"));
  try {
    const files = fileStorage(folder);
    for await (const records of storage.scan(owner)) await files.append(owner, records);
    let visit: Awaited<ReturnType<typeof opened>> | undefined;
    const rows = [
      await timed(
        "opened for the first time",
        async () => {
          visit = await opened(files, session, now);
        },
        "",
      ),
    ];
    rows.push(
      await timed("first recall: everything is indexed", async () => visit?.session.recall(question(0)), ""),
    );
    rows.push(await timed("leaving: checkpoint and index are kept", async () => visit?.luminora.close(), ""));
    const visiting = [process.argv[1] as string, "--visit", folder, session, String(now)];
    for (let visits = 0; visits < 2; visits++)
      spawnSync(process.execPath, visiting, { stdio: ["ignore", "inherit", "inherit"] });
    return rows;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Opened from the cache of an earlier visit, and searched. */
async function visitRows(storage: Storage, id: string, now: number): Promise<Row[]> {
  const cached = await cacheSize(storage);
  let visit: Awaited<ReturnType<typeof opened>> | undefined;
  const open = async () => {
    visit = await opened(storage, id, now);
  };
  const recall = async (call: number) => await visit?.session.recall(question(call));
  const rows = [
    await timed("opened from the cache", open, `cache ${megabytes(cached)}; `),
    await timed("first recall", () => recall(0), "with opening: floor 1,000,000, goal 300,000; "),
  ];
  const times = await measureLater(300, recall);
  rows.push({ what: "recall", times, note: `floor 20,000, goal 5,000; ${held()}` });
  await visit?.luminora.close();
  return rows;
}

async function opened(storage: Storage, id: string, now: number) {
  const luminora = await Luminora.open({ storage, clock: () => now });
  return { luminora, session: await luminora.createSession({ user: owner, session: id }) };
}

async function timed(what: string, work: () => Promise<unknown>, note: string): Promise<Row> {
  const times = await measureLater(1, work);
  return { what, times, note: `${note}${held()}` };
}

async function cacheSize(storage: Storage): Promise<number> {
  const cache = storage.cache?.(owner);
  const kept = await Promise.all(["log", "text-index"].map((name) => cache?.get(name)));
  return kept.reduce((sum, bytes) => sum + (bytes?.length ?? 0), 0);
}

/** The same small log, asked over and over. */
async function endlessRows(): Promise<Row[]> {
  const { storage, session: id, now } = await storageWith(40);
  const luminora = await Luminora.open({ storage, clock: () => now });
  const session = await luminora.createSession({ user: owner, session: id });
  const samples: number[] = [];
  let before = 0;
  for (let call = 0; call < recalls; call++) {
    if (call === 10_000) before = memory();
    const begun = performance.now();
    await session.recall(question(call));
    if (call % 100 === 0) samples.push((performance.now() - begun) * 1000);
  }
  await luminora.close();
  const grown = (memory() - before) / 1024;
  const times: Times = summary(samples);
  return [
    { what: "recall in 40 turns", times, note: `wasm memory grown by ${grown} KB after the first 10,000` },
  ];
}

function held(): string {
  return `wasm ${megabytes(memory())}, process ${megabytes(process.memoryUsage().rss)}`;
}

function megabytes(count: number): string {
  return `${(count / 1e6).toFixed(1)} MB`;
}

/** How large the memory of the core is that is loaded first; the package does not tell. */
function watchMemory(): () => number {
  let memory: WebAssembly.Memory | undefined;
  WebAssembly.Instance = class extends WebAssembly.Instance {
    constructor(module: WebAssembly.Module, imports?: WebAssembly.Imports) {
      super(module, imports);
      memory ??= this.exports.memory as WebAssembly.Memory;
    }
  };
  return () => memory?.buffer.byteLength ?? 0;
}
