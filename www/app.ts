import { Luminora, LuminoraError } from "luminoracore";
import { Chat } from "./chat.ts";
import { Data } from "./data.ts";
import { button, byId } from "./dom.ts";
import { hideFailure, showFailure } from "./failure.ts";
import { hueOf } from "./hue.ts";
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
  const luminora = await Luminora.open();
  const settings = new Settings();
  let current: string | undefined;

  const chat = new Chat({
    relationship: new Relationship(),
    model: () => settings.model,
    chooseModel: () => settings.open(),
    gone: () => attempt(() => showStart("That conversation was erased in another tab.")),
  });
  new Data(luminora, {
    current: () => current,
    show: (session) => showSession(session),
    async erased() {
      settings.forget();
      chat.forget();
      await showStart();
    },
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
  async function begin(template: string): Promise<void> {
    // A second click comes before the first has led anywhere.
    if (beginning) return;
    beginning = true;
    try {
      const sessions = await luminora.sessions({ user: owner });
      const empty = sessions.find((session) => session.template.name === template && session.turns === 0);
      goTo(empty?.id ?? (await luminora.createSession({ template, user: owner })).id);
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

/** Does something that the person asked for; what goes wrong is told at the top of the page. */
function attempt(work: () => Promise<void>): void {
  hideFailure(notice);
  work().catch((error: unknown) => showFailure(notice, error));
}
