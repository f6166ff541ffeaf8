import type { ModelErrorCode } from "../errors.ts";
import { answeredOnce, isCount, isObject, type JsonObject, parseObject } from "./answer.ts";
import { type HttpAnswer, httpPost } from "./http.ts";
import type { Settings } from "./http-model.ts";
import type { CallOptions } from "./model.ts";
import type { FinishReason, Part } from "./part.ts";
import { promptFor } from "./prompt.ts";
import { Reading } from "./reading.ts";
import { serverSentEvents } from "./server-sent-events.ts";
import { strictSchema } from "./strict-schema.ts";

/** One call of Anthropic's messages, streamed or in one piece, as the server likes. */
export async function* anthropicMessage(settings: Settings, call: CallOptions): AsyncGenerator<Part> {
  const post = httpPost(settings);
  const answer = await post("/v1/messages", requestBody(settings, call), call.signal);
  const message = new MessageReader(answer);
  const whole = await answeredOnce(answer, wrongAddress);
  if (whole !== undefined) yield* message.readWhole(whole);
  else for await (const data of serverSentEvents(answer, isEnd)) yield* message.read(data);
  yield* message.end();
}

const wrongAddress = "Check baseURL: without one, https://api.anthropic.com is asked.";
/** The provider wants a limit; the core usually gives one. */
const outputTokens = 1024;

function requestBody({ model, capabilities }: Settings, call: CallOptions): unknown {
  const { system, messages } = promptFor(call, capabilities);
  const asksForSchema = call.responseSchema && (capabilities.jsonOutput ?? "schema") === "schema";
  // JSON leaves out what is undefined.
  return {
    model,
    max_tokens: call.maxOutputTokens ?? outputTokens,
    system: system || undefined,
    messages,
    // 0 to 1 here, where others go up to 2.
    temperature: capabilities.temperature === false ? undefined : Math.min(call.temperature, 1),
    stop_sequences: call.stop?.length ? call.stop : undefined,
    tools: call.tools?.length
      ? call.tools.map(({ name, description, parameters }) => ({
          name,
          description,
          input_schema: parameters,
        }))
      : undefined,
    output_config: asksForSchema
      ? { format: { type: "json_schema", schema: strictSchema(call.responseSchema) } }
      : undefined,
    stream: true,
  };
}

function isEnd(data: string): boolean {
  // Only an event that may be the end is parsed here.
  return data.includes("message_stop") && parseObject(data)?.type === "message_stop";
}

/** One answer, read event by event. */
class MessageReader {
  readonly #reading: Reading;
  #usage: JsonObject = {};

  constructor(answer: HttpAnswer) {
    this.#reading = new Reading(answer, wrongAddress);
  }

  /** The parts in the JSON text of an event. What is not known here is nothing: new kinds may come at any time. */
  *read(text: string): Generator<Part> {
    const { type, message, content_block, delta, usage, error, index } = this.#reading.parse(text);
    if (type === "error") throw this.#reported(error);
    if (type === "message_start" && isObject(message)) this.#start(message);
    if (type === "content_block_start") yield* this.#block(content_block, index);
    if (type === "content_block_delta" && isObject(delta)) yield* this.#delta(delta, index);
    if (type === "message_delta" && isObject(delta)) {
      this.#stop(delta);
      this.#count(usage);
    }
  }

  /** The parts of an answer in one piece. */
  *readWhole(text: string): Generator<Part> {
    const message = this.#reading.parse(text);
    if (message.type === "error") throw this.#reported(message.error);
    if (!Array.isArray(message.content)) return;
    this.#start(message);
    this.#stop(message);
    for (const [index, block] of message.content.entries()) yield* this.#block(block, index);
  }

  /** The parts that close a complete answer. */
  end(): Generator<Part> {
    return this.#reading.end();
  }

  #start(message: JsonObject): void {
    this.#reading.started = true;
    this.#count(message.usage);
  }

  /** What came from a cache, and what went into it, was read as well. */
  #count(usage: unknown): void {
    if (!isObject(usage)) return;
    const counts = Object.entries(usage).filter(([, count]) => isCount(count));
    this.#usage = { ...this.#usage, ...Object.fromEntries(counts) };
    const { input_tokens, cache_read_input_tokens, cache_creation_input_tokens, output_tokens } = this.#usage;
    const read = [input_tokens, cache_read_input_tokens, cache_creation_input_tokens].filter(isCount);
    this.#reading.count(
      isCount(input_tokens) ? read.reduce((sum, count) => sum + count) : undefined,
      output_tokens,
    );
  }

  #stop({ stop_reason }: JsonObject): void {
    if (typeof stop_reason === "string") this.#reading.finish = finishReasons.get(stop_reason) ?? "other";
  }

  *#block(block: unknown, index: unknown): Generator<Part> {
    if (!isObject(block)) return;
    if (block.type === "text") yield* this.#reading.text(block.text);
    if (block.type === "thinking") yield* this.#reading.reasoning(block.thinking);
    if (block.type !== "tool_use") return;
    const { id, name, input } = block;
    // In a stream it begins as an object without members, which is not meant.
    const isGiven = isObject(input) && Object.keys(input).length > 0;
    this.#reading.tool(index, { id, name, arguments: isGiven ? input : undefined });
  }

  *#delta(delta: JsonObject, index: unknown): Generator<Part> {
    if (delta.type === "text_delta") yield* this.#reading.text(delta.text);
    if (delta.type === "thinking_delta") yield* this.#reading.reasoning(delta.thinking);
    if (delta.type === "input_json_delta") this.#reading.tool(index, { arguments: delta.partial_json });
  }

  #reported(error: unknown): Error {
    return this.#reading.reported(error, isObject(error) ? errors.get(String(error.type)) : undefined);
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
