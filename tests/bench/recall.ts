import assert from "node:assert/strict";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { Luminora } from "luminoracore";
import type * as Shipped from "../../build/wasm/core.js";
import { bytes, read } from "./documents.ts";
import { measure, measureLater, type Row, type Times } from "./measure.ts";
import { PlainSearch } from "./plain-search.ts";
import { questions, sentences } from "./sentences.ts";
import { owner, recordsOf, storageWith, thatStaysOpen } from "./turns.ts";

/** The build of the core that has more classes than the one that is shipped (`src/wasm/measure.rs`). */
interface Measured {
  readonly initSync: typeof Shipped.initSync;
  readonly LanguagePacks: typeof Shipped.LanguagePacks;
  readonly Core: new (
    ...options: ConstructorParameters<typeof Shipped.Core>
  ) => Shipped.Core & {
    recallTimes(
      times: number,
      user: string,
      session: string,
      question: string,
      limit: number,
      now: number,
    ): number;
    storeTimes(times: number, command: object, now: number): void;
  };
  readonly WordSearch: new (
    packs: Shipped.LanguagePacks,
    language: string,
    texts: readonly string[],
  ) => { build(): number; search(question: string, most: number): Float32Array; free(): void };
}

const asked = questions(400);
const question = (call: number) => asked[call % asked.length] as string;
const fact = { category: "preferences", key: "favourite tea", value: "green" } as const;

/** The index of words beside one in plain JavaScript, and where the time of a recall goes. */
export async function recallRows(): Promise<Row[]> {
  const folder = join(process.cwd(), "build", "wasm-measure");
  const measured: Measured = await import(pathToFileURL(join(folder, "core.js")).href);
  measured.initSync({ module: bytes("build", "wasm-measure", "core.wasm") });
  const files = ["languages", "en", "es"].map((name) => bytes("pkg", "packs", `${name}.json`));
  const packs = new measured.LanguagePacks(files);
  return [
    ...wordRows(measured, packs),
    ...(await cacheRows(measured, packs)),
    ...(await callRows(measured, packs)),
  ];
}

/** The same texts, prepared in the same way, and the same answers. */
function wordRows({ WordSearch }: Measured, packs: Shipped.LanguagePacks): Row[] {
  const texts = sentences(6000);
  const { stop_words, irregular } = JSON.parse(read("packs", "en.json")).recall;
  const ours = new WordSearch(packs, "en", texts);
  const plain = new PlainSearch(texts, stop_words, irregular);
  const terms = plain.build();
  // The same work, or the ratio says nothing.
  assert.equal(ours.build(), terms);
  for (const question of asked) {
    const found = [...ours.search(question, 10)];
    const expected = plain.search(question, 10);
    assert.equal(found.length, expected.length);
    for (const [index, number] of expected.entries())
      assert.ok(Math.abs((found[index] ?? 0) - number) < 1e-4, question);
  }
  const rows: Row[] = [
    {
      what: `words: an index of ${texts.length.toLocaleString("en")} texts, ${terms.toLocaleString("en")} terms`,
      times: measure(() => ours.build()),
      counterpart: measure(() => plain.build()),
      note: "BM25 on typed arrays; ratio: floor 1, goal 0.5",
    },
    {
      what: "words: the ten best texts for a question",
      times: measure((call) => ours.search(question(call), 10)),
      counterpart: measure((call) => plain.search(question(call), 10)),
      note: "ratio: floor 1, goal 0.5",
    },
  ];
  ours.free();
  return rows;
}

/** What is kept for the next start. */
async function cacheRows({ Core }: Measured, packs: Shipped.LanguagePacks): Promise<Row[]> {
  const { storage, now } = await storageWith(5900);
  const records = await recordsOf(storage);
  let length = 0;
  const times = await measureLater(7, async () => {
    const core = new Core({}, packs, now);
    core.load(records, now);
    length = core.recallCache(owner, 1)?.length ?? 0;
    core.free();
  });
  return [
    {
      what: "a log of 5,900 turns: load, index, write the cache",
      times,
      note: `cache of ${(length / 1000).toFixed(0)} KB; floor 970, goal 300`,
    },
  ];
}

/** One recall and one fact through the public API, and the same inside the core: the rest is the crossing. */
async function callRows({ Core }: Measured, packs: Shipped.LanguagePacks): Promise<Row[]> {
  const { storage, session: id, now } = await storageWith(2000);
  const luminora = await Luminora.open({
    storage: thatStaysOpen(storage),
    clock: () => now,
    policy: { retrieve: { maxK: 100 } },
  });
  const session = await luminora.createSession({ user: owner, session: id });
  const core = new Core({ most_recalled: 100 }, packs, now);
  core.load(await recordsOf(storage), now);
  const rows: Row[] = [];
  for (const limit of [1, 10, 100]) {
    const inside = await measureLater(800, async (call) =>
      core.recallTimes(1, owner, id, question(call), limit, now),
    );
    const times = await measureLater(800, (call) => session.recall(question(call), { limit }));
    rows.push(
      { what: `session.recall in 2,000 turns, limit ${limit}`, times },
      { what: "— inside the core", times: inside },
      { what: "— the rest of it", times: rest(times, inside) },
    );
  }
  const times = await measureLater(400, () => luminora.remember(fact, { user: owner }));
  const command = { type: "remember", user: owner, fact };
  const inside = await measureLater(400, async () => core.storeTimes(1, command, now));
  rows.push(
    { what: "luminora.remember", times },
    { what: "— inside the core", times: inside },
    {
      what: "— the rest of it",
      times: rest(times, inside),
      note: "with that of a recall: floor 1,400, goal 50",
    },
  );
  core.free();
  await luminora.close();
  return rows;
}

function rest(times: Times, inside: Times): Times {
  return { median: times.median - inside.median, p95: times.p95 - inside.median };
}
