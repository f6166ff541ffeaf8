import { LuminoraError, type ModelErrorCode } from "../errors.ts";
import type { Clock } from "../ports.ts";
import { errorMessage, readText } from "./answer.ts";
import type { HttpAnswer } from "./http.ts";
import { statusCode } from "./status-code.ts";

const errorBodyLimit = 64 << 10;

/** The error of an answer whose status is not 2xx, with what the server says about it. */
export async function statusError(answer: HttpAnswer, clock: Clock): Promise<LuminoraError> {
  const { status, headers } = answer.response;
  const text = await readText(answer, errorBodyLimit).catch((error: unknown) => {
    if (LuminoraError.isInstance(error)) throw error;
    return "";
  });
  const code = statusCode(status, text);
  const said = quoted(text);
  return answer.error(code, `The model's server answered ${status}${said && `: ${said}`}`, {
    hint: hints[code],
    retryAfterMs: retryAfter(headers.get("retry-after"), clock) ?? retryDelay(text),
  });
}

const hints: Partial<Record<ModelErrorCode, string>> = {
  model_auth: "Check the API key, and that it may use this model.",
  model_not_found: "Check baseURL (its path too) and the model id.",
  model_too_large: "Send less at once: a lower token budget, or shorter texts.",
  model_quota: "The account has no credit left: see the provider's billing page.",
  model_rate_limited: "Wait a moment, then send again.",
  model_unavailable: "The provider has trouble: send again later.",
  model_bad_response: "Check baseURL: what answered there is not this provider's interface.",
};

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

/** Milliseconds to wait, from seconds or a date; undefined when the header says neither. */
function retryAfter(header: string | null, clock: Clock): number | undefined {
  if (!header) return undefined;
  if (/^\s*\d+(\.\d+)?\s*$/.test(header)) return Number(header) * 1000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - clock());
}

/** The same, from a body: Google says it there. */
function retryDelay(body: string): number | undefined {
  const seconds = /"retryDelay":\s*"(\d+(?:\.\d+)?)s"/.exec(body)?.[1];
  return seconds === undefined ? undefined : Number(seconds) * 1000;
}

/** A call that got no answer, with what can be done about it. */
export function networkError(
  error: HttpAnswer["error"],
  cause: unknown,
  base: URL,
  kind = "",
): LuminoraError {
  const hint = `Check that the server runs and that baseURL is right. For a page: ${pages[kind] ?? allowed}`;
  return error("model_network", `No answer from ${base.origin}.`, { hint, cause });
}

const allowed = "the server must allow the page's origin (CORS).";

/** What a page needs to reach a provider, beyond a network. */
const pages: Record<string, string> = {
  openai: "this provider answers pages (CORS); a browser extension or a firewall may not let them through.",
  anthropic: "the organisation must allow calls from browsers (CORS); else set baseURL to a proxy of yours.",
  cohere: "this provider may refuse them (CORS): set baseURL to a proxy of yours.",
  mistral: "this provider refuses them (CORS) when they send further headers: leave the option headers out.",
  llama: "start Ollama with the page's origin in OLLAMA_ORIGINS (CORS).",
};
