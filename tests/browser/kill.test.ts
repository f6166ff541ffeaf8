import { seededRandom } from "luminoracore/testing";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { foldOf, wholeRuns } from "../shared/whole.ts";
import { type Inside, openInside } from "./inside.ts";

/** The browser is killed so often, while so many databases are written to: each is a run of its own. */
const kills = 10;
const databases = 5;
let browser: Inside;

beforeAll(async () => {
  browser = await openInside();
});

afterAll(() => browser?.close());

// Each kill hits databases of origins of their own, in the one profile. Chromium keeps an origin's data in LevelDB,
// which writes the head and the body of a log record by two calls; killed between them, and once more written to and
// opened again, it takes the log for corrupt and Chromium drops the whole database. No page can prevent that. What a
// page's library answers for is what the first start after a kill finds, and that it can go on from there.
it(`a browser killed in the middle of conversations, in ${kills * databases} databases, keeps every acknowledged turn, and none in part`, async () => {
  const random = seededRandom(4);
  const draw = (count: number) => (random(1)[0] ?? 0) % count;
  let acknowledgedInAll = 0;
  let runs = 0;
  for (let kill = 0; kill < kills; kill++) {
    const talks = Array.from({ length: databases }, (_, database) => ({
      origin: browser.harness.url.replace("localhost", `kill-${kill}-${database}.localhost`),
      acknowledged: new Set<string>(),
      // The kill comes somewhere in a turn after this many.
      enough: 1 + draw(20),
    }));
    const reached = talks.map(async ({ origin, acknowledged, enough }) => {
      await (await talk(await browser.open({ origin }), acknowledged, enough)).reached;
    });
    await Promise.all(reached);
    await pause(draw(256) / 25);
    await browser.harness.kill();
    await browser.harness.restart();
    await Promise.all(
      talks.map(async ({ origin, acknowledged }) => {
        acknowledgedInAll += acknowledged.size;
        const tab = await browser.open({ origin });
        await check(tab, acknowledged);
        const again = await talk(tab, acknowledged, acknowledged.size + 3, 3);
        await again.finished;
        await check(tab, acknowledged);
        await tab.close();
        runs++;
      }),
    );
  }
  expect(runs).toBe(50);
  expect(acknowledgedInAll).toBeGreaterThan(runs);
}, 240_000);

/** Has a tab talk; `reached` resolves once so many turns are acknowledged, `finished` once all are said. */
async function talk(tab: Page, acknowledged: Set<string>, enough: number, turns = 10_000) {
  let resolve = () => {};
  const reached = new Promise<void>((resolved) => {
    resolve = resolved;
  });
  await tab.exposeFunction("acknowledge", (run: string) => {
    acknowledged.add(run);
    if (acknowledged.size >= enough) resolve();
  });
  const finished = tab.evaluate(
    (turns) => inside.talkEndlessly(turns, (globalThis as unknown as Acknowledging).acknowledge),
    turns,
  );
  // The kill takes the answer with it.
  finished.catch(() => {});
  return { reached, finished };
}

/** Every acknowledged turn is in the database, no turn in part, and the state is the fold of it all. */
async function check(tab: Page, acknowledged: ReadonlySet<string>): Promise<void> {
  const now = Date.UTC(2100, 0, 1);
  const found = await tab.evaluate((now) => inside.findings(now), now);
  const records = JSON.parse(found.records);
  const runs = wholeRuns(records);
  expect([...acknowledged].filter((run) => !runs.has(run))).toEqual([]);
  // The core in this process makes the same of the records as the one in the page.
  expect(found.state).toBe(await foldOf(records, found.session, now));
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

interface Acknowledging {
  acknowledge(run: string): Promise<void>;
}
