import type { SessionState } from "luminoracore";
import { byId, create, words } from "./dom.ts";
import { fillTrack } from "./track.ts";
import { moment } from "./when.ts";

type Affinity = SessionState["affinity"];
type Progression = Affinity["history"][number];

/** The most changes that are listed. */
const listed = 6;

/** Shows why affinity is what it is: the way to the next level, and the latest changes with their reasons. */
export function showWhy({ history, next_level, progress_in_level, points }: Affinity): void {
  const way = byId("why-way", HTMLDivElement);
  way.hidden = next_level === null;
  fillTrack(way, {
    label: `Way to ${words(next_level ?? "")}`,
    value: progress_in_level,
    text: `${Math.round(progress_in_level * 100)} %`,
  });
  const first = Math.max(0, history.length - listed);
  const latest = history.slice(first).map((change, index) => item(change, history[first + index - 1]));
  byId("why-changes", HTMLOListElement).replaceChildren(...latest.reverse());
  const lead = byId("why-lead", HTMLParagraphElement);
  if (history.length === 0) lead.textContent = "Every message of yours counts. There is none yet.";
  else if (history.length > listed) lead.textContent = `The latest of ${history.length} changes:`;
  else lead.textContent = `How it came to ${points} ${points === 1 ? "point" : "points"}:`;
}

function item(change: Progression, before: Progression | undefined): HTMLLIElement {
  return create(
    "li",
    {},
    create("span", { class: "why-delta", text: signed(change.delta) }),
    create("span", { text: reasons(change, before).join("; ") }),
    create("span", { class: "muted", text: moment(change.date) }),
  );
}

/** Why a change is what it is, in words: the kind of message first, then what else counted. */
export function reasons({ kind, reasons, delta, points }: Progression, before?: Progression): string[] {
  const named: Readonly<Record<string, string>> = {
    long_message: "one more for a long message",
    daily_cap: "the most for one day is reached",
    clock_corrected: "points given back that a wrong clock had taken",
    decay: `${Math.max(0, (before?.points ?? 0) + delta - points)} lost while you were away`,
  };
  const others = reasons.flatMap((reason) => named[reason] ?? []);
  return [message(kind), ...others];
}

function message(kind: string): string {
  if (kind === "manual") return "set by hand";
  if (kind === "neutral") return "a message";
  return /^(very_)?(positive|negative)$/.test(kind) ? `a ${words(kind)} message` : words(kind);
}

function signed(delta: number): string {
  return delta < 0 ? `−${-delta}` : `+${delta}`;
}
