const storageKey = "luminora.session";

/** Where on the page: `#session=<id>` is a conversation; anything else is the start view. */
export function sessionInPlace(): string | undefined {
  const [, id] = /^#session=(.+)$/.exec(location.hash) ?? [];
  return id && decodeURIComponent(id);
}

/** Where a fresh visit without an address of its own begins: the last conversation, if there was one. */
export function lastSession(): string | undefined {
  return location.hash === "" ? (localStorage.getItem(storageKey) ?? undefined) : undefined;
}

/** Goes to a conversation, or to the start view. The browser's back button leads back. */
export function goTo(session?: string): void {
  location.hash = session ? `session=${encodeURIComponent(session)}` : "personalities";
}

/** Replaces the address without a step in the browser's history. */
export function settleAt(session?: string): void {
  history.replaceState(null, "", session ? `#session=${encodeURIComponent(session)}` : "#personalities");
}

/** Keeps the conversation for the next visit; `undefined` forgets it. */
export function rememberSession(session: string | undefined): void {
  if (session) localStorage.setItem(storageKey, session);
  else localStorage.removeItem(storageKey);
}
