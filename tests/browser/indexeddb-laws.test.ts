import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Inside, openInside } from "./inside.ts";

let browser: Inside;
let count = 0;

beforeAll(async () => {
  browser = await openInside();
});

afterAll(() => browser?.close());

// Forgotten, replaced or erased by one view while others write that have not heard of it: what is acknowledged is there
// for everyone, also for those who go on from a position, and what was taken away is nowhere.
describe.each(["forget", "replace", "erase"] as const)(
  "views that write at the same moment, and %s",
  (erasure) => {
    it.each([
      ["hear of each other", 0],
      ["hear of half of it", 50],
      ["hear nothing", 100],
    ])("%s", async (_, lost) => {
      const tab = await browser.open();
      for (const seed of [1, 2]) {
        const history = { name: `laws-${count++}`, seed, steps: 30, erasure, lost };
        const { appended, erased, problems } = await tab.evaluate((history) => inside.live(history), history);
        expect(problems).toEqual([]);
        expect(Math.min(appended, erased)).toBeGreaterThan(3);
      }
      await tab.close();
    });
  },
);

it("long logs of several owners in one database are read in pages, each alone, also while they change", async () => {
  const tab = await browser.open();
  const name = `laws-${count++}`;
  expect(await tab.evaluate((name) => inside.interleave(name), name)).toEqual([]);
  expect(await tab.evaluate((name) => inside.rawDatabase(name), name)).not.toContain("ana says");
});
