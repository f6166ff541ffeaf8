// Reads the data that the suites in Rust, Node and the browser share. For Node: a browser suite reads it here and
// hands it to its page.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Conversation } from "./conversation.ts";
import type { CardCase } from "./suites/card.ts";

/** The repository. */
export const root = join(import.meta.dirname, "..", "..");

/** The text of a file of the repository. */
export function file(path: string): string {
  return readFileSync(join(root, path), "utf8");
}

/** All conversations, with the documents of their templates. */
export const conversations = readdirSync(join(root, "tests/cases/conversation"))
  .sort()
  .map((name) => JSON.parse(file(`tests/cases/conversation/${name}`)) as Conversation)
  .map((conversation) => ({ conversation, document: file(conversation.template) }));

/** All character cards, with what must come of them. */
export const cards = readdirSync(join(root, "tests/cases/card"))
  .sort()
  .map((name) => JSON.parse(file(`tests/cases/card/${name}`)) as CardCase);

/** What a conversation must come to. */
export function expectedOutcome({ expect, steps }: Conversation) {
  const failed = steps.flatMap((step, index) => (step.fails ? [index + 1] : []));
  return { ...expect, failed };
}
