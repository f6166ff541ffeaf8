import type { Recalled, Session, TurnView } from "luminoracore";
import { type Change, changesOf } from "./changes.ts";
import { button, byId, create } from "./dom.ts";
import { hueOf } from "./hue.ts";
import { learnedLine } from "./learned.ts";
import type { Personality } from "./personality.ts";
import type { RecalledPlace } from "./recalled-item.ts";
import { Remembered } from "./remembered.ts";

/** Turns that are shown at first, and more of them at each wish. */
const pageSize = 60;

/** A turn that is not stored yet. */
export interface PendingTurn {
  append(delta: string): void;
  remove(): void;
}

/** The turns of a conversation, and the one on its way. */
export class Transcript {
  readonly #view = byId("transcript", HTMLElement);
  readonly #turns = byId("turns", HTMLOListElement);
  readonly #pending = byId("pending", HTMLOListElement);
  readonly #older = byId("older", HTMLButtonElement);
  readonly #opening = byId("opening", HTMLParagraphElement);
  readonly #elements = new Map<string, HTMLLIElement>();
  /** The replies under which it stands what a turn of the person taught, by that turn's id. */
  readonly #replies = new Map<string, HTMLElement>();
  readonly #remembered = new Remembered(this.#view, (work) => this.#keepingEnd(work));
  #learned: ReadonlyMap<string, readonly string[]> = new Map();
  #session: Session | undefined;
  #personality: Personality | undefined;
  #limit = pageSize;
  readonly #erase: (turn: string) => void;

  /** @param erase called when the person wants to erase one of their turns */
  constructor(erase: (turn: string) => void) {
    this.#erase = erase;
    this.#older.addEventListener("click", () => {
      this.#limit += pageSize;
      const fromEnd = this.#view.scrollHeight - this.#view.scrollTop;
      this.update();
      this.#view.scrollTop = this.#view.scrollHeight - fromEnd;
    });
  }

  open(session: Session, personality: Personality): void {
    this.#session = session;
    this.#personality = personality;
    this.#limit = pageSize;
    this.#elements.clear();
    this.#replies.clear();
    this.#remembered.open(session);
    this.#learned = new Map();
    this.#turns.replaceChildren();
    this.#pending.replaceChildren();
    this.update();
    this.scrollToEnd();
  }

  /** Shows the turns that are stored. */
  update(): void {
    const [session, personality] = [this.#session, this.#personality];
    if (!session || !personality) return;
    const atEnd = this.#atEnd();
    const turns = session.history({ limit: this.#limit });
    this.#older.hidden = turns.length < this.#limit;
    let said: TurnView | undefined;
    const elements = turns.map((turn) => {
      if (turn.role === "user") said = turn;
      const present = this.#elements.get(turn.id);
      const element = present ?? this.#element(turn, session, personality, said?.text ?? "");
      this.#elements.set(turn.id, element);
      if (!present && turn.run && said && turn !== said) this.#remembered.under(element, turn.run, said.text);
      if (turn !== said && said) this.#replies.set(said.id, element);
      return element;
    });
    const shown = [...this.#turns.children];
    const common = shown.every((element, index) => element === elements[index]);
    // Only what is new is added where that is possible: it keeps selections and scrolling as they are.
    if (common) this.#turns.append(...elements.slice(shown.length));
    else this.#turns.replaceChildren(...elements);
    this.#fillLearned();
    this.#opening.hidden = turns.length > 0 || this.#pending.childElementCount > 0;
    this.#opening.textContent = `This is the beginning. Say hello to ${personality.name}.`;
    if (atEnd) this.scrollToEnd();
  }

  /** Shows under each turn what it taught; see `learnedByTurn`. */
  showLearned(learned: ReadonlyMap<string, readonly string[]>): void {
    this.#learned = learned;
    this.#keepingEnd(() => this.#fillLearned());
  }

  /** Keeps what was recalled for a reply that is about to be shown. */
  keepRemembered(run: string, memories: readonly Recalled[]): void {
    this.#remembered.keep(run, memories);
  }

  /** Shows under each reply what was remembered for it. */
  showRemembered(place: RecalledPlace): void {
    void this.#remembered.show(place);
  }

  /** Shows what was just said, and room for the reply. */
  begin(text: string): PendingTurn {
    const personality = this.#personality;
    const reply = create("p", { class: "said" });
    const waiting = create(
      "span",
      {
        class: "waiting",
        attributes: { role: "img", "aria-label": `${personality?.name ?? "It"} is writing` },
      },
      create("i"),
      create("i"),
      create("i"),
    );
    reply.append(waiting);
    if (personality) reply.lang = personality.language;
    const elements = [
      create("li", { class: "turn turn-user" }, speaker("You"), create("p", { class: "said", text })),
      create("li", { class: "turn turn-assistant" }, speaker(personality?.name ?? ""), reply),
    ];
    this.#pending.append(...elements);
    this.#opening.hidden = true;
    this.scrollToEnd();
    return {
      append: (delta) => {
        const atEnd = this.#atEnd();
        waiting.remove();
        reply.append(create("span", { class: "delta-text", text: delta }));
        if (atEnd) this.scrollToEnd();
      },
      remove: () => {
        for (const element of elements) element.remove();
      },
    };
  }

  scrollToEnd(): void {
    this.#view.scrollTop = this.#view.scrollHeight;
  }

  #fillLearned(): void {
    for (const [turn, element] of this.#replies) {
      const text = learnedLine(this.#learned.get(turn) ?? []);
      const present = element.querySelector(".learned");
      if (text === (present?.textContent ?? "")) continue;
      present?.remove();
      if (text !== "") element.append(create("p", { class: "learned", text }));
    }
  }

  #element(turn: TurnView, session: Session, personality: Personality, said: string): HTMLLIElement {
    const element = turnElement(turn, session, personality, said);
    if (turn.role === "user") element.insertBefore(this.#eraseButton(turn), element.lastChild);
    return element;
  }

  #eraseButton({ id, text }: TurnView): HTMLButtonElement {
    const erase = button("Erase", "quiet erase-turn", () => this.#erase(id));
    erase.setAttribute("aria-label", `Erase “${text.length > 40 ? `${text.slice(0, 40)}…` : text}”`);
    erase.setAttribute("aria-haspopup", "dialog");
    return erase;
  }

  /** Who looks at the end goes on looking at it. */
  #keepingEnd(work: () => void): void {
    const atEnd = this.#atEnd();
    work();
    if (atEnd) this.scrollToEnd();
  }

  #atEnd(): boolean {
    const { scrollHeight, scrollTop, clientHeight } = this.#view;
    return scrollHeight - scrollTop - clientHeight < 80;
  }
}

function turnElement(
  turn: TurnView,
  session: Session,
  personality: Personality,
  said: string,
): HTMLLIElement {
  if (turn.role === "user") {
    return create(
      "li",
      { class: "turn turn-user" },
      speaker("You"),
      create("p", { class: "said", text: turn.text }),
    );
  }
  const changes = turn.run ? changesOf(session, turn.run, personality.name, said) : [];
  return create(
    "li",
    { class: "turn turn-assistant" },
    speaker(personality.name),
    create("p", { class: "said", text: turn.text, lang: personality.language }),
    ...(changes.length > 0
      ? [
          create(
            "ul",
            { class: "changes", attributes: { "aria-label": "What changed" } },
            ...changes.map(changeElement),
          ),
        ]
      : []),
  );
}

function changeElement({ kind, text, mood }: Change): HTMLLIElement {
  const made = create("li", { class: `change change-${kind}`, text });
  if (mood !== undefined) {
    made.classList.add("hued");
    made.style.setProperty("--hue", String(hueOf(mood)));
  }
  return made;
}

function speaker(name: string): HTMLElement {
  return create("p", { class: "visually-hidden", text: `${name}:` });
}
