import {
  type Luminora,
  LuminoraError,
  type NoteDocument,
  type NoteImport,
  type NoteView,
} from "luminoracore";
import { announce } from "./announce.ts";
import { confirmed } from "./confirm.ts";
import { button, byId, create } from "./dom.ts";
import { hideFailure, showFailure } from "./failure.ts";
import { readNotes } from "./note-files.ts";
import { NoteReader, standing } from "./note-reader.ts";
import { owner } from "./owner.ts";
import { titleOf } from "./recalled-words.ts";

/** The texts that a person brought along: adding, reading, and removing them. An import outlasts the conversation. */
export class Notes {
  readonly #luminora: Luminora;
  /** Called after notes were added or removed. */
  readonly #changed: () => Promise<void>;
  readonly #part = byId("notes-part", HTMLElement);
  readonly #title = byId("notes-title", HTMLHeadingElement);
  readonly #list = byId("notes", HTMLUListElement);
  readonly #input = byId("note-files", HTMLInputElement);
  readonly #add = byId("add-notes", HTMLButtonElement);
  readonly #progress = byId("notes-progress", HTMLDivElement);
  readonly #result = byId("notes-result", HTMLParagraphElement);
  readonly #failure = byId("notes-failure", HTMLDivElement);
  readonly #reader = new NoteReader();
  #notes: readonly NoteView[] = [];
  #stop: AbortController | undefined;

  constructor(luminora: Luminora, changed: () => Promise<void>) {
    this.#luminora = luminora;
    this.#changed = changed;
    this.#add.addEventListener("click", () => this.#input.click());
    this.#input.addEventListener("change", () => {
      const files = [...(this.#input.files ?? [])];
      // Or the same file, once mended, would be no change.
      this.#input.value = "";
      void this.#take(files);
    });
    byId("stop-notes", HTMLButtonElement).addEventListener("click", () => this.stop());
    this.#takeDrops();
  }

  /** The notes that there are, shown and given. */
  async update(): Promise<readonly NoteView[]> {
    this.#notes = await this.#luminora.notes({ user: owner });
    const made = this.#notes.map((note) => this.#item(note));
    const present = [...this.#list.children];
    if (present.length !== made.length || !made.every((one, at) => one.isEqualNode(present[at] ?? null))) {
      this.#list.replaceChildren(...made);
    }
    byId("notes-count", HTMLSpanElement).textContent = made.length === 0 ? "" : String(made.length);
    return this.#notes;
  }

  /** Leaves the conversation. What was erased does not stay in the page either. */
  close(): void {
    this.#notes = [];
    this.#list.replaceChildren();
    this.#result.textContent = "";
    hideFailure(this.#failure);
    this.#reader.close();
  }

  /** Ends an import on its way. */
  stop(): void {
    this.#stop?.abort();
  }

  /** Shows a note, and a passage of it. */
  async read(id: string, span?: readonly [number, number]): Promise<void> {
    await this.#attempt(async () => this.#reader.open(await this.#luminora.note(id, { user: owner }), span));
  }

  #item(note: NoteView): HTMLLIElement {
    const title = titleOf(note);
    const act = (text: string, work: () => void) => {
      const made = button(text, "quiet memory-action", work);
      made.setAttribute("aria-label", `${text} ${title}`);
      return made;
    };
    return create(
      "li",
      { class: "memory", attributes: { "data-note": note.id } },
      create(
        "div",
        { class: "memory-body" },
        create("p", { class: "memory-text" }, create("span", { class: "memory-value", text: title })),
        create("p", { class: "muted", text: standing(note) }),
      ),
      create(
        "div",
        { class: "memory-actions" },
        act("Read", () => void this.read(note.id)),
        act("Remove", () => void this.#attempt(() => this.#remove(note))),
      ),
    );
  }

  async #take(files: readonly File[]): Promise<void> {
    if (files.length === 0 || this.#stop) return;
    await this.#attempt(async () => {
      const { documents, refused } = await readNotes(files);
      if (documents.length === 0) throw notText(refused);
      if (!(await this.#mayReplace(documents))) return;
      const imported = await this.#import(documents);
      this.#result.textContent = told(imported, refused);
    });
  }

  async #import(documents: readonly NoteDocument[]): Promise<NoteImport> {
    const bar = byId("notes-bar", HTMLProgressElement);
    const text = byId("notes-progress-text", HTMLSpanElement);
    const show = (done: number) => {
      bar.value = done / documents.length;
      text.textContent = `${done} of ${documents.length}`;
    };
    const stop = new AbortController();
    this.#stop = stop;
    show(0);
    this.#progress.hidden = false;
    this.#add.disabled = true;
    try {
      const { signal } = stop;
      return await this.#luminora.importNotes(documents, {
        user: owner,
        signal,
        onProgress: ({ done }) => show(done),
      });
    } catch (error) {
      throw named(error, documents);
    } finally {
      this.#stop = undefined;
      this.#progress.hidden = true;
      this.#add.disabled = false;
      // What was stored before a stop stays.
      await this.#changed();
    }
  }

  /** Another text of the same source takes the place of the one that is here: that is the person's to say. */
  async #mayReplace(documents: readonly NoteDocument[]): Promise<boolean> {
    const replaced: string[] = [];
    for (const { source, text } of documents) {
      const known = this.#notes.find((note) => note.source === source);
      if (!known) continue;
      const { text: present } = await this.#luminora.note(known.id, { user: owner });
      if (present !== (text instanceof Blob ? await text.text() : text)) replaced.push(source);
    }
    return replaced.length === 0 || (await confirmed(replaceQuestion(replaced)));
  }

  async #remove(note: NoteView): Promise<void> {
    const title = titleOf(note);
    if (!(await confirmed(removeQuestion(title)))) return;
    const at = this.#notes.findIndex(({ id }) => id === note.id);
    const next = this.#notes[at + 1] ?? this.#notes[at - 1];
    await this.#luminora.forget({ source: note.source }, { user: owner });
    await this.#changed();
    this.#result.textContent = "";
    announce({ text: `Removed: ${title}.` });
    const item = next && this.#list.querySelector(`[data-note="${CSS.escape(next.id)}"]`);
    (item?.querySelector<HTMLElement>("button:last-of-type") ?? this.#title).focus();
  }

  async #attempt(work: () => Promise<void>): Promise<void> {
    hideFailure(this.#failure);
    this.#result.textContent = "";
    try {
      await work();
    } catch (error) {
      if (LuminoraError.isInstance(error) && error.code === "aborted") {
        this.#result.textContent = "Stopped. What was added before stays.";
      } else showFailure(this.#failure, error);
    }
  }

  /** Files over this part are notes; elsewhere on the page they are personalities. */
  #takeDrops(): void {
    const over = (is: boolean) => this.#part.classList.toggle("notes-drop", is);
    const ours = ({ dataTransfer }: DragEvent) => dataTransfer?.types.includes("Files") === true;
    this.#part.addEventListener("dragover", (event) => {
      if (!ours(event)) return;
      event.preventDefault();
      if (event.dataTransfer) event.dataTransfer.dropEffect = this.#stop ? "none" : "copy";
      over(this.#stop === undefined);
    });
    this.#part.addEventListener("dragleave", (event) => {
      if (!(event.relatedTarget instanceof Node && this.#part.contains(event.relatedTarget))) over(false);
    });
    this.#part.addEventListener("drop", (event) => {
      over(false);
      if (!ours(event)) return;
      event.preventDefault();
      void this.#take([...(event.dataTransfer?.files ?? [])]);
    });
  }
}

/** An error of one document, with the name of its file. */
function named(error: unknown, documents: readonly NoteDocument[]): unknown {
  if (!LuminoraError.isInstance(error)) return error;
  const [, index] = /^\/documents\/(\d+)/.exec(error.path ?? "") ?? [];
  const document = index === undefined ? undefined : documents[Number(index)];
  if (!document) return error;
  const hint = "Nothing was added. Leave this file out, or mend it, and add them again.";
  return new LuminoraError(error.code, `${document.source}: ${error.message}`, { hint, cause: error });
}

function notText(refused: readonly string[]): LuminoraError {
  const names = new Intl.ListFormat("en").format(refused);
  const hint = "Notes are plain text: files that end in .md or .txt.";
  return new LuminoraError("unsupported_format", `${names} cannot be added.`, { hint });
}

/** What became of the files, in a sentence or two. */
function told(imported: NoteImport, refused: readonly string[]): string {
  const counts: [number, string][] = [
    [imported.added, "added"],
    [imported.replaced, "replaced"],
    [imported.updated, "updated"],
    [imported.unchanged, "here already"],
    [imported.skipped, "empty and left out"],
  ];
  const said = counts.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`);
  const left = refused.length === 0 ? "" : ` No plain text: ${new Intl.ListFormat("en").format(refused)}.`;
  return `${said.join(", ")}.${left}`;
}

function replaceQuestion(sources: readonly string[]) {
  const names = new Intl.ListFormat("en").format(sources);
  const [is, its] = sources.length === 1 ? ["is", "Its"] : ["are", "Their"];
  return {
    title: "Replace what is here?",
    text: `${names} ${is} here already, with another text. ${its} text is erased for good, and the new one takes its place.`,
    action: "Replace",
  };
}

function removeQuestion(title: string) {
  return {
    title: "Remove this note?",
    text: `“${title}” is erased for good, and nobody here can look anything up in it any more. The file that it came from stays as it is.`,
    action: "Remove",
  };
}
