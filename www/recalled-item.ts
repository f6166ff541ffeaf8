import type { Recalled } from "luminoracore";
import { button, create } from "./dom.ts";
import { because, excerpt, type Known, origin, weights, wording } from "./recalled-words.ts";

/** What a list of recalled memories needs to know. */
export interface RecalledPlace {
  readonly known: Known;
  /** The personality's name and its language. */
  readonly name: string;
  readonly language: string;
  /** The open conversation. */
  readonly session: string;
  /** Shows a note where the passage stands. */
  readonly read: (passage: Recalled) => void;
}

/**
 * A memory that was recalled: what it is, its words, why, and on demand the numbers.
 *
 * @param counted whether its numbers are those that decided
 */
export function recalledItem(recalled: Recalled, place: RecalledPlace, counted = true): HTMLLIElement {
  const { known, name, language, session } = place;
  const { type, role, source, matches } = recalled;
  const words = excerpt(wording(recalled, known), matches);
  const lang = role === "assistant" ? { lang: language } : {};
  const from = origin(recalled, known, name);
  return create(
    "li",
    { class: "recalled", attributes: { "data-recalled": type } },
    create("p", { class: "recalled-origin", text: from }),
    create("p", { class: "recalled-text", ...lang }, ...marked(words, matches)),
    create("p", { class: "recalled-because", text: because(recalled, name) }),
    create(
      "div",
      { class: "recalled-more" },
      ...(type === "note" ? [readButton(recalled, from, place)] : []),
      ...(type === "turn" && source !== undefined && source !== session ? [elsewhere(source)] : []),
      ...(counted ? [numbers(recalled)] : []),
    ),
  );
}

function readButton(recalled: Recalled, from: string, { read }: RecalledPlace): HTMLElement {
  const made = button("Read", "quiet recalled-action", () => read(recalled));
  made.setAttribute("aria-label", `Read ${from.replace("A passage of ", "")}`);
  return made;
}

function elsewhere(session: string): HTMLElement {
  const href = `#session=${encodeURIComponent(session)}`;
  return create("a", { class: "recalled-action", text: "Open that conversation", attributes: { href } });
}

function numbers(recalled: Recalled): HTMLElement {
  const rows = weights(recalled).flatMap(([term, text]) => [
    create("dt", { text: term }),
    create("dd", { text }),
  ]);
  return create(
    "details",
    { class: "recalled-numbers" },
    create("summary", { text: "In numbers" }),
    create("dl", {}, ...rows),
  );
}

/** A text with the words marked that were looked for. */
function marked(text: string, matches: readonly string[]): Node[] {
  // Words of the text, so that a match within another word is none.
  return text.split(/([\p{L}\p{M}\p{N}]+)/u).flatMap((part) => {
    if (part === "") return [];
    const isMatch = matches.some((word) => word.toLowerCase() === part.toLowerCase());
    return [isMatch ? create("mark", { text: part }) : document.createTextNode(part)];
  });
}
