import { byId, create } from "./dom.ts";

/** Tells people who listen to the page instead of looking at it: whole sentences, never single deltas. */
export function announce(...parts: readonly { readonly text: string; readonly lang?: string }[]): void {
  byId("announcer", HTMLDivElement).replaceChildren(...parts.map((part) => create("p", part)));
}
