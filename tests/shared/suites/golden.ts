import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import type { GoldenCase, openGolden } from "../golden.ts";

const folder = new URL("../../cases/golden/", import.meta.url);

/** What earlier versions stored opens, and adds up to what it did then. See `tests/it/golden.rs`. */
export function goldenSuite(open: (golden: GoldenCase) => ReturnType<typeof openGolden>): void {
  for (const name of ["schema-1"]) {
    it(`golden: the database ${name} opens and adds up to what it did`, async () => {
      const lines = readFileSync(new URL(`${name}.jsonl`, folder), "utf8")
        .trim()
        .split("\n");
      const { view, ...rest } = JSON.parse(readFileSync(new URL(`${name}.json`, folder), "utf8"));
      const records = lines.map((line) => JSON.parse(line));
      const found = await open({ ...rest, records });
      expect(found.view).toMatchObject(view);
      expect(found.migrations).toEqual({ current: 1, latest: 1, pending: [], history: [], steps: [] });
    });
  }
}
