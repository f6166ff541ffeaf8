import { expect, it } from "vitest";
import { file } from "../cases.ts";
import type { bringUp, KnowledgeCase } from "../knowledge.ts";

/** The cases of knowledge that the native core passes, through the public API, here or in a browser. */
export function knowledgeSuite(bring: typeof bringUp): void {
  const tove = JSON.parse(file("tests/cases/templates/tove.json"));
  const cases: KnowledgeCase[] = JSON.parse(file("tests/cases/knowledge/turns.json"));

  it("a turn is shown the knowledge that it brings up", async () => {
    for (const row of cases) {
      const { preview, prompt } = await bring(row, JSON.stringify({ ...tove, knowledge: row.knowledge }));
      const { entries, warnings } = preview.knowledge ?? { entries: [], warnings: [] };
      const found = entries.map(({ entry, position, depth, role, used }) =>
        [entry, position, depth, role, used ? undefined : "dropped"]
          .filter((word) => word !== undefined)
          .join(" "),
      );
      expect(found, row.name).toEqual(row.entries);
      const told = warnings.map(({ code, path }) => [code, path]);
      expect(told, row.name).toEqual(row.warnings ?? []);
      expect(prompt?.system, row.name).toBe(preview.system);
      const shown = preview.system + preview.context;
      for (const text of row.contains ?? []) expect(shown, row.name).toContain(text);
      for (const text of row.lacks ?? []) expect(shown, row.name).not.toContain(text);
      if (row.messages) {
        const messages = row.messages.map(([role, content]) => ({ role, content }));
        // But for what is told before every reply.
        const said = prompt?.messages.filter(({ content }) => content !== preview.context);
        expect(said, row.name).toEqual(messages);
      }
    }
  });
}
