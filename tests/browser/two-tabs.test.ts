import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { foldOf, wholeRuns } from "../shared/whole.ts";
import { type Inside, openInside } from "./inside.ts";

const sayings = [
  "You are wonderful!",
  "I hate you",
  "You're pretty",
  "It rains.",
  "Thank you, friend",
  "I am so happy!",
];
const now = Date.UTC(2026, 0, 1, 12);
let browser: Inside;

beforeAll(async () => {
  browser = await openInside();
});

afterAll(() => browser?.close());

it("two tabs with 50 turns each on one session both have all 100, and the state that follows from them", async () => {
  const [one, two] = [await browser.open(), await browser.open()];
  const id = await one.evaluate((now) => inside.openTab(now), now);
  await two.evaluate(([now, id]) => inside.openTab(now, id), [now, id] as const);

  const runs: string[] = [];
  const say = async (tab: Page, turn: number) => {
    const text = `${sayings[turn % sayings.length]} (${turn})`;
    runs.push(await tab.evaluate((text) => inside.say(text), text));
  };
  // At the same time, then one after the other, by turns.
  for (let turn = 0; turn < 50; turn++) {
    if (turn % 2 === 0) await Promise.all([say(one, turn), say(two, turn + 3)]);
    else {
      await say(one, turn);
      await say(two, turn + 3);
    }
  }

  const third = await browser.open();
  await third.evaluate(([now, id]) => inside.openTab(now, id), [now, id] as const);
  for (const tab of [one, two]) await tab.waitForFunction(() => inside.view().history.length === 200);
  const views = await Promise.all([one, two, third].map((tab) => tab.evaluate(() => inside.view())));
  const records = JSON.parse(await third.evaluate(() => inside.stored()));
  expect(wholeRuns(records)).toEqual(new Set(runs));
  const fold = await foldOf(records, id, now);
  for (const view of views) {
    expect(view.state).toBe(fold);
    expect(view.messages).toBe(100);
    expect(view.history).toEqual(views[2]?.history);
    expect(new Set(view.history.map(({ run }) => run).filter(Boolean))).toEqual(new Set(runs));
  }
});
