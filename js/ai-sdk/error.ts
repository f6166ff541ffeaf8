import { LuminoraError, type ModelErrorCode } from "../errors.ts";
import { isObject } from "../models/answer.ts";
import { redactedCause } from "../models/secrets.ts";
import { codeSaid, statusCode } from "../models/status-code.ts";
import { abortedError, systemClock } from "../ports.ts";

/**
 * What a model of the AI SDK threw, or gave as an `error` part, as a `LuminoraError`. Of its own errors only the message
 * is told: they keep the request, whose URL may hold a key.
 */
export function aiSdkError(error: unknown, signal?: AbortSignal): LuminoraError {
  if (signal?.aborted) return abortedError();
  if (LuminoraError.isInstance(error)) return error;
  const { name, statusCode: status, responseBody, responseHeaders, lastError } = Object(error) as Thrown;
  if (name === "AbortError" || name === "ResponseAborted") return abortedError();
  if (name === "AI_RetryError" && lastError !== undefined) return aiSdkError(lastError);
  const said = redact(saying(error)).slice(0, messageLimit);
  const code =
    typeof status === "number" ? statusCode(status, String(responseBody ?? said)) : codeOf(error, name, said);
  const answered = typeof status === "number" ? `answered ${status}: ${said}` : `failed: ${said}`;
  return new LuminoraError(code, `The model ${answered}`, {
    hint: hints[code],
    cause: error instanceof Error ? redactedCause(error, redact) : undefined,
    retryAfterMs: retryAfter(responseHeaders),
  });
}

/** What an error says of itself: an `error` part may hold anything. */
function saying(error: unknown, depth = 0): string {
  if (typeof error === "string") return error;
  const { message, error: inner } = Object(error) as { message?: unknown; error?: unknown };
  if (typeof message === "string") return message;
  return inner === undefined || depth > 3 ? "no reason given" : saying(inner, depth + 1);
}

interface Thrown {
  name?: unknown;
  statusCode?: unknown;
  responseBody?: unknown;
  responseHeaders?: unknown;
  lastError?: unknown;
}

const messageLimit = 400;

function codeOf(error: unknown, name: unknown, said: string): ModelErrorCode {
  // A call to a provider that has no status got no answer.
  if (name === "AI_APICallError") return "model_network";
  const { type, code } = Object(error) as { type?: unknown; code?: unknown };
  return codesOfNames.get(name) ?? codeSaid(`${type} ${code} ${said}`) ?? "model_unavailable";
}

const codesOfNames = new Map<unknown, ModelErrorCode>([
  ["AI_LoadAPIKeyError", "model_auth"],
  ["AI_LoadSettingError", "model_bad_request"],
  ["AI_InvalidArgumentError", "model_bad_request"],
  ["AI_InvalidPromptError", "model_bad_request"],
  ["AI_NoSuchModelError", "model_not_found"],
  ["AI_UnsupportedFunctionalityError", "model_unsupported"],
  ["AI_EmptyResponseBodyError", "model_bad_response"],
  ["AI_InvalidResponseDataError", "model_bad_response"],
  ["AI_JSONParseError", "model_bad_response"],
  ["AI_NoContentGeneratedError", "model_bad_response"],
  ["AI_TypeValidationError", "model_bad_response"],
]);

const hints: Partial<Record<ModelErrorCode, string>> = {
  model_auth: "Check the key that the provider of this model was given.",
  model_not_found: "Check the id that the model was made with.",
  model_network:
    "Check the network. A page may also need the provider's consent (CORS), or a server of yours.",
  model_rate_limited: "Wait a moment, then send again.",
};

/** Milliseconds to wait, as a provider says it: in milliseconds, seconds, or with a date. */
function retryAfter(headers: unknown): number | undefined {
  if (!isObject(headers)) return undefined;
  const [milliseconds, header] = [headers["retry-after-ms"], headers["retry-after"]];
  if (isNumeral(milliseconds)) return Number(milliseconds);
  if (isNumeral(header)) return Number(header) * 1000;
  const date = Date.parse(String(header));
  return Number.isNaN(date) ? undefined : Math.max(0, date - systemClock());
}

function isNumeral(text: unknown): boolean {
  return typeof text === "string" && /^\d+(\.\d+)?$/.test(text);
}

/** Takes out what looks like a key: which ones the application's providers hold is not known here. */
function redact(text: string): string {
  return text.replace(keys, "[redacted]");
}

const keys =
  /\b(?:sk|pk|gsk|xai|pplx|hf|r8|fw|csk)[-_][\w-]{12,}|\bAIza[\w-]{20,}|(?<=\bBearer\s+)[\w.~+/-]{8,}=*|(?<=[?&](?:api[-_]?)?key=)[^&\s"']+/gi;
