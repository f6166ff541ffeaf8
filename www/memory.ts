import type { FactCategory, FactView, Luminora, MemoryView, Remembered, Session } from "luminoracore";
import { announce } from "./announce.ts";
import { AskMemory } from "./ask-memory.ts";
import { confirmed } from "./confirm.ts";
import { byId, create } from "./dom.ts";
import { hideFailure, showFailure } from "./failure.ts";
import { MemoryForm } from "./memory-form.ts";
import { type MemoryActions, memoryItem } from "./memory-item.ts";
import { categories, factInWords, inWords } from "./memory-words.ts";
import { Notes } from "./notes.ts";
import type { Personality } from "./personality.ts";
import type { RecalledPlace } from "./recalled-item.ts";
import type { Known } from "./recalled-words.ts";

/** An open conversation, and who else wants to know what is remembered. */
interface Open {
  readonly session: Session;
  readonly personality: Personality;
  readonly shown: (place: RecalledPlace) => void;
}

const nothing: Known = { memories: [], notes: [] };

/** The view of what a personality remembers about the person. */
export class Memory {
  readonly #luminora: Luminora;
  readonly #title = byId("memory-title", HTMLHeadingElement);
  readonly #list = byId("memories", HTMLDivElement);
  readonly #aside = byId("memories-aside", HTMLDetailsElement);
  readonly #asideList = byId("memories-aside-list", HTMLUListElement);
  readonly #failure = byId("memory-failure", HTMLDivElement);
  readonly #form: MemoryForm;
  readonly #ask = new AskMemory();
  readonly #notes: Notes;
  readonly #actions: MemoryActions = {
    forget: (memory) => void this.#attempt(() => this.#forget(memory)),
    restore: (memory) => void this.#attempt(() => this.#restore(memory)),
  };
  #open: Open | undefined;
  #memories: readonly MemoryView[] = [];
  #known: Known = nothing;

  constructor(luminora: Luminora) {
    this.#luminora = luminora;
    this.#notes = new Notes(luminora, () => this.#show());
    this.#form = new MemoryForm(
      () => this.#memories.filter((memory): memory is FactView => memory.type === "fact"),
      (fact) => this.#attempt(() => this.#remember(fact)),
    );
  }

  /** @param shown called with all that is known whenever it was looked at again */
  open(session: Session, personality: Personality, shown: Open["shown"]): void {
    this.#open = { session, personality, shown };
    hideFailure(this.#failure);
    this.#ask.open(session);
    for (const place of document.querySelectorAll<HTMLElement>("[data-name]")) {
      place.textContent = personality.name;
      place.lang = personality.language;
    }
    void this.update();
  }

  /** Leaves the conversation. What was erased does not stay in the page either. */
  close(): void {
    this.#open = undefined;
    this.#memories = [];
    this.#known = nothing;
    this.#form.clear();
    this.#ask.close();
    this.#notes.close();
    for (const place of [this.#list, this.#asideList]) place.replaceChildren();
  }

  /** Everything is erased: nothing that is on its way is added. */
  forget(): void {
    this.#notes.stop();
  }

  /** Shows what is remembered now; gives all that may be recalled. */
  async update(): Promise<Known> {
    await this.#attempt(() => this.#show());
    return this.#known;
  }

  async #show(): Promise<void> {
    const open = this.#open;
    if (!open) return;
    const { session, personality, shown } = open;
    const { instance } = session.summary;
    const all = await this.#luminora.memories({ user: session.user, status: "all" });
    const notes = await this.#notes.update();
    if (this.#open !== open) return;
    // Facts are the person's; what happened is between them and this personality.
    this.#memories = all.filter((memory) => memory.type === "fact" || memory.instance === instance);
    const active = this.#memories.filter(({ status }) => status === "active");
    const others = this.#memories.filter(({ status }) => status !== "active");
    this.#keepingFocus(() => {
      replaceIfNew(this.#list, groups(active, this.#actions));
      replaceIfNew(
        this.#asideList,
        others.map((memory) => memoryItem(memory, this.#actions)),
      );
    });
    this.#aside.hidden = others.length === 0;
    byId("memories-aside-count", HTMLSpanElement).textContent = `(${others.length})`;
    byId("memory-empty", HTMLParagraphElement).hidden = active.length > 0;
    byId("memory-count", HTMLSpanElement).textContent = active.length === 0 ? "" : String(active.length);
    this.#known = { memories: all, notes };
    const place: RecalledPlace = {
      known: this.#known,
      name: personality.name,
      language: personality.language,
      session: session.id,
      read: ({ id, span }) => void this.#notes.read(id, span),
    };
    this.#ask.update(place);
    shown(place);
  }

  async #remember(fact: Remembered): Promise<void> {
    const { session, personality } = this.#open ?? {};
    if (!session || !personality) return;
    const { key, value } = await this.#luminora.remember(fact, { user: session.user });
    await this.#show();
    announce({ text: `${personality.name} will remember: ${factInWords(key, value)}.` });
  }

  async #forget(memory: MemoryView): Promise<void> {
    const { session, personality } = this.#open ?? {};
    if (!session || !personality) return;
    if (!(await confirmed(forgetQuestion(memory, personality.name)))) return;
    const next = this.#neighbour(memory.id);
    await this.#luminora.forget(memory.id, { user: session.user });
    await this.#show();
    announce({ text: `Forgotten: ${inWords(memory)}.` });
    this.#focus(next);
  }

  async #restore(memory: MemoryView): Promise<void> {
    const { session, personality } = this.#open ?? {};
    if (!session || !personality) return;
    await this.#luminora.restore(memory.id, { user: session.user });
    await this.#show();
    announce({ text: `${personality.name} remembers again: ${inWords(memory)}.` });
    this.#focus(memory.id);
  }

  async #attempt(work: () => Promise<void>): Promise<boolean> {
    hideFailure(this.#failure);
    try {
      await work();
      return true;
    } catch (error) {
      showFailure(this.#failure, error);
      return false;
    }
  }

  /** Which memory is below that one in the list, or else above it. */
  #neighbour(id: string): string | undefined {
    const item = this.#item(id);
    const items = [...(item?.closest("#memories, #memories-aside")?.querySelectorAll(".memory") ?? [])];
    const at = item ? items.indexOf(item) : -1;
    return (items[at + 1] ?? items[at - 1])?.getAttribute("data-memory") ?? undefined;
  }

  #item(id: string | undefined): Element | null {
    return id === undefined ? null : document.querySelector(`[data-memory="${CSS.escape(id)}"]`);
  }

  /** Puts the focus where the person goes on: on that memory, or on the title of the list. */
  #focus(id: string | undefined): void {
    const target = this.#item(id)?.querySelector<HTMLElement>("button:last-of-type") ?? this.#title;
    target.focus();
  }

  /** New elements in the place of old ones must not take the focus away. */
  #keepingFocus(render: () => void): void {
    const focused = document.activeElement;
    const id = focused?.closest("[data-memory]")?.getAttribute("data-memory") ?? undefined;
    render();
    if (id === undefined || focused?.isConnected) return;
    const label = focused?.textContent;
    const buttons = [...(this.#item(id)?.querySelectorAll("button") ?? [])];
    (buttons.find(({ textContent }) => textContent === label) ?? this.#title).focus({ preventScroll: true });
  }
}

function groups(memories: readonly MemoryView[], actions: MemoryActions): HTMLElement[] {
  const facts = memories.filter((memory) => memory.type === "fact");
  const episodes = memories.filter((memory) => memory.type === "episode");
  return [
    ...(Object.keys(categories) as FactCategory[]).map((category) =>
      group(
        categories[category],
        facts.filter((fact) => fact.category === category),
        actions,
      ),
    ),
    group("Moments", episodes, actions),
  ].filter((made) => made !== undefined);
}

function group(
  title: string,
  memories: readonly MemoryView[],
  actions: MemoryActions,
): HTMLElement | undefined {
  if (memories.length === 0) return undefined;
  const items = memories.map((memory) => memoryItem(memory, actions));
  return create("section", {}, create("h3", { text: title }), create("ul", {}, ...items));
}

/** Leaves what is there where it looks the same: a selection, and what is being read, stay. */
function replaceIfNew(place: HTMLElement, made: readonly HTMLElement[]): void {
  const present = [...place.children];
  const same =
    present.length === made.length && made.every((one, index) => one.isEqualNode(present[index] ?? null));
  if (!same) place.replaceChildren(...made);
}

function forgetQuestion(memory: MemoryView, name: string) {
  return {
    title: "Forget this?",
    text: `“${inWords(memory)}” is erased for good, and ${name} will not learn it again from what you said so far. The messages themselves stay in the conversation.`,
    action: "Forget",
  };
}
