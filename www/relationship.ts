import type { Session, SessionState } from "luminoracore";
import { showAffinity } from "./affinity.ts";
import { byId, words } from "./dom.ts";
import { hueOf } from "./hue.ts";
import { showMood } from "./mood.ts";
import { moodCause } from "./mood-cause.ts";
import { showParameters } from "./parameters.ts";
import type { Personality } from "./personality.ts";
import { wireTabs } from "./tabs.ts";
import { ThisConversation } from "./this-conversation.ts";
import { showWhy } from "./why.ts";

/** A mood fades while nobody speaks. */
const refreshEvery = 15_000;

/** The panel that shows what a relationship is like, and what the last turn changed in it. */
export class Relationship {
  #session: Session | undefined;
  #personality: Personality | undefined;
  /** Before the last turn, and after it. */
  #before: SessionState | undefined;
  #now: SessionState | undefined;
  readonly #counts = new ThisConversation();

  constructor() {
    wireTabs(byId("relationship-tabs", HTMLDivElement));
    const unfold = byId("unfold", HTMLButtonElement);
    unfold.addEventListener("click", () => {
      const open = unfold.getAttribute("aria-expanded") !== "true";
      unfold.setAttribute("aria-expanded", String(open));
    });
    byId("relationship", HTMLElement).addEventListener("keydown", ({ key }) => {
      if (key === "Escape" && unfold.getAttribute("aria-expanded") === "true") {
        unfold.setAttribute("aria-expanded", "false");
        unfold.focus();
      }
    });
    setInterval(() => {
      if (!document.hidden) this.#refresh();
    }, refreshEvery);
    document.addEventListener("visibilitychange", () => this.#refresh());
  }

  /** Shows a session as it is, without marks. */
  open(session: Session, personality: Personality): void {
    this.#session = session;
    this.#personality = personality;
    this.#before = undefined;
    this.#now = snapshot(session);
    this.#show();
    this.#counts.open(session, personality);
  }

  close(): void {
    this.#session = undefined;
    this.#counts.close();
  }

  /** Shows the session after a turn, with marks on what changed. */
  update(): void {
    if (!this.#session) return;
    this.#before = this.#now;
    this.#now = snapshot(this.#session);
    this.#show();
    this.#counts.update();
  }

  #refresh(): void {
    if (!this.#session || !this.#now) return;
    const now = snapshot(this.#session);
    if (looks(now) === looks(this.#now)) return;
    this.#now = now;
    this.#show();
  }

  #show(): void {
    const [session, personality, now, before] = [this.#session, this.#personality, this.#now, this.#before];
    if (!session || !personality || !now) return;
    showAffinity(personality, now.affinity, before?.affinity);
    showWhy(now.affinity);
    showMood(personality, now.mood, before?.mood);
    byId("mood-cause", HTMLParagraphElement).textContent = moodCause(session, personality, now.mood);
    showParameters(personality, now, before);
    const { affinity, mood } = now;
    const name = byId("summary-name", HTMLSpanElement);
    name.textContent = personality.name;
    name.lang = personality.language;
    byId("summary-state", HTMLSpanElement).textContent =
      `${words(affinity.level)}, ${affinity.points} points · ${words(mood.current)}`;
    const { style } = document.documentElement;
    const neutral = personality.usualMood === mood.current;
    style.setProperty("--mood-hue", String(neutral ? hueOf(personality.name) : hueOf(mood.current)));
    style.setProperty("--mood-strength", String(neutral ? 0.3 : 0.35 + 0.65 * mood.intensity));
  }
}

/** A session's state with its histories read, so that it stays as it was. */
function snapshot({ state }: Session): SessionState {
  return {
    ...state,
    affinity: { ...state.affinity },
    mood: { ...state.mood },
  };
}

/** What of a state can be seen to change while nobody speaks. */
function looks({ mood, parameters, affinity }: SessionState): string {
  return JSON.stringify([
    mood.current,
    mood.intensity.toFixed(2),
    parameters,
    affinity.points,
    affinity.level,
  ]);
}
