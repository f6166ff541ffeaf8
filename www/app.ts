import { indexedDbStorage, Luminora, LuminoraError, type TemplateSummary } from "luminoracore";
import { Chat } from "./chat.ts";
import { Data } from "./data.ts";
import { button, byId } from "./dom.ts";
import { Erase } from "./erase.ts";
import { hideFailure, showFailure } from "./failure.ts";
import { type Chosen, FilePanel } from "./file-panel.ts";
import { hueOf } from "./hue.ts";
import { Memory } from "./memory.ts";
import { owner } from "./owner.ts";
import { showPersonalities } from "./personalities.ts";
import { personalityOf } from "./personality.ts";
import { goTo, lastSession, rememberSession, sessionInPlace, settleAt } from "./place.ts";
import { Relationship } from "./relationship.ts";
import { Settings } from "./settings.ts";

const notice = byId("notice", HTMLDivElement);

main().catch((error: unknown) => {
  showFailure(notice, error, [button("Reload", "quiet", () => location.reload())]);
});

async function main(): Promise<void> {
  const storage = indexedDbStorage({ persist: true });
  const luminora = await Luminora.open({ storage });
  const settings = new Settings();
  let current: string | undefined;

  const chat = new Chat({
    relationship: new Relationship(),
    memory: new Memory(luminora),
    model: () => settings.model,
    chooseModel: () => settings.open(),
    erase: new Erase(luminora),
    erased: () => showStart("That conversation is erased."),
    gone: () => attempt(() => showStart("That conversation was erased in another tab.")),
  });
  const data = new Data(luminora, storage, {
    current: () => current,
    show: (session) => showSession(session),
    async erased() {
      settings.forget();
      chat.forget();
      await showStart();
    },
  });
  new FilePanel({
    begin: (personality) => begin(personality),
    bringBack: (file) => data.bringBack(file),
  });
  for (const close of document.querySelectorAll("[data-close]")) {
    close.addEventListener("click", () => close.closest("dialog")?.close());
  }

  async function showStart(message = ""): Promise<void> {
    chat.close();
    current = undefined;
    rememberSession(undefined);
    settleAt();
    await showPersonalities(luminora, {
      begin: (template) => attempt(() => begin(template)),
      resume: (session) => goTo(session),
    });
    show("start", "luminora");
    notice.textContent = message;
    notice.hidden = message === "";
    byId("start", HTMLElement).querySelector("h1")?.focus();
  }

  let beginning = false;
  async function begin({ id, name, document }: Chosen): Promise<void> {
    // A second click comes before the first has led anywhere.
    if (beginning) return;
    beginning = true;
    try {
      const sessions = await luminora.sessions({ user: owner });
      const other = sessions.find(({ template }) => template.name === name && template.id !== id);
      if (other) throw alreadyKnown(other.template);
      if (document) await luminora.templates.add(document);
      const empty = sessions.find(({ template, turns }) => template.id === id && turns === 0);
      goTo(empty?.id ?? (await luminora.createSession({ template: id, user: owner })).id);
    } finally {
      beginning = false;
    }
  }

  async function showSession(id: string): Promise<void> {
    const session = await luminora.createSession({ session: id, user: owner });
    const personality = await personalityOf(session);
    current = id;
    rememberSession(id);
    settleAt(id);
    hideFailure(notice);
    document.documentElement.style.setProperty("--hue", String(hueOf(personality.name)));
    show("conversation", `${personality.name} · luminora`);
    chat.open(session, personality);
  }

  async function follow(): Promise<void> {
    const wanted = sessionInPlace() ?? lastSession();
    if (!wanted) return await showStart();
    if (wanted === current) return;
    try {
      await showSession(wanted);
    } catch (error) {
      if (!LuminoraError.isInstance(error) || error.code !== "unknown_session") throw error;
      await showStart("That conversation is not in this browser.");
    }
  }

  addEventListener("hashchange", () => attempt(follow));
  await follow();
}

function show(view: "start" | "conversation", title: string): void {
  for (const id of ["start", "conversation"]) byId(id, HTMLElement).hidden = id !== view;
  document.body.dataset.view = view;
  document.title = title;
}

/** A relationship stays with the personality that it began with, and a person has one for each name. */
function alreadyKnown({ name, version }: TemplateSummary): LuminoraError {
  const message = `You already know ${name} (${version}), and a relationship stays with the personality it began with.`;
  const hint = "To meet this one too, give it another name in its file.";
  return new LuminoraError("template_conflict", message, { hint });
}

/** Does something that the person asked for; what goes wrong is told at the top of the page. */
function attempt(work: () => Promise<void>): void {
  hideFailure(notice);
  work().catch((error: unknown) => showFailure(notice, error));
}
