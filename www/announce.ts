import { byId } from "./dom.ts";

/** Tells people who listen to the page instead of looking at it: whole sentences, never single deltas. */
export function announce(text: string, lang = "en"): void {
  const announcer = byId("announcer", HTMLDivElement);
  announcer.lang = lang;
  announcer.textContent = text;
}
