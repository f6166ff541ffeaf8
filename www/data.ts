import { exportCard, type Luminora, type Session, type SessionSummary, type Storage } from "luminoracore";
import { bringBack } from "./bring-back.ts";
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
  readonly #passphrase = byId("export-passphrase", HTMLInputElement);
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
    this.#dialog.addEventListener("close", () => {
      this.#passphrase.value = "";
    });
    this.#file.addEventListener("change", () => {
      const file = this.#file.files?.[0];
      if (file) void this.#attempt(() => this.#import(file));
    });
  }

  /** Brings back a file that was opened elsewhere on the page. */
  async bringBack(file: File): Promise<void> {
    await this.#open();
    await this.#attempt(() => this.#import(file));
  }

  async #open(): Promise<void> {
    hideFailure(this.#failure);
    this.#tell();
    this.#dialog.showModal();
    await Promise.all([this.#listSessions(), this.#tellOfKeeping()]);
  }

  /** Whether the browser may clear the page's data when its disk is nearly full. */
  async #tellOfKeeping(): Promise<void> {
    const isPromised = await navigator.storage?.persisted?.();
    byId("data-kept", HTMLSpanElement).textContent = isPromised
      ? "The browser has promised to keep it."
      : "When the disk is nearly full, the browser may clear it: download everything now and then.";
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
    const passphrase = this.#passphrase.value;
    const options = passphrase === "" ? {} : { passphrase };
    const file = await this.#luminora.exportBundle({ user: owner, ...options });
    this.#download(`luminora-${today()}.zip`, file, passphrase === "" ? "" : "Only its passphrase opens it.");
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

  #download(name: string, content: string | Uint8Array<ArrayBuffer> | Blob, note = ""): void {
    const isBlob = content instanceof Blob;
    download(name, content, isBlob ? content.type : undefined);
    const size = isBlob ? content.size : content.length;
    this.#tell(`${name} is on its way to your downloads (${Math.ceil(size / 1024)} KB). ${note}`);
  }

  async #import(file: File): Promise<void> {
    this.#tell(`Reading ${file.name}…`);
    try {
      const brought = await bringBack(this.#luminora, file);
      if (!brought) return this.#tell("Nothing was changed.");
      if (brought.session) await this.#host.show(brought.session);
      await this.#listSessions();
      this.#tell(brought.text, brought.notes);
    } finally {
      this.#file.value = "";
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
      this.#failure.scrollIntoView({ block: "nearest" });
    }
  }

  #tell(text = "", notes: readonly string[] = []): void {
    const items = notes.map((text) => create("li", { text }));
    this.#result.replaceChildren(
      ...(text ? [create("p", { text })] : []),
      ...(items.length > 0 ? [create("ul", {}, ...items)] : []),
    );
    if (text) this.#result.scrollIntoView({ block: "nearest" });
  }
}

const eraseQuestion = {
  title: "Erase everything?",
  text: "All conversations, relationships, notes, personalities you opened, and settings in this browser will be removed. Only a file that you exported can bring them back.",
  action: "Erase everything",
};

function today(): string {
  return new Date().toISOString().slice(0, 10);
}
