import { seededRandom } from "luminoracore/testing";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { foldOf, wholeRuns } from "../shared/whole.ts";
import { type Inside, openInside } from "./inside.ts";

const kills = 20;
let browser: Inside;

beforeAll(async () => {
  browser = await openInside();
});

afterAll(() => browser?.close());

// Each kill hits the database of an origin of its own, in the one profile. Chromium keeps an origin's data in LevelDB,
// which writes the head and the body of a log record by two calls; killed between them, and once more written to and
// opened again, it takes the log for corrupt and Chromium drops the whole database. No page can prevent that. What a
// page's library answers for is what the first start after a kill finds, and that it can go on from there.
it("a browser killed in the middle of 100 turns, 20 times, keeps every acknowledged turn, and none in part", async () => {
  const random = seededRandom(4);
  let acknowledgedInAll = 0;
  for (let kill = 0; kill < kills; kill++) {
    const origin = browser.harness.url.replace("localhost", `kill-${kill}.localhost`);
    const acknowledged = new Set<string>();
    // The kill comes somewhere in the turn after this many.
    const enough = 1 + ((random(1)[0] ?? 0) % 20);
    const { reached } = await talk(await browser.open({ origin }), acknowledged, enough);
    await reached;
    await pause((random(1)[0] ?? 0) / 25);
    await browser.harness.kill();
    await browser.harness.restart();
    expect(acknowledged.size).toBeLessThan(100);
    acknowledgedInAll += acknowledged.size;

    const tab = await browser.open({ origin });
    await check(tab, acknowledged);
    const again = await talk(tab, acknowledged, acknowledged.size + 3, 3);
    await again.finished;
    await check(tab, acknowledged);
    await tab.close();
  }
  expect(acknowledgedInAll).toBeGreaterThan(kills);
}, 240_000);

/** Has a tab talk; `reached` resolves once so many turns are acknowledged, `finished` once all are said. */
async function talk(tab: Page, acknowledged: Set<string>, enough: number, turns = 100) {
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
