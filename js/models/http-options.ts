import { LuminoraError } from "../errors.ts";
import type { Clock, Random, Sleep } from "../ports.ts";
import type { Capabilities } from "./model.ts";
import { refuseKeyInBrowser } from "./secrets.ts";

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
  /**
   * How many milliseconds the server may keep silent, before its answer and in the middle of it; then the call fails
   * with `model_unavailable`. Noticed up to a quarter later. Default two minutes; `Infinity`: for ever.
   */
  stallTimeout?: number | undefined;
  /** Ports for waiting between attempts. */
  clock?: Clock | undefined;
  random?: Random | undefined;
  sleep?: Sleep | undefined;
  /** Port that measures the silence of the server, in quarters of `stallTimeout`. */
  stallSleep?: Sleep | undefined;
}

/** What every factory of a model behind HTTP takes. */
export interface HttpModelOptions extends HttpOptions {
  capabilities?: Capabilities | undefined;
  /** Size of the context window in tokens. */
  contextTokens?: number | undefined;
}

/**
 * Refuses what cannot work, before anything is asked.
 *
 * @returns the base URL
 * @throws LuminoraError `invalid_argument`, `out_of_range`, `browser_key_refused`
 */
export function checkedBase(options: HttpOptions): URL {
  const { model, apiKey, stallTimeout = Infinity } = options;
  if (apiKey) refuseKeyInBrowser(options.dangerouslyAllowBrowser);
  if (typeof model !== "string" || model.trim() === "") {
    throw new LuminoraError("invalid_argument", "The model has no id.", { path: "/model" });
  }
  if (!(stallTimeout > 0)) {
    throw new LuminoraError("out_of_range", "This must be a number of milliseconds above 0.", {
      path: "/stallTimeout",
    });
  }
  return parseBaseURL(options.baseURL);
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
