import { expect, it } from "vitest";
import { file } from "../cases.ts";
import type * as tables from "../tables.ts";

type Tables = typeof tables;

/** The functions of `tables.ts`, here or in a browser. */
export interface TableTrials {
  goOn(text: string): ReturnType<Tables["goOn"]>;
  comeApart(text: string, rows: readonly tables.BrokenRow[]): ReturnType<Tables["comeApart"]>;
}

/** The predecessor's tables, through the public API. */
export function tableSuite(trials: TableTrials): void {
  const text = file("tests/cases/tables/export.json");

  it("tables: whoever lived there goes on here, and coming twice changes nothing", async () => {
    expect(await trials.goOn(text)).toEqual({
      isDry: true,
      users: [
        { user: "nadia", new: 11, changed: 0 },
        { user: "omar", new: 3, changed: 0 },
      ],
      notes: [
        "/user_facts/1/fact_key renamed",
        "/user_affinity/0/current_level recomputed",
        "/user_affinity/1/current_level recomputed",
        "/episodes/0 assumed",
        "/user_affinity/2/current_level recomputed",
      ],
      again: [0, 0],
      isSame: true,
      state: [58, "friend", 120, "shy", 0.7],
      moods: ["neutral"],
      found: true,
      history: ["1 001_v1_1_base_tables"],
      goesOn: true,
      omar: 1,
    });
  });

  it("tables: every broken row is named; files may come apart, and what is none is refused", async () => {
    const rows: tables.BrokenRow[] = JSON.parse(file("tests/cases/tables/broken.json")).cases;
    const byId = <T>(value: (row: tables.BrokenRow) => T) =>
      Object.fromEntries(rows.map((row) => [row.id, value(row)]));
    expect(await trials.comeApart(text, rows)).toEqual({
      inTables: byId(({ code, path }) => `${code} ${path}`),
      skipped: byId(() => true),
      inFiles: 2,
      theirs: [{ user: "ana", new: 4, changed: 0 }],
      points: [58, 3, 58],
      kept: true,
      refused: [
        "unsupported_format  with a hint, 0 stored",
        "unsupported_format  with a hint, 0 stored",
        "unsupported_format  with a hint, 0 stored",
        "unsupported_format /0 with a hint, 0 stored",
        "invalid_argument /messages with a hint, 0 stored",
        "invalid_argument /files without a hint, 0 stored",
        "invalid_argument /user with a hint, 0 stored",
        "invalid_argument /onConflict without a hint, 0 stored",
        "unknown_template /template with a hint, 0 stored",
      ],
    });
  });
}
