import { LuminoraError, type Template } from "luminoracore";
import { button, byId } from "./dom.ts";
import { takeDrops } from "./drop.ts";
import { hideFailure, showFailure } from "./failure.ts";
import { type Opened, readPersonality } from "./file.ts";
import { counted, problemList } from "./problems.ts";
import { reportSections } from "./report.ts";

/** A personality to talk to. */
export interface Chosen {
  readonly id: string;
  readonly name: string;
  /** Where it is not known yet. */
  readonly document?: Template["document"];
}

/** What opening files needs from the rest of the page. */
export interface FileHost {
  /** Keeps a personality and begins a conversation with it. */
  begin(personality: Chosen): Promise<void>;
  /** Brings back a snapshot or everything. */
  bringBack(file: File): Promise<void>;
}

/** Personalities from files: by the button, or dropped on the page. The panel opens when there is something to tell. */
export class FilePanel {
  readonly #host: FileHost;
  readonly #dialog = byId("file-panel", HTMLDialogElement);
  readonly #input = byId("personality-file", HTMLInputElement);
  readonly #failure = byId("file-failure", HTMLDivElement);

  constructor(host: FileHost) {
    this.#host = host;
    byId("open-file", HTMLButtonElement).addEventListener("click", () => this.#input.click());
    this.#input.addEventListener("change", () => {
      const files = [...(this.#input.files ?? [])];
      // Or the same file, once mended, would be no change.
      this.#input.value = "";
      void this.#open(files);
    });
    takeDrops({
      ready: () => this.#dialog.open || document.querySelector("dialog[open]") === null,
      open: (files) => void this.#open(files),
    });
  }

  async #open([file, ...others]: readonly File[]): Promise<void> {
    if (!file) return;
    try {
      if (others.length > 0) throw new LuminoraError("invalid_argument", "Open one file at a time.");
      const opened = await readPersonality(file);
      if (opened.kind === "taken-along") {
        this.#dialog.close();
        await this.#host.bringBack(file);
      } else if (opened.kind === "unusable") {
        const lead = `${counted(opened.problems)}. Nothing was opened.`;
        this.#refuse(file.name, lead, problemList(opened.problems));
      } else {
        await this.#offer(opened);
      }
    } catch (error) {
      this.#refuse(file.name);
      showFailure(this.#failure, error);
    }
  }

  /** Begins at once, or first tells what there is to know of it. */
  async #offer({ template, problems, conversion }: Personality): Promise<void> {
    const { id, document } = template;
    const { name } = document.persona as { readonly name: string };
    const chosen = { id, name, document };
    const doubts = counted(problems);
    const report = conversion ? reportSections(conversion.report, document) : [];
    const talk = button(`Talk to ${name}`, "primary", () => void this.#attempt(chosen));
    if (conversion && report.length > 0) {
      this.#tell(name, `Made from ${conversion.from}.`, report, talk);
    } else if (doubts) {
      this.#tell(name, `It works, with ${doubts}.`, problemList(problems), talk);
    } else {
      await this.#begin(chosen);
    }
  }

  async #attempt(chosen: Chosen): Promise<void> {
    hideFailure(this.#failure);
    try {
      await this.#begin(chosen);
    } catch (error) {
      showFailure(this.#failure, error);
    }
  }

  async #begin(chosen: Chosen): Promise<void> {
    await this.#host.begin(chosen);
    this.#dialog.close();
  }

  #refuse(file: string, lead = "", details: readonly Node[] = []): void {
    const another = button("Open another file", "primary", () => this.#input.click());
    this.#tell(`${file} cannot be opened`, lead, details, another);
  }

  #tell(title: string, lead: string, details: readonly Node[], action: HTMLButtonElement): void {
    hideFailure(this.#failure);
    byId("file-title", HTMLHeadingElement).textContent = title;
    byId("file-lead", HTMLParagraphElement).textContent = lead;
    byId("file-details", HTMLDivElement).replaceChildren(...details);
    byId("file-action", HTMLSpanElement).replaceChildren(action);
    if (!this.#dialog.open) this.#dialog.showModal();
    this.#dialog.scrollTop = 0;
    action.focus();
  }
}

type Personality = Extract<Opened, { kind: "personality" }>;
