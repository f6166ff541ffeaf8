import { storageConformance } from "luminoracore/testing";
import { describe, it } from "vitest";
import { tabForAll } from "./inside.ts";

// Only their names: the rules run in the browser.
const rules = storageConformance(async () => {
  throw new Error("not in this process");
});

const tab = tabForAll();

for (const adapter of ["memoryStorage", "indexedDbStorage", "postgresStorage"]) {
  describe(`${adapter} keeps the rules of the storage port in Chromium`, () => {
    for (const { name } of rules) {
      it(name, () =>
        tab().evaluate(([adapter, rule]) => inside.conforms(adapter, rule), [adapter, name] as const),
      );
    }
  });
}
