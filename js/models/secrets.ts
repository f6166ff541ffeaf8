import { LuminoraError } from "../errors.ts";

/** Takes every known secret out of a text. */
export type Redact = (text: string) => string;

/** A redactor of these secrets, also where they stand in JSON or in a URL. */
export function redactor(secrets: readonly string[]): Redact {
  const forms = secrets
    .flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret)])
    .filter((form) => form !== "")
    // Longest first, so that no rest of a longer secret stays behind.
    .sort((a, b) => b.length - a.length);
  return (text) => forms.reduce((redacted, form) => redacted.replaceAll(form, "[redacted]"), text);
}

/**
 * A copy of an error without secrets, to be the `cause` of another: fetch functions quote headers and URLs in what
 * they throw, and keep the request on it.
 */
export function redactedCause(error: unknown, redact: Redact, depth = 0): Error | undefined {
  if (error === undefined || depth > 4) return undefined;
  const { name, message, stack, code, cause } = (
    typeof error === "object" && error ? error : {}
  ) as ErrorLike;
  const copy = new Error(redact(String(message ?? error)), {
    cause: redactedCause(cause, redact, depth + 1),
  });
  copy.name = redact(String(name ?? "Error"));
  copy.stack = redact(String(stack ?? copy.stack));
  return code === undefined ? copy : Object.assign(copy, { code: redact(String(code)) });
}

interface ErrorLike {
  name?: unknown;
  message?: unknown;
  stack?: unknown;
  code?: unknown;
  cause?: unknown;
}

/** Refuses a key where every visitor of the page could read it. */
export function refuseKeyInBrowser(allowed: boolean | undefined): void {
  if (!allowed && inBrowser()) {
    throw new LuminoraError(
      "browser_key_refused",
      "An API key in a browser can be read by everyone who uses the page.",
      {
        path: "/apiKey",
        hint: "Call through a server of yours that adds the key, or set dangerouslyAllowBrowser: true when the key belongs to the person at the browser.",
      },
    );
  }
}

/** A page or one of its workers; only browsers give workers `importScripts`. */
export function inBrowser(): boolean {
  const scope = globalThis as { document?: unknown; importScripts?: unknown };
  return typeof scope.document === "object" || typeof scope.importScripts === "function";
}
