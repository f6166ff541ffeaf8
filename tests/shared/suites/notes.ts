import { expect, it } from "vitest";
import { file } from "../cases.ts";
import type * as notes from "../notes.ts";

type Notes = typeof notes;

/** The functions of `notes.ts`, here or in a browser. */
export interface NoteTrials {
  cutTexts(cases: readonly notes.ChunkCase[]): ReturnType<Notes["cutTexts"]>;
  importReplaceForget(): ReturnType<Notes["importReplaceForget"]>;
  importMany(): ReturnType<Notes["importMany"]>;
}

/** What a person brings along, through the public API. */
export function noteSuite(trials: NoteTrials): void {
  it("notes: texts are cut as the shared cases say", async () => {
    const cases: notes.ChunkCase[] = JSON.parse(file("tests/cases/minime/chunker.json")).cases;
    const found = await trials.cutTexts(cases);
    for (const { id, count, ranges_utf16 } of cases) {
      expect(found[id], id).toEqual(ranges_utf16);
      expect(found[id], id).toHaveLength(count);
    }
  });

  it("notes: a source has one note, which is replaced, forgotten and imported again", async () => {
    const none = { added: 0, replaced: 0, updated: 0, unchanged: 0, skipped: 0 };
    expect(await trials.importReplaceForget()).toEqual({
      first: { documents: 3, chunks: 2, ...none, added: 2, skipped: 1 },
      again: { documents: 3, chunks: 2, ...none, unchanged: 2, skipped: 1 },
      replaced: [{ source: "tides.md", change: "replaced", chunks: 1 }],
      listed: [
        { source: "boat.txt", domain: "harbour", tags: ["x"], length: 14, chunks: 1 },
        { source: "tides.md", title: "Tides", domain: "sea", tags: ["x"], length: 19, chunks: 1 },
      ],
      read: ["Tides", "The new tide table.", [[0, 19]]],
      exported: false,
      erased: ["memory note"],
      told: ["note forgotten"],
      gone: [],
      back: [1, false],
      kept: ["boat.txt", "tides.md"],
      afterwards: [0, false],
    });
  });

  it("notes: many are stored in batches, and nothing of a call that is refused", async () => {
    expect(await trials.importMany()).toEqual({
      refused: [
        ["invalid_argument /documents/90/text", 0],
        ["unsupported_format /documents/90/text", 0],
        ["too_large /documents/90/text", 0],
        ["invalid_argument /documents/90/source", 0],
        ["invalid_argument /documents/90/source", 0],
        ["invalid_argument /documents/90/colour", 0],
        ["too_large /documents", 0],
        ["invalid_argument /documents/0", 0],
      ],
      aborted: "aborted",
      interrupted: true,
      resumed: true,
      chunks: true,
      steps: true,
      rising: true,
      last: { done: 100, total: 100, source: "notes/099.md" },
      none: 0,
    });
  });
}
