import { create } from "./dom.ts";

/** What a bar from 0 to 1 shows. */
export interface Track {
  readonly label: string;
  readonly value: number;
  /** The value as people read it. */
  readonly text: string;
  /** Where it was before the last turn. */
  readonly before?: number | undefined;
  /** A tick: where it is without level and mood. */
  readonly base?: number | undefined;
}

/** Turns an element into a bar. */
export function fillTrack(element: HTMLElement, { label, value, text, before, base }: Track): void {
  element.setAttribute("role", "meter");
  element.setAttribute("aria-label", label);
  element.setAttribute("aria-valuemin", "0");
  element.setAttribute("aria-valuemax", "1");
  element.setAttribute("aria-valuenow", String(value));
  element.setAttribute("aria-valuetext", text);
  const parts = [part("track-fill", { "--from": 0, "--to": value })];
  if (before !== undefined && before !== value) {
    parts.push(part("track-change", { "--from": Math.min(before, value), "--to": Math.max(before, value) }));
  }
  if (base !== undefined) parts.push(part("track-base", { "--from": base, "--to": base }));
  element.replaceChildren(...parts);
}

function part(className: string, properties: Readonly<Record<string, number>>): HTMLElement {
  const made = create("span", { class: className });
  for (const [name, value] of Object.entries(properties)) made.style.setProperty(name, String(value));
  return made;
}
