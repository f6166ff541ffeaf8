import type { CompileOptions } from "luminoracore";
import { expect, it } from "vitest";
import type { throughTemplate } from "../card.ts";
import { cards } from "../cases.ts";

/** A card, and what must come of it. */
export interface CardCase {
  about: string;
  card: Record<string, unknown>;
  format: string;
  /** What the document has at least. */
  expect: object;
  /** Pointers to what it has not. */
  absent: string[];
  /** What the report has at least. */
  report: [path: string, to: string, action: string][];
  prompt: { options: CompileOptions; contains: string[]; lacks: string[] };
}

/** The cards that the native core passes, through the public API, here or in a browser. */
export function cardSuite(
  through: (
    ...args: Parameters<typeof throughTemplate>
  ) => ReturnType<typeof throughTemplate> | Promise<ReturnType<typeof throughTemplate>>,
): void {
  for (const { about, card, format, expect: expected, absent, report, prompt } of cards) {
    it(`card: ${about}`, async () => {
      const found = await through(JSON.stringify(card), prompt.options);
      expect(found.format).toBe(format);
      expect(found.document).toMatchObject(expected);
      for (const pointer of absent) expect(at(found.document, pointer), pointer).toBeUndefined();
      const items = found.report.map(({ path, to, action }) => [path, to, action]);
      for (const item of report) expect(items).toContainEqual(item);
      for (const text of prompt.contains) expect(found.prompt).toContain(text);
      for (const text of prompt.lacks) expect(found.prompt).not.toContain(text);
      // Equal texts are equal values with equal key orders.
      expect(found.card).toBe(JSON.stringify(card));
      expect(found.mediaType).toBe("application/json");
      for (const document of found.documents) expect(document).toEqual(found.document);
    });
  }
}

function at(document: unknown, pointer: string): unknown {
  return pointer
    .slice(1)
    .split("/")
    .reduce((value, key) => (value as Record<string, unknown> | undefined)?.[key], document);
}
