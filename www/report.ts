import type { LossAction, LossItem } from "luminoracore";
import { create } from "./dom.ts";

interface Group {
  readonly title: string;
  readonly note: string;
  readonly holds: (item: LossItem) => boolean;
}

const guesses: readonly LossAction[] = ["defaulted", "derived"];

const groups: readonly Group[] = [
  {
    title: "Guessed",
    note: "The file does not say this, or not in these words.",
    holds: ({ action }) => guesses.includes(action),
  },
  {
    title: "Changed on the way",
    note: "Not all of it is there, or not where it was.",
    holds: ({ action, note }) => action === "truncated" || (action === "moved" && note !== ""),
  },
  {
    title: "Kept, but without effect",
    note: "A personality has no place for this. It stays in the document.",
    holds: ({ action }) => action === "kept_opaque",
  },
];

/** What was guessed and what was lost when something else became a personality: a section for each, if there is any. */
export function reportSections(report: readonly LossItem[], document: unknown): HTMLElement[] {
  return groups.flatMap(({ title, note, holds }) => {
    const items = report.filter(holds);
    if (items.length === 0) return [];
    return [
      create(
        "section",
        { class: "report" },
        create("h3", { text: title }),
        create("p", { class: "muted", text: note }),
        create("ul", {}, ...items.map((item) => row(item, document))),
      ),
    ];
  });
}

function row({ path, to, action, note }: LossItem, document: unknown): HTMLLIElement {
  const guessed = guesses.includes(action);
  const value = guessed ? shortened(textsIn(valueAt(document, to)).join(", ")) : "";
  return create(
    "li",
    {},
    create("code", { text: guessed ? to : path }),
    ...(action === "moved" ? [" → ", create("code", { text: to })] : []),
    ...(value && !note.includes(value) ? [" ", create("span", { text: value })] : []),
    ...(note ? [" ", create("span", { class: "muted", text: note })] : []),
  );
}

/** The value at a JSON Pointer. */
function valueAt(document: unknown, pointer: string): unknown {
  let value = document;
  for (const segment of pointer.split("/").slice(1)) {
    const key = segment.replaceAll("~1", "/").replaceAll("~0", "~");
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<string, unknown>)[key];
  }
  return value;
}

/** The texts and numbers in a value, from first to last. */
function textsIn(value: unknown): string[] {
  if (typeof value === "object" && value !== null) return Object.values(value).flatMap(textsIn);
  return value === undefined || value === null ? [] : [String(value)];
}

const longest = 120;

function shortened(text: string): string {
  return text.length > longest ? `${text.slice(0, longest - 1).replace(/\s?\S*$/, "")}…` : text;
}
