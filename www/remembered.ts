import type { Recalled, Session } from "luminoracore";
import { create } from "./dom.ts";
import { type RecalledPlace, recalledItem } from "./recalled-item.ts";
import { inOrder, isClose, isKnown, rememberedLine, wording } from "./recalled-words.ts";
import { runOf } from "./runs.ts";

/** What one search finds at most. */
const most = 10;

/** The blocks of a prompt that hold what was remembered, and what is in them. */
const types = { facts: "fact", episodes: "episode", notes: "note", recalled: "turn" } as const;

/** A reply on the page. */
interface Shown {
  readonly run: string;
  /** What the person had said. */
  readonly said: string;
  /** Whether it has come into view. */
  seen: boolean;
  /** What stands under it now. */
  key: string;
  /** What was remembered for it, once that was looked up in the log. */
  found?: readonly Recalled[];
}

/** The lines under replies that say what was remembered for them. */
export class Remembered {
  readonly #replies = new Map<Element, Shown>();
  /** What replies of this visit were given, by run: with the reasons as they were then. */
  readonly #told = new Map<string, readonly Recalled[]>();
  readonly #observer: IntersectionObserver;
  readonly #change: (work: () => void) => void;
  #session: Session | undefined;
  #place: RecalledPlace | undefined;

  /**
   * @param view what the replies scroll in
   * @param change does something that changes the height of replies
   */
  constructor(view: HTMLElement, change: (work: () => void) => void) {
    this.#change = change;
    // A search for each reply of a long conversation is much when nobody scrolls there.
    const options = { root: view, rootMargin: "50% 0px" };
    this.#observer = new IntersectionObserver((entries) => {
      for (const { target, isIntersecting } of entries) if (isIntersecting) this.#see(target);
    }, options);
  }

  open(session: Session): void {
    this.#observer.disconnect();
    this.#replies.clear();
    this.#told.clear();
    this.#session = session;
    this.#place = undefined;
  }

  /** Keeps what a reply was given, for when it is shown. */
  keep(run: string, memories: readonly Recalled[]): void {
    this.#told.set(run, inOrder(memories));
  }

  /** Takes care of the line under a reply. */
  under(element: Element, run: string, said: string): void {
    this.#replies.set(element, { run, said, seen: false, key: "" });
    this.#observer.observe(element);
  }

  /** Shows the lines with what is known now: what was erased is in none of them. */
  async show(place: RecalledPlace): Promise<void> {
    this.#place = place;
    for (const [run, memories] of this.#told) {
      this.#told.set(
        run,
        memories.filter((recalled) => isKnown(recalled, place.known)),
      );
    }
    for (const [element, reply] of this.#replies) {
      if (reply.seen || this.#told.has(reply.run)) await this.#fill(element, reply);
    }
  }

  #see(element: Element): void {
    this.#observer.unobserve(element);
    const reply = this.#replies.get(element);
    if (!reply) return;
    reply.seen = true;
    void this.#fill(element, reply);
  }

  async #fill(element: Element, reply: Shown): Promise<void> {
    const [place, session] = [this.#place, this.#session];
    if (!place || !session) return;
    const told = this.#told.get(reply.run);
    // The conversation may have been erased in another tab; that is told elsewhere.
    if (!told) reply.found ??= await fromLog(session, reply).catch(() => []);
    if (session !== this.#session) return;
    const all = told ?? reply.found ?? [];
    const memories = all.filter((recalled) => isKnown(recalled, place.known));
    const line = rememberedLine(memories, place.known);
    const key = memories.map((recalled) => `${recalled.id} ${wording(recalled, place.known)}`).join("\n");
    if (key === reply.key) return;
    reply.key = key;
    this.#change(() => {
      element.querySelector(".remembered")?.remove();
      if (line === "") return;
      const items = memories.map((recalled) => recalledItem(recalled, place, told !== undefined));
      const list = create("ul", { attributes: { "aria-label": "What was remembered" } }, ...items);
      const summary = create("summary", { text: line });
      const made = create("details", { class: "remembered" }, summary, list);
      const learned = element.querySelector(".learned");
      if (learned) learned.before(made);
      else element.append(made);
    });
  }
}

/**
 * What a reply of an earlier visit was given: its run names what the model was told, and asking again finds the words
 * and the reasons. How near it was is no longer the same: the message itself is there to be found now. What is not
 * found any more is left out.
 */
async function fromLog(session: Session, { run, said }: Shown): Promise<readonly Recalled[]> {
  const found: Recalled[] = [];
  for (const { name, items } of runOf(session, run)?.blocks ?? []) {
    const type = types[name as keyof typeof types];
    if (type === undefined || items.length === 0) continue;
    const recalled = await session.recall(said, { types: [type], limit: most });
    found.push(...recalled.filter((one) => items.includes(one.id) && isMeant(one)));
  }
  return inOrder(found);
}

/** Facts are told anyway; those alone were remembered that have more in common with a message than a small word. */
function isMeant({ type, matches, why }: Recalled): boolean {
  const saysMuch = (word: string) => word.length >= 4 || /[^a-z]/.test(word);
  return type === "turn" || matches.length > 1 || matches.some(saysMuch) || isClose(why.meaning);
}
