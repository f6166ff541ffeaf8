import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { foldOf, wholeRuns } from "../shared/whole.ts";
import type { Golden } from "./inside/golden.ts";
import { type Inside, openInside } from "./inside.ts";

const folder = join(import.meta.dirname, "golden");
const now = Date.UTC(2026, 0, 1, 13);
let browser: Inside;

beforeAll(async () => {
  browser = await openInside();
});

afterAll(() => browser?.close());

// Made once, when their version was today's, and never made again.
const files = readdirSync(folder).sort();

it("there is a database of every version of the schema", () => {
  expect(files).toEqual(["database-1.json", "database-2.json", "database-3.json"]);
});

it.each(files)("%s opens with all that is in it, and goes on", async (file) => {
  const text = readFileSync(join(folder, file), "utf8");
  const golden = JSON.parse(text) as Golden;
  const tab = await browser.open();
  const name = file.replace(".json", "");
  await tab.evaluate(([name, text]) => inside.golden.restore(name, text), [name, text] as const);
  const found = await tab.evaluate(([name, now]) => inside.golden.visit(name, now), [name, now] as const);
  const said = ["You are wonderful!", "My dog is called Max.", "I hate rain 🌧"];
  expect(found.before.said).toEqual(said);
  const records = JSON.parse(found.before.records);
  const stored = golden.stores.find(({ name }) => name === "records")?.entries.map(({ value }) => value);
  expect(records).toHaveLength(stored?.length ?? 0);
  expect(records).toEqual(expect.arrayContaining(stored ?? []));
  expect(wholeRuns(records).size).toBe(3);
  expect(found.before.state).toBe(await foldOf(records, found.session, now));
  expect(found.recalled).toContain("My dog is called Max.");
  expect(found.said).toEqual([...said, "And one more."]);
  expect(wholeRuns(JSON.parse(found.records)).size).toBe(4);
  const { version, stores } = await tab.evaluate((name) => inside.golden.dump(name), name);
  expect(version).toBe(files.length);
  expect(stores.map(({ name }) => name)).toEqual(["arrivals", "caches", "records"]);
});
