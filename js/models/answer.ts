import { LuminoraError } from "../errors.ts";
import type { HttpAnswer } from "./http.ts";

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

const wholeBodyLimit = 4 << 20;

/**
 * The body of an answer in one piece, from a server that does not stream; `undefined` for one that may be a stream.
 *
 * @throws LuminoraError `model_bad_response` for a page, with `hint`; `model_incomplete` when the answer breaks off
 */
export async function answeredOnce(answer: HttpAnswer, hint: string): Promise<string | undefined> {
  refusePage(answer, hint);
  if (!/\bjson\b/.test(contentType(answer))) return undefined;
  return wholeText(answer, wholeBodyLimit);
}

/** Refuses an HTML page: something else than the provider's interface answers at this address. */
export function refusePage(answer: HttpAnswer, hint: string): void {
  if (!/\bhtml\b/.test(contentType(answer))) return;
  answer.close();
  throw answer.error("model_bad_response", "The model's server answered with an HTML page.", { hint });
}

/** The text of an answer, at most `limit` bytes of it; `model_incomplete` when it breaks off. */
export function wholeText(answer: HttpAnswer, limit: number): Promise<string> {
  return readText(answer, limit).catch((cause: unknown) => {
    if (LuminoraError.isInstance(cause)) throw cause;
    throw answer.error("model_incomplete", "The model's answer broke off.", { cause });
  });
}

/** The text of a body, at most `limit` bytes of it; throws what the connection throws. */
export async function readText(answer: HttpAnswer, limit: number): Promise<string> {
  let text = "";
  const decoder = new TextDecoder();
  let length = 0;
  for await (const chunk of answer.chunks()) {
    text += decoder.decode(chunk, { stream: true });
    length += chunk.length;
    if (length >= limit) break;
  }
  return text + decoder.decode();
}

function contentType({ response }: HttpAnswer): string {
  return response.headers.get("content-type") ?? "";
}

/** Reads the chunks of a body as UTF-8, wherever they are cut; what is none is refused with the error of `fail`. */
export function utf8(fail: (cause: unknown) => Error): (bytes: Uint8Array) => string {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  return (bytes) => {
    try {
      return decoder.decode(bytes, { stream: true });
    } catch (cause) {
      throw fail(cause);
    }
  };
}
