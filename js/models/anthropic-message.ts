import type { ModelErrorCode } from "../errors.ts";
import { answeredOnce, isCount, isObject, type JsonObject, parseObject } from "./answer.ts";
import { errorMessage, type HttpAnswer, type HttpModelOptions, type Post } from "./http.ts";
import type { CallOptions, Message } from "./model.ts";
import type { FinishReason, Part } from "./part.ts";
import { serverSentEvents } from "./server-sent-events.ts";

/** One call of Anthropic's messages, streamed or in one piece, as the server likes. */
export async function* anthropicMessage(
  post: Post,
  options: HttpModelOptions,
  call: CallOptions,
): AsyncGenerator<Part> {
  const answer = await post("/v1/messages", requestBody(options, call), call.signal);
  const message = new MessageReader(answer);
  const whole = await answeredOnce(answer, wrongAddress, call.signal);
  if (whole !== undefined) yield* message.readWhole(whole);
  else for await (const data of serverSentEvents(answer, isEnd, call.signal)) yield* message.read(data);
  yield* message.end();
}

const wrongAddress = "Check baseURL: without one, https://api.anthropic.com is asked.";
/** The provider wants a limit; the core usually gives one. */
const outputTokens = 1024;

function requestBody({ model, capabilities = {} }: HttpModelOptions, call: CallOptions): unknown {
  // JSON leaves out what is undefined.
  return {
    model,
    max_tokens: call.maxOutputTokens ?? outputTokens,
    system: call.system || undefined,
    messages: alternating(call.messages),
    // 0 to 1 here, where others go up to 2.
    temperature: capabilities.temperature === false ? undefined : Math.min(call.temperature, 1),
    stop_sequences: call.stop?.length ? call.stop : undefined,
    output_config: call.responseSchema && {
      format: { type: "json_schema", schema: strict(call.responseSchema) },
    },
    stream: true,
  };
}

/** The messages in strict alternation from the user on, who also says what nobody does. */
function alternating(messages: readonly Message[]): Message[] {
  const turns: Message[] = [];
  for (const { role: by, content } of messages) {
    const role = by === "assistant" ? by : "user";
    const last = turns.at(-1);
    if (last?.role === role) turns[turns.length - 1] = { role, content: `${last.content}\n\n${content}` };
    else turns.push({ role, content });
  }
  if (turns[0]?.role !== "user") turns.unshift({ role: "user", content: "[start]" });
  return turns;
}

/** Bounds of numbers, texts and lists, which the provider refuses; our own reader of the answer keeps them. */
const refused = new Set([
  ...["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"],
  ...["minLength", "maxLength", "minItems", "maxItems", "uniqueItems"],
]);

/** A schema as the provider takes it: without bounds, and every object without further members. */
function strict(schema: unknown, areNames = false): unknown {
  if (Array.isArray(schema)) return schema.map((item) => strict(item));
  if (!isObject(schema)) return schema;
  const made: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(schema)) {
    // What stands in `properties` are names of the caller's, which may be called like anything.
    if (areNames) made[name] = strict(value);
    else if (!refused.has(name)) {
      const isData = name === "enum" || name === "const" || name === "default";
      made[name] = isData ? value : strict(value, name === "properties" || name === "$defs");
    }
  }
  if (!areNames && isObject(schema.properties)) made.additionalProperties = false;
  return made;
}

function isEnd(data: string): boolean {
  // Only an event that may be the end is parsed here.
  return data.includes("message_stop") && parseObject(data)?.type === "message_stop";
}

/** One answer, read event by event. Thinking and the use of tools are nothing that is said. */
class MessageReader {
  readonly #answer: HttpAnswer;
  #started = false;
  #hasText = false;
  #usage: JsonObject = {};
  #finish: FinishReason = "other";

  constructor(answer: HttpAnswer) {
    this.#answer = answer;
  }

  /** The parts in the JSON text of an event. What is not known here is nothing: new kinds may come at any time. */
  *read(text: string): Generator<Part> {
    const { type, message, content_block, delta, usage, error } = this.#parse(text);
    if (type === "error") throw this.#reported(error);
    if (type === "message_start" && isObject(message)) this.#start(message);
    if (type === "content_block_start") yield* this.#block(content_block);
    if (type === "content_block_delta" && isObject(delta) && delta.type === "text_delta")
      yield* this.#text(delta.text);
    if (type === "message_delta" && isObject(delta)) {
      this.#stop(delta);
      this.#count(usage);
    }
  }

  /** The parts of an answer in one piece. */
  *readWhole(text: string): Generator<Part> {
    const message = this.#parse(text);
    if (message.type === "error") throw this.#reported(message.error);
    if (!Array.isArray(message.content)) return;
    this.#start(message);
    this.#stop(message);
    for (const block of message.content) yield* this.#block(block);
  }

  /** The parts that close a complete answer. */
  *end(): Generator<Part> {
    if (!this.#started)
      throw this.#answer.error("model_bad_response", "The answer holds no reply.", { hint: wrongAddress });
    if (!this.#hasText && this.#finish === "content-filter")
      throw this.#answer.error("model_refused", "The model refused to answer.");
    const { input_tokens, output_tokens } = this.#usage;
    if (isCount(input_tokens) || isCount(output_tokens)) yield usagePart(this.#usage);
    yield { type: "finish", reason: this.#finish };
  }

  #start(message: JsonObject): void {
    this.#started = true;
    this.#count(message.usage);
  }

  /** Counts are totals so far: later ones replace earlier ones. */
  #count(usage: unknown): void {
    if (!isObject(usage)) return;
    this.#usage = {
      ...this.#usage,
      ...Object.fromEntries(Object.entries(usage).filter(([, n]) => isCount(n))),
    };
  }

  #stop({ stop_reason }: JsonObject): void {
    if (typeof stop_reason === "string") this.#finish = finishReasons.get(stop_reason) ?? "other";
  }

  *#block(block: unknown): Generator<Part> {
    if (isObject(block) && block.type === "text") yield* this.#text(block.text);
  }

  *#text(text: unknown): Generator<Part> {
    if (typeof text !== "string" || text === "") return;
    this.#hasText = true;
    yield { type: "text-delta", text };
  }

  #parse(text: string): JsonObject {
    const event = parseObject(text);
    if (event) return event;
    throw this.#answer.error("model_bad_response", "The answer holds something that is no message.");
  }

  /** An error that the server found only after it had answered 200. */
  #reported(error: unknown): Error {
    const known = isObject(error) ? errors.get(String(error.type)) : undefined;
    const message = `The model's server broke off: ${errorMessage(error) ?? "no reason given"}`;
    return this.#answer.error(known ?? "model_unavailable", message);
  }
}

const finishReasons = new Map<string, FinishReason>([
  ["end_turn", "stop"],
  ["stop_sequence", "stop"],
  ["max_tokens", "length"],
  ["model_context_window_exceeded", "length"],
  ["tool_use", "tool-calls"],
  ["refusal", "content-filter"],
]);

const errors = new Map<string, ModelErrorCode>([
  ["invalid_request_error", "model_bad_request"],
  ["authentication_error", "model_auth"],
  ["permission_error", "model_auth"],
  ["billing_error", "model_quota"],
  ["not_found_error", "model_not_found"],
  ["request_too_large", "model_too_large"],
  ["rate_limit_error", "model_rate_limited"],
]);

/** What came from a cache, and what went into it, was read as well. */
function usagePart(usage: JsonObject): Part {
  const { input_tokens, cache_read_input_tokens, cache_creation_input_tokens, output_tokens } = usage;
  const count = (value: unknown) => (isCount(value) ? value : 0);
  const inputTokens =
    count(input_tokens) + count(cache_read_input_tokens) + count(cache_creation_input_tokens);
  return {
    type: "usage",
    ...(isCount(input_tokens) && { inputTokens }),
    ...(isCount(output_tokens) && { outputTokens: output_tokens }),
  };
}
