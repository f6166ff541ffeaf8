// A person who has said a great deal: 100,000 turns. In a process of its own, where nothing else takes memory.

import { init, Luminora, type Storage } from "luminoracore";
import { Core, initSync, LanguagePacks } from "../../build/wasm/core.js";
import { bytes } from "./documents.ts";
import { measureLater, type Row, summary, type Times } from "./measure.ts";
import { questions } from "./sentences.ts";
import { printHeader, printRow, printTitle } from "./table.ts";
import { owner, recordsOf, storageWith, thatStaysOpen } from "./turns.ts";

const turns = 100_000;
const recalls = 1_000_000;
const asked = questions(500);
const question = (call: number) => asked[call % asked.length] as string;

const memory = watchMemory();
await init();
printHeader();
printTitle(`${turns.toLocaleString("en")} turns of one person`);
for (const row of await largeRows()) printRow(row);
printTitle(`${recalls.toLocaleString("en")} recalls`);
for (const row of await endlessRows()) printRow(row);

/** Opened from the cache, searched, and opened without a cache. */
async function largeRows(): Promise<Row[]> {
  const { storage, session: id, now } = await storageWith(turns);
  const cached = await fillCache(storage, now);
  const rows: Row[] = [];
  const timed = async (what: string, work: () => Promise<unknown>, note: string) => {
    const times = await measureLater(1, work);
    rows.push({ what, times, note: `${note}${held()}` });
  };
  const opened = async (kept: Storage) => {
    const luminora = await Luminora.open({ storage: thatStaysOpen(kept), clock: () => now });
    return { luminora, session: await luminora.createSession({ user: owner, session: id }) };
  };
  let from: Awaited<ReturnType<typeof opened>> | undefined;
  const open = async () => {
    from = await opened(storage);
  };
  await timed("opened from the cache", open, `cache ${megabytes(cached)}; `);
  const recall = async (call: number) => await from?.session.recall(question(call));
  await timed("first recall", () => recall(0), "with opening: floor 1,000,000, goal 300,000; ");
  const times = await measureLater(300, recall);
  rows.push({ what: "recall", times, note: `floor 20,000, goal 5,000; ${held()}` });
  await from?.luminora.close();
  const { cache: _, ...uncached } = thatStaysOpen(storage);
  const openWithout = async () => {
    from = await opened(uncached);
  };
  await timed("opened without a cache", openWithout, "");
  await timed("first recall: everything is indexed", () => recall(0), "");
  await from?.luminora.close();
  return rows;
}

/** As an earlier visit leaves it, which had a core of its own. Gives its size. */
async function fillCache(storage: Storage, now: number): Promise<number> {
  initSync({ module: bytes("build", "wasm", "core.wasm") });
  const files = ["languages", "en", "es"].map((name) => bytes("pkg", "packs", `${name}.json`));
  const core = new Core({}, new LanguagePacks(files), now, new Uint8Array(32));
  core.load(await recordsOf(storage), now);
  const cache = core.recallCache(owner, 1) ?? new Uint8Array();
  await storage.cache?.(owner).put("text-index", cache);
  core.free();
  return cache.length;
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
