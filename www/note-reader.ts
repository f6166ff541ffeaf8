import type { Note } from "luminoracore";
import { byId, create } from "./dom.ts";
import { titleOf } from "./recalled-words.ts";
import { day } from "./when.ts";

/** The panel in which a note is read. */
export class NoteReader {
  readonly #dialog = byId("note-reader", HTMLDialogElement);
  readonly #text = byId("note-text", HTMLElement);

  constructor() {
    // What is erased meanwhile does not stay in the page.
    this.#dialog.addEventListener("close", () => this.#text.replaceChildren());
  }

  /** @param span the passage to begin at, in UTF-16 code units */
  open(note: Note, span?: readonly [number, number]): void {
    byId("note-reader-title", HTMLHeadingElement).textContent = titleOf(note);
    byId("note-reader-source", HTMLParagraphElement).textContent = standing(note);
    const [from, to] = span ?? [0, 0];
    const passage = create("mark", { text: note.text.slice(from, to) });
    const parts = [note.text.slice(0, from), ...(to > from ? [passage] : []), note.text.slice(to)];
    this.#text.replaceChildren(...parts);
    this.#dialog.showModal();
    // The text is what one is here for: it scrolls with the arrow keys at once.
    this.#text.focus();
    this.#text.scrollTop = to > from ? passage.offsetTop - this.#text.offsetTop : 0;
  }

  close(): void {
    this.#dialog.close();
  }
}

/** Where a note came from, in how many pieces it is recalled, and since when. */
export function standing({
  title,
  source,
  chunks,
  created_at,
}: Pick<Note, "title" | "source" | "chunks" | "created_at">): string {
  const pieces = chunks === 1 ? "1 piece" : `${chunks} pieces`;
  return [...(title === undefined ? [] : [source]), pieces, `added ${day(created_at)}`].join(" · ");
}
