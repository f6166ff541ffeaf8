import { storageConformance } from "luminoracore/testing";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, it } from "vitest";
import { type Inside, openInside } from "./inside.ts";

// Only their names: the rules run in the browser.
const rules = storageConformance(async () => {
  throw new Error("not in this process");
});

let browser: Inside;
let tab: Page;

beforeAll(async () => {
  browser = await openInside();
  tab = await browser.open();
});

afterAll(() => browser?.close());

for (const adapter of ["memoryStorage", "indexedDbStorage", "postgresStorage"]) {
  describe(`${adapter} keeps the rules of the storage port in Chromium`, () => {
    for (const { name } of rules) {
      it(name, () =>
        tab.evaluate(([adapter, rule]) => inside.conforms(adapter, rule), [adapter, name] as const),
      );
    }
  });
}
