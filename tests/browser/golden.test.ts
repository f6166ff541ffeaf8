import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { foldOf, wholeRuns } from "../shared/whole.ts";
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
  expect(files).toEqual([1, 2, 3, 4].map((version) => `database-${version}.json`));
});

it.each(files)("%s opens with all that is in it, and goes on", async (file) => {
  const text = readFileSync(join(folder, file), "utf8");
  const tab = await browser.open();
  const name = file.replace(".json", "");
  await tab.evaluate(([name, text]) => inside.golden.restore(name, text), [name, text] as const);
  const found = await tab.evaluate(([name, now]) => inside.golden.visit(name, now), [name, now] as const);
  const said = ["You are wonderful!", "My dog is called Max.", "I hate rain 🌧"];
  expect(found.before.said).toEqual(said);
  const records = JSON.parse(found.before.records);
  const stored = await tab.evaluate((text) => inside.golden.recordsOf(JSON.parse(text)), text);
  expect(records).toHaveLength(stored.length);
  expect(records).toEqual(expect.arrayContaining(stored));
  expect(wholeRuns(records).size).toBe(3);
  expect(found.before.state).toBe(await foldOf(records, found.session, now));
  expect(found.recalled).toContain("My dog is called Max.");
  expect(found.said).toEqual([...said, "And one more."]);
  expect(wholeRuns(JSON.parse(found.records)).size).toBe(4);
  const { version, stores } = await tab.evaluate((name) => inside.golden.dump(name), name);
  expect(version).toBe(files.length);
  expect(stores.map(({ name }) => name)).toEqual(["batches", "caches", "logs"]);
});

describe.each([1, 2, 3])("a long database of version %i", (version) => {
  it("is moved with all that is in it, or stays as it was when that fails half way", async () => {
    const tab = await browser.open({ expectErrors: true });
    const name = `long-${version}`;
    const records = await tab.evaluate(([name, version]) => inside.golden.restoreLong(name, version), [
      name,
      version,
    ] as const);
    const before = await tab.evaluate((name) => inside.golden.dump(name), name);
    for (const rows of [0, 1, 40]) {
      const refused = await tab.evaluate(([name, rows]) => inside.golden.refusedUpgrade(name, rows), [
        name,
        rows,
      ] as const);
      expect(refused).toMatchObject({ code: "storage", hint: expect.stringContaining("free some space") });
      expect(await tab.evaluate((name) => inside.golden.dump(name), name)).toEqual(before);
    }
    expect(before.version).toBe(version);
    expect(await tab.evaluate((name) => inside.golden.all(name), name)).toBe(records);
    const after = await tab.evaluate((name) => inside.golden.dump(name), name);
    expect(after.version).toBe(files.length);
    const rows = after.stores.find(({ name }) => name === "batches")?.entries ?? [];
    expect(Math.max(...rows.map(({ value }) => (value as { ids: unknown[] }).ids.length))).toBe(32);
  });
});
