import { LuminoraError, type ModelErrorCode } from "../errors.ts";
import {
  abortable,
  abortedError,
  type Clock,
  type Random,
  type Sleep,
  systemClock,
  systemRandom,
  systemSleep,
} from "../ports.ts";
import type { Capabilities } from "./model.ts";
import { type Redact, redactedCause, redactor, refuseKeyInBrowser } from "./secrets.ts";

/** What is needed to ask a provider over HTTP, whatever for. */
export interface HttpOptions {
  /** The model, as its provider names it. */
  model: string;
  /** Sent with each call, and held nowhere but in a closure. A function is asked before each call. */
  apiKey?: string | (() => string | Promise<string>) | undefined;
  /** Where the provider's paths begin, `http` or `https`. */
  baseURL?: string | undefined;
  /** Used in place of the environment's `fetch`. */
  fetch?: typeof globalThis.fetch | undefined;
  /** Sent in addition; treated as secrets in errors. */
  headers?: Readonly<Record<string, string>> | undefined;
  /** Allows an `apiKey` in a page or a worker. */
  dangerouslyAllowBrowser?: boolean | undefined;
  /** Ports for waiting between attempts. */
  clock?: Clock | undefined;
  random?: Random | undefined;
  sleep?: Sleep | undefined;
}

/** What every factory of a model behind HTTP takes. */
export interface HttpModelOptions extends HttpOptions {
  capabilities?: Capabilities | undefined;
  /** Size of the context window in tokens. */
  contextTokens?: number | undefined;
}

/** An answer with a 2xx status, its body not yet read. */
export interface HttpAnswer {
  readonly response: Response;
  /** An error about this answer, without secrets. */
  error(code: ModelErrorCode, message: string, details?: { hint?: string; cause?: unknown }): LuminoraError;
}

/** Posts JSON to one provider. */
export type Post = (path: string, body: unknown, signal: AbortSignal) => Promise<HttpAnswer>;

const maximumAttempts = 3;
const maximumRetryAfter = 60_000;
const errorBodyLimit = 64 << 10;
/** The most characters of a message; it is cut only after the secrets were taken out. */
const messageLimit = 400;

/**
 * The way to a provider: keys, retries and errors are the same for all of them.
 *
 * 429 (unless the quota is exhausted) and 5xx are tried again, three attempts in all; between them it waits as long
 * as `Retry-After` says, else 1 s and 2 s times a random factor of 0.5 to 1. A `Retry-After` above 60 s fails at once.
 *
 * @param keyHeaders how this provider takes the key
 * @param ownHeaders what this provider wants with every call
 */
export function httpPost(
  options: HttpOptions,
  keyHeaders: (key: string) => Record<string, string>,
  ownHeaders?: Readonly<Record<string, string>>,
): Post {
  const { clock = systemClock, random = systemRandom, sleep = systemSleep, apiKey, headers = {} } = options;
  if (apiKey) refuseKeyInBrowser(options.dangerouslyAllowBrowser);
  if (typeof options.model !== "string" || options.model.trim() === "") {
    throw new LuminoraError("invalid_argument", "The model has no id.", { path: "/model" });
  }
  const base = parseBaseURL(options.baseURL);
  // Looked up at each call, and called without a receiver, as browsers demand.
  const fetch: typeof globalThis.fetch = options.fetch ?? ((url, init) => globalThis.fetch(url, init));

  return async (path, body, signal) => {
    if (signal.aborted) throw abortedError();
    const key = typeof apiKey === "function" ? await askForKey(apiKey, signal) : apiKey;
    const redact = redactor([...(key ? [key, key.trim()] : []), ...secretParts(headers, base)]);
    const url = new URL(base);
    url.pathname = url.pathname.replace(/\/*$/, path);
    const init: RequestInit = {
      method: "POST",
      headers: {
        "content-type": "application/json",
        ...ownHeaders,
        ...(key && keyHeaders(key)),
        ...headers,
      },
      body: JSON.stringify(body),
      signal,
      // Followed, a redirect would carry the conversation to a host that nobody configured.
      redirect: "manual",
    };

    for (let attempt = 1; ; attempt++) {
      const asked = Promise.resolve().then(() => fetch(url.href, init));
      const response = await abortable(asked, signal).catch((cause: unknown) => {
        throw LuminoraError.isInstance(cause) ? cause : networkError(cause, base, redact);
      });
      if (response.ok) {
        return {
          response,
          error: (code, message, details = {}) =>
            new LuminoraError(code, redact(message).slice(0, messageLimit), {
              hint: details.hint,
              cause: redactedCause(details.cause, redact),
            }),
        };
      }
      const failure = await statusError(response, redact, clock, signal);
      const wait = failure.retryAfterMs ?? 1000 * 2 ** (attempt - 1) * jitter(random);
      if (!retried.has(failure.code) || attempt === maximumAttempts || wait > maximumRetryAfter)
        throw failure;
      await sleep(wait, signal);
    }
  };
}

/** The text of a body, at most `limit` bytes of it. */
export async function readText(response: Response, signal: AbortSignal, limit: number): Promise<string> {
  let text = "";
  const decoder = new TextDecoder();
  let length = 0;
  for await (const chunk of chunks(response, signal)) {
    text += decoder.decode(chunk, { stream: true });
    length += chunk.length;
    if (length >= limit) break;
  }
  return text + decoder.decode();
}

/** The body as it arrives. Leaving the loop closes the connection; the signal ends it with code `aborted`. */
export async function* chunks(response: Response, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const reader = response.body?.getReader();
  if (!reader) return;
  try {
    for (;;) {
      const { done, value } = await abortable(reader.read(), signal);
      if (done) return;
      yield value;
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}

const retried = new Set<string>(["model_rate_limited", "model_unavailable"]);

/** The code for a status that is not 2xx; `text` is the body. */
export function statusCode(status: number, text: string): ModelErrorCode {
  if (status === 401 || status === 403) return "model_auth";
  if (status === 404) return "model_not_found";
  if (status === 413) return "model_too_large";
  if (status === 402 || (status === 429 && quotaExhausted.test(text))) return "model_quota";
  if (status === 429) return "model_rate_limited";
  if (status >= 500 && status < 600) return "model_unavailable";
  return status >= 400 && status < 500 ? "model_bad_request" : "model_bad_response";
}

const quotaExhausted =
  /insufficient[_ ](quota|balance|funds|credits?)|billing_hard_limit|quota.{0,20}(exceeded|exhausted)|(exceeded|exhausted).{0,20}quota/i;

const hints: Partial<Record<ModelErrorCode, string>> = {
  model_auth: "Check the API key, and that it may use this model.",
  model_not_found: "Check baseURL (its path too) and the model id.",
  model_too_large: "Send less at once: a lower token budget, or shorter texts.",
  model_quota: "The account has no credit left: see the provider's billing page.",
  model_rate_limited: "Wait a moment, then send again.",
  model_unavailable: "The provider has trouble: send again later.",
  model_bad_response: "Check baseURL: what answered there is not this provider's interface.",
};

async function statusError(
  response: Response,
  redact: Redact,
  clock: Clock,
  signal: AbortSignal,
): Promise<LuminoraError> {
  const text = await readText(response, signal, errorBodyLimit).catch((error: unknown) => {
    if (LuminoraError.isInstance(error)) throw error;
    return "";
  });
  const code = statusCode(response.status, text);
  const said = quoted(text);
  const message = `The model's server answered ${response.status}${said && `: ${said}`}`;
  return new LuminoraError(code, redact(message).slice(0, messageLimit), {
    hint: hints[code],
    retryAfterMs: retryAfter(response.headers.get("retry-after"), clock),
  });
}

/** What a server says about an error. */
function quoted(text: string): string {
  let said = text;
  try {
    said = errorMessage(JSON.parse(text)) ?? text;
  } catch {
    if (text.trimStart().startsWith("<")) said = "an HTML page";
  }
  return said.trim();
}

/** The message in an error body of any of the usual shapes. */
export function errorMessage(body: unknown, depth = 0): string | undefined {
  if (typeof body === "string") return body;
  if (typeof body !== "object" || body === null || depth > 3) return undefined;
  const { error, message, detail } = body as Record<string, unknown>;
  for (const inner of [error, message, detail]) {
    const found = errorMessage(inner, depth + 1);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Milliseconds to wait, from seconds or a date; undefined when the header says neither. */
function retryAfter(header: string | null, clock: Clock): number | undefined {
  if (!header) return undefined;
  if (/^\s*\d+(\.\d+)?\s*$/.test(header)) return Number(header) * 1000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - clock());
}

/** A factor from 0.5 to 1. */
function jitter(random: Random): number {
  return 0.5 + (random(1)[0] ?? 0) / 510;
}

async function askForKey(apiKey: () => string | Promise<string>, signal: AbortSignal): Promise<string> {
  try {
    return await abortable(Promise.resolve().then(apiKey), signal);
  } catch {
    if (signal.aborted) throw abortedError();
    // Its error is not passed on: it may hold the key.
    throw new LuminoraError("model_auth", "The apiKey function failed.", { path: "/apiKey" });
  }
}

function networkError(cause: unknown, base: URL, redact: Redact): LuminoraError {
  return new LuminoraError("model_network", redact(`No answer from ${base.origin}.`), {
    hint: "Check that the server runs and that baseURL is right. For a page, the server must also allow the page's origin (CORS).",
    cause: redactedCause(cause, redact),
  });
}

function parseBaseURL(text: string | undefined): URL {
  const url = URL.canParse(text ?? "") ? new URL(text as string) : undefined;
  if (url && /^https?:$/.test(url.protocol) && !url.username && !url.password) return url;
  // The text is not repeated: it may hold a password.
  throw new LuminoraError("invalid_argument", "The base URL is no http or https URL without a user name.", {
    path: "/baseURL",
    hint: 'Write it like "http://localhost:8080/v1".',
  });
}

/** Values that may be secrets, whole and without a scheme such as `Bearer`. Short ones would garble every message. */
function secretParts(headers: Readonly<Record<string, string>>, base: URL): string[] {
  return [...Object.values(headers), ...base.searchParams.values()]
    .flatMap((value) => [value, value.slice(value.lastIndexOf(" ") + 1)])
    .filter((value) => value.length >= 8);
}
