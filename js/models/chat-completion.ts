import type { ModelErrorCode } from "../errors.ts";
import { answeredOnce, isCount, isObject, type JsonObject, parseObject } from "./answer.ts";
import { errorMessage, type HttpAnswer, type HttpModelOptions, type Post, statusCode } from "./http.ts";
import type { CallOptions } from "./model.ts";
import type { FinishReason, Part } from "./part.ts";
import { serverSentEvents } from "./server-sent-events.ts";

/** One call of OpenAI's chat completions, streamed or in one piece, as the server likes. */
export async function* chatCompletion(
  post: Post,
  options: HttpModelOptions,
  call: CallOptions,
): AsyncGenerator<Part> {
  const answer = await post("/chat/completions", requestBody(options, call), call.signal);
  const completion = new Completion(answer);
  const whole = await answeredOnce(answer, wrongAddress, call.signal);
  if (whole !== undefined) yield* completion.read(whole);
  else for await (const data of serverSentEvents(answer, isEnd, call.signal)) yield* completion.read(data);
  yield* completion.end();
}

const isEnd = (data: string) => data.trim() === "[DONE]";
const wrongAddress = "Check baseURL: it usually ends in /v1.";

function requestBody({ model, capabilities = {} }: HttpModelOptions, call: CallOptions): unknown {
  // JSON leaves out what is undefined.
  return {
    model,
    messages: [...(call.system ? [{ role: "system", content: call.system }] : []), ...call.messages],
    temperature: capabilities.temperature === false ? undefined : call.temperature,
    [capabilities.tokenKey ?? "max_tokens"]: call.maxOutputTokens,
    stop: call.stop?.length ? call.stop : undefined,
    response_format: call.responseSchema && {
      type: "json_schema",
      json_schema: { name: "reply", schema: call.responseSchema },
    },
    stream: true,
    stream_options: { include_usage: true },
  };
}

/** One answer, read chunk by chunk. */
class Completion {
  readonly #answer: HttpAnswer;
  #started = false;
  #hasText = false;
  #refusal = "";
  #usage: Part | undefined;
  #finish: FinishReason = "other";

  constructor(answer: HttpAnswer) {
    this.#answer = answer;
  }

  /** The parts in the JSON text of a chunk, or of a whole answer. */
  *read(text: string): Generator<Part> {
    const chunk = this.#parse(text);
    if (isObject(chunk.error) || typeof chunk.error === "string") throw this.#reported(chunk.error);
    if (isObject(chunk.usage)) this.#usage = usagePart(chunk.usage);
    const choice: unknown = Array.isArray(chunk.choices) ? chunk.choices[0] : undefined;
    if (!isObject(choice)) return;
    this.#started = true;
    if (typeof choice.finish_reason === "string")
      this.#finish = finishReasons.get(choice.finish_reason) ?? "other";
    const delta = choice.delta ?? choice.message;
    if (!isObject(delta)) return;
    const reasoning = delta.reasoning_content ?? delta.reasoning;
    if (typeof reasoning === "string" && reasoning) yield { type: "reasoning-delta", text: reasoning };
    if (typeof delta.refusal === "string") this.#refusal += delta.refusal;
    if (typeof delta.content === "string" && delta.content) {
      this.#hasText = true;
      yield { type: "text-delta", text: delta.content };
    }
  }

  /** The parts that close a complete answer. */
  *end(): Generator<Part> {
    if (!this.#started)
      throw this.#answer.error("model_bad_response", "The answer holds no reply.", { hint: wrongAddress });
    if (!this.#hasText && (this.#refusal || this.#finish === "content-filter")) {
      throw this.#answer.error("model_refused", `The model refused to answer. ${this.#refusal}`.trim());
    }
    if (this.#usage) yield this.#usage;
    yield { type: "finish", reason: this.#finish };
  }

  #parse(text: string): JsonObject {
    const chunk = parseObject(text);
    if (chunk) return chunk;
    throw this.#answer.error("model_bad_response", "The answer holds something that is no chat completion.");
  }

  /** An error that the server found only after it had answered 200. */
  #reported(error: JsonObject | string): Error {
    const { code, type } = isObject(error) ? error : {};
    const message = errorMessage(error) ?? "no reason given";
    const names = `${code} ${type} ${message}`;
    let known: ModelErrorCode = "model_unavailable";
    if (typeof code === "number") known = statusCode(code, message);
    else if (statusCode(429, names) === "model_quota") known = "model_quota";
    else if (/rate_?limit/i.test(names)) known = "model_rate_limited";
    else if (/content_?(filter|policy)/i.test(names)) known = "model_refused";
    else if (/context_length|invalid_?request|BadRequest/i.test(names)) known = "model_bad_request";
    return this.#answer.error(known, `The model's server broke off: ${message}`);
  }
}

const finishReasons = new Map<string, FinishReason>([
  ["stop", "stop"],
  ["length", "length"],
  ["content_filter", "content-filter"],
  ["tool_calls", "tool-calls"],
  ["function_call", "tool-calls"],
  ["error", "error"],
]);

function usagePart({ prompt_tokens, completion_tokens }: JsonObject): Part {
  return {
    type: "usage",
    ...(isCount(prompt_tokens) && { inputTokens: prompt_tokens }),
    ...(isCount(completion_tokens) && { outputTokens: completion_tokens }),
  };
}
