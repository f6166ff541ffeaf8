import { LuminoraError } from "../errors.ts";
import { type HttpAnswer, readText } from "./http.ts";

/** A JSON object from outside. */
export type JsonObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether a value counts something, such as tokens. */
export function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** The object in a JSON text, if it is one. The parser's own error is not told: it quotes a part of the text. */
export function parseObject(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

const wholeBodyLimit = 4 << 20;

/**
 * The body of an answer in one piece, from a server that does not stream; `undefined` for one that may be a stream.
 *
 * @throws LuminoraError `model_bad_response` for a page, with `hint`; `model_incomplete` when the answer breaks off
 */
export async function answeredOnce(
  answer: HttpAnswer,
  hint: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  refusePage(answer, hint);
  if (!/\bjson\b/.test(contentType(answer))) return undefined;
  return wholeText(answer, signal, wholeBodyLimit);
}

/** Refuses an HTML page: something else than the provider's interface answers at this address. */
export function refusePage(answer: HttpAnswer, hint: string): void {
  if (!/\bhtml\b/.test(contentType(answer))) return;
  answer.response.body?.cancel().catch(() => {});
  throw answer.error("model_bad_response", "The model's server answered with an HTML page.", { hint });
}

/** The text of an answer, at most `limit` bytes of it; `model_incomplete` when it breaks off. */
export function wholeText(answer: HttpAnswer, signal: AbortSignal, limit: number): Promise<string> {
  return readText(answer.response, signal, limit).catch((cause: unknown) => {
    if (LuminoraError.isInstance(cause)) throw cause;
    throw answer.error("model_incomplete", "The model's answer broke off.", { cause });
  });
}

function contentType({ response }: HttpAnswer): string {
  return response.headers.get("content-type") ?? "";
}
