import type { SessionState } from "luminoracore";
import { deltaMark } from "./delta.ts";
import { byId, words } from "./dom.ts";
import { halo, initialOf } from "./halo.ts";
import type { Personality } from "./personality.ts";

type Affinity = SessionState["affinity"];

/** Shows points, level and the way to the next level. `before`: the state before the last turn, for the marks. */
export function showAffinity(personality: Personality, now: Affinity, before: Affinity | undefined): void {
  const ring = byId("halo", HTMLDivElement);
  ring.replaceChildren(halo(initialOf(personality.name), personality.levels, now.points));
  ring.setAttribute("role", "meter");
  ring.setAttribute("aria-label", "Affinity");
  ring.setAttribute("aria-valuemin", "0");
  ring.setAttribute("aria-valuemax", "100");
  ring.setAttribute("aria-valuenow", String(now.points));

  const level = byId("level", HTMLSpanElement);
  level.textContent = words(now.level);
  level.lang = personality.language;
  level.classList.toggle("changed", before !== undefined && before.level !== now.level);
  const description = byId("level-description", HTMLParagraphElement);
  description.textContent = personality.levels.find(({ name }) => name === now.level)?.description ?? "";
  description.lang = personality.language;

  byId("points", HTMLSpanElement).textContent = `${now.points} of 100 points`;
  byId("points-delta", HTMLSpanElement).replaceChildren(deltaMark(before?.points, now.points, 0));
  byId("next-level", HTMLParagraphElement).textContent = wayUp(now);
}

function wayUp({ next_level, points_to_next_level, progress_in_level }: Affinity): string {
  if (next_level === null) return "The highest level";
  return `${points_to_next_level} more to ${words(next_level)} · ${Math.round(progress_in_level * 100)} % of this level`;
}
