import { type ErrorDetails, LuminoraError, type ModelErrorCode } from "../errors.ts";
import { abortable, abortedError, type Random, systemClock, systemRandom, systemSleep } from "../ports.ts";
import { networkError, statusError } from "./http-error.ts";
import { checkedBase, type HttpOptions } from "./http-options.ts";
import { redactedCause, redactor } from "./secrets.ts";
import { type Watch, watchFor } from "./stall.ts";

/** How a provider is spoken to, whatever is asked. */
export interface Wire {
  /** As records name the provider; what a page can do about a call that does not arrive depends on it. */
  readonly kind?: string | undefined;
  /** How it takes the key; absent: as a bearer token. */
  readonly keyHeaders?: ((key: string) => Readonly<Record<string, string>>) | undefined;
  /** What it wants with every call. */
  readonly ownHeaders?: Readonly<Record<string, string>> | undefined;
}

/** An answer with a 2xx status, its body not yet read. */
export interface HttpAnswer {
  readonly response: Response;
  /**
   * The body as it arrives, once. Leaving the loop closes the connection. Throws `aborted`, `model_unavailable` when
   * the server keeps silent, and what the environment throws when the connection breaks.
   */
  chunks(): AsyncGenerator<Uint8Array>;
  /** Lets the little that may be left of the body pass, so that the connection can be used again. */
  finish(): void;
  /** Closes the connection, with whatever is left of the body. */
  close(): void;
  /** An error about this answer, without secrets. */
  error(
    code: ModelErrorCode,
    message: string,
    details?: Pick<ErrorDetails, "hint" | "cause" | "retryAfterMs">,
  ): LuminoraError;
}

/** Posts JSON to one provider. The path may have a query. */
export type Post = (path: string, body: unknown, signal: AbortSignal) => Promise<HttpAnswer>;

const maximumAttempts = 3;
const maximumRetryAfter = 60_000;
const defaultStallTimeout = 120_000;
/** How long the rest of an answer may take that is read for the sake of the connection alone, in milliseconds. */
const restTimeout = 100;
/** The most characters of a message; it is cut only after the secrets were taken out. */
const messageLimit = 400;

/**
 * The way to a provider: keys, retries and errors are the same for all of them.
 *
 * 429 (unless the quota is exhausted) and 5xx are tried again, three attempts in all; between them it waits as long
 * as `Retry-After` says, else 1 s and 2 s times a random factor of 0.5 to 1. A `Retry-After` above 60 s fails at once,
 * and so does a server that keeps silent: it may be at work on what it was asked.
 */
export function httpPost(options: HttpOptions & Wire): Post {
  const { clock = systemClock, random = systemRandom, sleep = systemSleep, apiKey, headers = {} } = options;
  const { stallTimeout = defaultStallTimeout, stallSleep = systemSleep } = options;
  const { kind, keyHeaders = bearer, ownHeaders } = options;
  const base = checkedBase(options);
  // Looked up at each call, and called without a receiver, as browsers demand.
  const fetch: typeof globalThis.fetch = options.fetch ?? ((url, init) => globalThis.fetch(url, init));

  return async (path, body, signal) => {
    if (signal.aborted) throw abortedError();
    const key = typeof apiKey === "function" ? await askForKey(apiKey, signal) : apiKey;
    const error: HttpAnswer["error"] = (code, message, { cause, ...details } = {}) => {
      const redact = redactor([...(key ? [key, key.trim()] : []), ...secretParts(headers, base)]);
      return new LuminoraError(code, redact(message).slice(0, messageLimit), {
        ...details,
        cause: redactedCause(cause, redact),
      });
    };
    const url = address(base, path);
    const init: RequestInit = {
      method: "POST",
      headers: {
        "content-type": "application/json",
        ...ownHeaders,
        ...(key && keyHeaders(key)),
        ...headers,
      },
      body: JSON.stringify(body),
      // Followed, a redirect would carry the conversation to a host that nobody configured.
      redirect: "manual",
    };

    for (let attempt = 1; ; attempt++) {
      const watch = watchFor(signal, stallTimeout, stallSleep);
      const asked = Promise.resolve().then(() => fetch(url, { ...init, signal: watch.signal }));
      const response = await watch.during(asked).catch((cause: unknown) => {
        watch.end();
        throw LuminoraError.isInstance(cause) ? cause : networkError(error, cause, base, kind);
      });
      const answer = answerOf(response, watch, error);
      if (response.ok) return answer;
      const failure = await statusError(answer, clock);
      const wait = failure.retryAfterMs ?? 1000 * 2 ** (attempt - 1) * jitter(random);
      if (!retried.has(failure.code) || attempt === maximumAttempts || wait > maximumRetryAfter)
        throw failure;
      await sleep(wait, signal);
    }
  };
}

const retried = new Set<string>(["model_rate_limited", "model_unavailable"]);

function answerOf(response: Response, watch: Watch, error: HttpAnswer["error"]): HttpAnswer {
  const reader = response.body?.getReader();
  let isFinishing = false;
  const answer: HttpAnswer = {
    response,
    error,
    async *chunks() {
      try {
        while (reader) {
          const { done, value } = await watch.during(reader.read());
          if (done) return;
          yield value;
        }
      } finally {
        if (!isFinishing) answer.close();
      }
    },
    finish() {
      isFinishing = true;
      watch.end();
      const late = setTimeout(answer.close, restTimeout);
      const pass = async () => {
        while (reader && !(await reader.read()).done);
      };
      const end = () => {
        clearTimeout(late);
        answer.close();
      };
      // Whatever comes of it, the answer is complete.
      pass().then(end, end);
    },
    close() {
      watch.end();
      reader?.cancel().catch(() => {});
    },
  };
  return answer;
}

function bearer(key: string): Record<string, string> {
  return { authorization: `Bearer ${key}` };
}

/** The path behind that of the base, the query beside that of the base. */
function address(base: URL, path: string): string {
  const [pathname = "", query] = path.split("?");
  const url = new URL(base);
  url.pathname = url.pathname.replace(/\/*$/, pathname);
  for (const [name, value] of new URLSearchParams(query)) url.searchParams.set(name, value);
  return url.href;
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

/** Values that may be secrets, whole and without a scheme such as `Bearer`. Short ones would garble every message. */
function secretParts(headers: Readonly<Record<string, string>>, base: URL): string[] {
  return [...Object.values(headers), ...base.searchParams.values()]
    .flatMap((value) => [value, value.slice(value.lastIndexOf(" ") + 1)])
    .filter((value) => value.length >= 8);
}
