import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { fileStorage } from "../../js/storage/file.ts";
import { seededRandom } from "../../js/testing/seeded-random.ts";
import { changed, type Log, nextChange, stored, wordOf } from "./changes.ts";
import { bundleScript, startChild } from "./child.ts";

const kills = 200;
let root = "";
let script = "";

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "luminora-kills-"));
  script = await bundleScript("change-forever", root);
});
afterAll(() => rm(root, { recursive: true }));

it(`a process that changes everything, killed ${kills} times, has what it acknowledged, and nothing that it erased`, async () => {
  // Two at a time, in a folder of their own each: the machine has something to do while a process starts.
  const results = await Promise.all([1, 2].map((number) => killOften(join(root, `${number}`), number)));
  const sum = (of: (result: (typeof results)[number]) => number) =>
    results.reduce((total, result) => total + of(result), 0);
  expect(sum(({ killed }) => killed)).toBe(kills);
  expect(sum(({ acknowledged }) => acknowledged)).toBeGreaterThan(kills);
  // The kill came in the middle of a change as a rule, and found it done now and then.
  expect(sum(({ inFlight }) => inFlight)).toBeGreaterThan(kills / 2);
  expect(sum(({ done }) => done)).toBeGreaterThan(0);
}, 240_000);

async function killOften(folder: string, seed: number) {
  const random = seededRandom(seed);
  const result = { killed: 0, acknowledged: 0, inFlight: 0, done: 0 };
  let log: Log = new Map();
  const words = new Map<string, Set<string>>();
  const gone = new Set<string>();
  for (let run = 0; run < kills / 2; run++) {
    const begin = (run + 1) * 10_000 + seed;
    const said = await changeUntilKilled(folder, begin, (random(1)[0] ?? 0) / 6);
    const acknowledged = said.split("+").length - 1;
    const changes = seededRandom(begin);
    const next = (time: number) => {
      const after = changed(log, nextChange(log, changes, time));
      for (const [id, record] of after)
        if (!record.erased) words.set(id, (words.get(id) ?? new Set()).add(wordOf(record)));
      for (const [id, said] of words) {
        if (after.has(id) && !after.get(id)?.erased) continue;
        // In any version of it.
        for (const word of said) gone.add(word);
        words.delete(id);
      }
      return after;
    };
    for (let time = begin; time < begin + acknowledged; time++) log = next(time);
    await expectGone(folder, gone);
    const storage = fileStorage(folder, { onDamage: () => {} });
    const there = await stored(storage);
    await storage.close();
    const isInFlight = said.endsWith("-");
    if (isInFlight && text(there) !== text(log)) {
      log = next(begin + acknowledged);
      result.done++;
    }
    expect(text(there), `kill ${run} of ${folder}, after ${acknowledged} changes`).toBe(text(log));
    await expectGone(folder, gone);
    result.killed++;
    result.acknowledged += acknowledged;
    result.inFlight += Number(isInFlight);
  }
  return result;
}

/** Starts a process, and kills it so many milliseconds after its first change began; what it said. */
async function changeUntilKilled(folder: string, begin: number, after: number): Promise<string> {
  const child = startChild(script, folder, `${begin}`);
  await child.until(() => child.said() !== "");
  await pause(after);
  await child.kill();
  return child.said();
}

/** None of the words stands in any file. */
async function expectGone(folder: string, words: ReadonlySet<string>): Promise<void> {
  // The lock of a process that was killed is a link to nowhere.
  const names = (await readdir(folder)).filter((name) => !name.includes(".lock"));
  const contents = (await Promise.all(names.map((name) => readFile(join(folder, name), "utf8")))).join("");
  const found = contents.match(/said \S+ at \d+\./g) ?? [];
  expect(found.filter((word) => words.has(word))).toEqual([]);
}

function text(log: Log): string {
  return JSON.stringify([...log.values()].sort((a, b) => (a.id < b.id ? -1 : 1)));
}
