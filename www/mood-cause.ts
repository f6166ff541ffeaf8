import type { Session, SessionState } from "luminoracore";
import { words } from "./dom.ts";
import { duration } from "./duration.ts";
import type { Personality } from "./personality.ts";
import { quoted, runOf } from "./runs.ts";
import { moment } from "./when.ts";

type Mood = SessionState["mood"];

/** The most turns that are looked through for what set a mood off. */
const searched = 60;

/** What set the mood off, and that it fades. */
export function moodCause(session: Session, personality: Personality, mood: Mood): string {
  const { name, usualMood, halfLife } = personality;
  const origin = originOf(session, mood);
  if (mood.current === usualMood) {
    if (origin) return `${origin}.`;
    const last = mood.history.at(-1);
    if (last?.cause === "manual") return "Set by hand.";
    if (!last) return "The usual mood: nothing has set off another.";
    return `The mood before it has faded: ${name} is ${words(usualMood)} again.`;
  }
  const fades = halfLife
    ? `It fades when nothing renews it: half of it is gone in ${duration(halfLife * 60_000)}.`
    : "It fades when nothing renews it.";
  const manual = mood.history.at(-1)?.cause === "manual" ? "Set by hand" : "Set off earlier";
  return `${origin ?? manual}. ${fades}`;
}

/** The newest turn that set this mood off or renewed it, in words. */
function originOf(session: Session, { current, since }: Mood): string | undefined {
  const turns = session.history({ limit: searched });
  for (let index = turns.length - 1; index > 0; index--) {
    const turn = turns[index];
    if (!turn || turn.at < since) return undefined;
    const { mood } = (turn.run && runOf(session, turn.run)) || {};
    if (!mood?.cause || mood.to !== current) continue;
    if (mood.cause.type === "model") return "The model that answered named it";
    const quote = quoted(turns[index - 1]?.text ?? "", mood.cause);
    if (quote) return `You said ${quote} (${moment(turn.at)})`;
  }
  return undefined;
}
