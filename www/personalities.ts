import type { Luminora, SessionSummary, TemplateSummary } from "luminoracore";
import { button, byId, create, words } from "./dom.ts";
import { halo, initialOf } from "./halo.ts";
import { hueOf } from "./hue.ts";
import { owner } from "./owner.ts";
import { personalityOf } from "./personality.ts";

/** What can be chosen on the start view. */
export interface Choice {
  /** Begins a conversation with a personality. */
  begin(template: TemplateSummary): void;
  /** Goes on with a conversation. */
  resume(session: string): void;
}

/** Shows the personalities to choose from, and the conversations that there are. */
export async function showPersonalities(luminora: Luminora, choice: Choice): Promise<void> {
  const templates = await luminora.templates.list();
  const sessions = await luminora.sessions({ user: owner });
  const cards = templates.map((template) => {
    const latest = sessions.find((session) => session.template.id === template.id);
    return card(luminora, template, latest, choice);
  });
  byId("personalities", HTMLUListElement).replaceChildren(...(await Promise.all(cards)));
  byId("earlier", HTMLElement).hidden = sessions.length === 0;
  byId("conversations", HTMLUListElement).replaceChildren(
    ...sessions.map((session) => item(session, choice)),
  );
}

/** How long a conversation is, and when it was. */
export function describe({ turns, last_active, started_at }: SessionSummary): string {
  const when = new Date(last_active ?? started_at).toLocaleString("en", {
    month: "short",
    day: "numeric",
    hour: "numeric",
    minute: "2-digit",
  });
  return `${turns === 1 ? "1 turn" : `${turns} turns`}, ${when}`;
}

async function card(
  luminora: Luminora,
  template: TemplateSummary,
  latest: SessionSummary | undefined,
  choice: Choice,
): Promise<HTMLLIElement> {
  const { name, description, language: lang, tags } = template;
  const session = latest && (await luminora.createSession({ session: latest.id, user: owner }));
  const { affinity, levels } = session
    ? { affinity: session.state.affinity, levels: (await personalityOf(session)).levels }
    : { affinity: undefined, levels: [] };
  const orb = create("div", { class: "card-halo" }, halo(initialOf(name), levels, affinity?.points ?? 0));
  const begin = button(latest ? "New conversation" : `Talk to ${name}`, latest ? "quiet" : "primary", () =>
    choice.begin(template),
  );
  if (latest) begin.setAttribute("aria-label", `New conversation with ${name}`);
  const actions = create("div", { class: "row card-actions" }, begin);
  if (latest) {
    const resume = button("Continue", "primary", () => choice.resume(latest.id));
    resume.setAttribute("aria-label", `Continue with ${name}`);
    actions.prepend(resume);
  }
  const made = create(
    "li",
    { class: "card hued" },
    orb,
    create("h2", { text: name, lang }),
    create("p", { class: "card-language", text: languageName(lang) }),
    create("p", { class: "card-description", text: description, lang }),
    create(
      "ul",
      { class: "tags", lang, attributes: { "aria-label": "Tags" } },
      ...tags.map((text) => create("li", { text })),
    ),
    ...(affinity
      ? [create("p", { class: "card-level", text: `${words(affinity.level)} · ${affinity.points} points` })]
      : []),
    actions,
  );
  made.style.setProperty("--hue", String(hueOf(name)));
  return made;
}

function item(session: SessionSummary, choice: Choice): HTMLLIElement {
  const { id, template, title } = session;
  const open = button("", "conversation-link hued", () => choice.resume(id));
  open.style.setProperty("--hue", String(hueOf(template.name)));
  open.append(
    create("span", { class: "conversation-name", text: template.name, lang: template.language }),
    create("span", { class: "conversation-title", text: title ?? "" }),
    create("span", { class: "muted", text: describe(session) }),
  );
  return create("li", {}, open);
}

function languageName(code: string): string {
  try {
    return new Intl.DisplayNames("en", { type: "language" }).of(code) ?? code;
  } catch {
    return code;
  }
}
