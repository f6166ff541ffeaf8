import {
  exportCard,
  type ImportReport,
  type Luminora,
  LuminoraError,
  type Session,
  type SessionSummary,
  type Storage,
} from "luminoracore";
import { confirmed } from "./confirm.ts";
import { byId, create } from "./dom.ts";
import { download, fileName } from "./download.ts";
import { hideFailure, showFailure } from "./failure.ts";
import { forgetPersonalities } from "./forget.ts";
import { owner } from "./owner.ts";
import { describe } from "./personalities.ts";
import { documentOf } from "./personality.ts";

/** What the data panel needs from the rest of the page. */
export interface DataHost {
  /** Id of the session on the page. */
  current(): string | undefined;
  /** Shows a session that an import brought. */
  show(session: string): Promise<void>;
  /** Everything is gone: what the page keeps beside the log goes too. */
  erased(): Promise<void>;
}

/** The panel for taking data along, bringing it back, and removing it. */
export class Data {
  readonly #luminora: Luminora;
  readonly #storage: Storage;
  readonly #host: DataHost;
  readonly #dialog = byId("data", HTMLDialogElement);
  readonly #choice = byId("export-session", HTMLSelectElement);
  readonly #file = byId("import-file", HTMLInputElement);
  readonly #result = byId("data-result", HTMLDivElement);
  readonly #failure = byId("data-failure", HTMLDivElement);

  constructor(luminora: Luminora, storage: Storage, host: DataHost) {
    this.#luminora = luminora;
    this.#storage = storage;
    this.#host = host;
    const on = (id: string, work: () => Promise<void>) =>
      byId(id, HTMLButtonElement).addEventListener("click", () => void this.#attempt(work));
    on("open-data", () => this.#open());
    on("export-all", () => this.#exportAll());
    on("export-text", () => this.#exportText());
    on("export", () => this.#export());
    on("save-personality", () => this.#savePersonality());
    on("save-card", () => this.#saveCard());
    on("erase", () => this.#erase());
    this.#file.addEventListener("change", () => {
      const file = this.#file.files?.[0];
      if (file) void this.#attempt(() => this.#import(file));
    });
  }

  /** Imports a snapshot that was opened elsewhere on the page. */
  async importSnapshot(file: File): Promise<void> {
    await this.#open();
    await this.#attempt(() => this.#import(file));
  }

  async #open(): Promise<void> {
    hideFailure(this.#failure);
    this.#tell();
    this.#dialog.showModal();
    await this.#listSessions();
  }

  async #listSessions(): Promise<void> {
    const sessions = await this.#luminora.sessions({ user: owner });
    this.#choice.replaceChildren(...sessions.map((session) => this.#option(session)));
    this.#choice.disabled = sessions.length === 0;
    for (const id of ["export", "save-personality", "save-card"]) {
      byId(id, HTMLButtonElement).disabled = sessions.length === 0;
    }
    if (sessions.length === 0) this.#choice.append(create("option", { text: "No conversations yet" }));
  }

  #option(session: SessionSummary): HTMLOptionElement {
    const option = create("option", { text: `${session.template.name}, ${describe(session)}` });
    option.value = session.id;
    option.selected = session.id === this.#host.current();
    return option;
  }

  async #exportAll(): Promise<void> {
    this.#download(`luminora-${today()}.zip`, await this.#luminora.exportBundle({ user: owner }));
  }

  async #exportText(): Promise<void> {
    const text = await this.#luminora.exportMarkdown({ user: owner });
    this.#download(`luminora-${today()}.md`, new Blob([text], { type: "text/markdown" }));
  }

  async #export(): Promise<void> {
    const session = await this.#chosen();
    const { name } = session.summary.template;
    this.#download(`${fileName(name)}-${today()}.json`, await session.exportSnapshot());
  }

  async #savePersonality(): Promise<void> {
    const session = await this.#chosen();
    const text = JSON.stringify(await documentOf(session), null, 2);
    this.#download(`${fileName(session.summary.template.name)}.json`, text);
  }

  async #saveCard(): Promise<void> {
    const session = await this.#chosen();
    const { bytes } = exportCard(await documentOf(session), { format: "v3" });
    this.#download(`${fileName(session.summary.template.name)}.card.json`, bytes);
  }

  #chosen(): Promise<Session> {
    return this.#luminora.createSession({ session: this.#choice.value, user: owner });
  }

  #download(name: string, content: string | Uint8Array<ArrayBuffer> | Blob): void {
    const isBlob = content instanceof Blob;
    download(name, content, isBlob ? content.type : undefined);
    const size = isBlob ? content.size : content.length;
    this.#tell(`${name} is on its way to your downloads (${Math.ceil(size / 1024)} KB).`);
  }

  async #import(file: File): Promise<void> {
    try {
      if (await isArchive(file)) return await this.#importAll(file);
      const report = await this.#readSnapshot(file);
      if (!report) return this.#tell("Nothing was changed.");
      await this.#host.show(report.session);
      await this.#listSessions();
      this.#tell(`${file.name} is back: the conversation is open behind this panel.`, report);
    } finally {
      this.#file.value = "";
    }
  }

  /** What is in the file is added to what is here; what was erased on either side stays so. */
  async #importAll(file: File): Promise<void> {
    const { new: added, changed, erased } = await this.#luminora.importBundle(file, { user: owner });
    const [latest] = await this.#luminora.sessions({ user: owner });
    if (latest) await this.#host.show(latest.id);
    await this.#listSessions();
    this.#tell(`${file.name} is here: ${added} new, ${changed} changed, ${erased} erased.`);
  }

  /** Imports a file, asking where a doubt is the person's to settle. `undefined`: they said no. */
  async #readSnapshot(file: File): Promise<ImportReport | undefined> {
    const options: { user: string; onConflict?: "replace"; allowModified?: true } = { user: owner };
    for (;;) {
      try {
        return await this.#luminora.importSnapshot(file, options);
      } catch (error) {
        const code = LuminoraError.isInstance(error) ? error.code : undefined;
        if (code === "instance_exists" && !options.onConflict) {
          if (!(await confirmed(replaceQuestion))) return undefined;
          options.onConflict = "replace";
        } else if (code === "hash_mismatch" && !options.allowModified) {
          if (!(await confirmed(modifiedQuestion))) return undefined;
          options.allowModified = true;
        } else throw error;
      }
    }
  }

  async #erase(): Promise<void> {
    if (!(await confirmed(eraseQuestion))) return;
    await this.#luminora.erase({ user: owner, purge: true });
    await forgetPersonalities(this.#storage);
    await this.#host.erased();
    await this.#listSessions();
    this.#tell("Everything is erased. Nothing of it is left in this browser.");
  }

  async #attempt(work: () => Promise<void>): Promise<void> {
    hideFailure(this.#failure);
    try {
      await work();
    } catch (error) {
      this.#tell();
      showFailure(this.#failure, error);
    }
  }

  #tell(text = "", report?: ImportReport): void {
    const notes = (report?.report ?? []).map(({ action, path, reason }) =>
      create("li", { text: `${action} ${path}: ${reason}` }),
    );
    this.#result.replaceChildren(
      ...(text ? [create("p", { text })] : []),
      ...(notes.length > 0 ? [create("ul", {}, ...notes)] : []),
    );
  }
}

const replaceQuestion = {
  title: "Replace what is here?",
  text: "You already have a relationship with this personality. The affinity and mood of the file would take its place. Export first if you want to keep it.",
  action: "Replace",
};

const modifiedQuestion = {
  title: "Import a changed file?",
  text: "The file was changed after it was exported, by hand or by damage. Its content is still checked.",
  action: "Import anyway",
};

const eraseQuestion = {
  title: "Erase everything?",
  text: "All conversations, relationships, notes, personalities you opened, and settings in this browser will be removed. Only a file that you exported can bring them back.",
  action: "Erase everything",
};

async function isArchive(file: File): Promise<boolean> {
  const [first, second] = new Uint8Array(await file.slice(0, 2).arrayBuffer());
  return first === 0x50 && second === 0x4b;
}

function today(): string {
  return new Date().toISOString().slice(0, 10);
}
