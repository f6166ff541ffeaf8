import { answeredOnce, isObject, type JsonObject } from "./answer.ts";
import { type HttpAnswer, httpPost } from "./http.ts";
import type { Settings } from "./http-model.ts";
import type { CallOptions } from "./model.ts";
import type { FinishReason, Part } from "./part.ts";
import { functionTools, messagesOf, promptFor } from "./prompt.ts";
import { Reading } from "./reading.ts";
import { serverSentEvents } from "./server-sent-events.ts";

/** One call of OpenAI's chat completions, streamed or in one piece, as the server likes. */
export async function* chatCompletion(settings: Settings, call: CallOptions): AsyncGenerator<Part> {
  const post = httpPost(settings);
  const answer = await post("/chat/completions", requestBody(settings, call), call.signal);
  const completion = new Completion(answer);
  const whole = await answeredOnce(answer, wrongAddress);
  if (whole !== undefined) yield* completion.read(whole);
  else for await (const data of serverSentEvents(answer, isEnd)) yield* completion.read(data);
  yield* completion.end();
}

const isEnd = (data: string) => data.trim() === "[DONE]";
const wrongAddress = "Check baseURL: it usually ends in /v1.";

function requestBody({ model, kind, capabilities }: Settings, call: CallOptions): unknown {
  // JSON leaves out what is undefined.
  return {
    model,
    messages: messagesOf(promptFor(call, capabilities)),
    temperature: capabilities.temperature === false ? undefined : call.temperature,
    [capabilities.tokenKey ?? "max_tokens"]: call.maxOutputTokens,
    stop: call.stop?.length ? call.stop : undefined,
    tools: functionTools(call),
    response_format: call.responseSchema && responseFormat(call.responseSchema, capabilities.jsonOutput),
    stream: true,
    // Mistral gives its counts unasked, and refuses options that it does not know.
    stream_options: kind === "mistral" ? undefined : { include_usage: true },
  };
}

function responseFormat(schema: unknown, jsonOutput = "schema"): unknown {
  if (jsonOutput === "schema") return { type: "json_schema", json_schema: { name: "reply", schema } };
  return jsonOutput === "object" ? { type: "json_object" } : undefined;
}

/** One answer, read chunk by chunk. */
class Completion {
  readonly #reading: Reading;

  constructor(answer: HttpAnswer) {
    this.#reading = new Reading(answer, wrongAddress);
  }

  /** The parts in the JSON text of a chunk, or of a whole answer. */
  *read(text: string): Generator<Part> {
    if (isEnd(text)) return;
    const reading = this.#reading;
    const chunk = reading.parse(text);
    if (isObject(chunk.error) || typeof chunk.error === "string") throw reading.reported(chunk.error);
    if (isObject(chunk.usage)) reading.count(chunk.usage.prompt_tokens, chunk.usage.completion_tokens);
    const choice: unknown = Array.isArray(chunk.choices) ? chunk.choices[0] : undefined;
    if (!isObject(choice)) return;
    reading.started = true;
    if (typeof choice.finish_reason === "string")
      reading.finish = finishReasons.get(choice.finish_reason) ?? "other";
    const delta = choice.delta ?? choice.message;
    if (isObject(delta)) yield* this.#delta(delta);
  }

  /** The parts that close a complete answer. */
  end(): Generator<Part> {
    return this.#reading.end();
  }

  *#delta(delta: JsonObject): Generator<Part> {
    const reading = this.#reading;
    yield* reading.reasoning(delta.reasoning_content ?? delta.reasoning);
    if (typeof delta.refusal === "string") reading.refusal += delta.refusal;
    // Mistral's models that reason tell their thoughts apart by pieces.
    if (Array.isArray(delta.content)) for (const piece of delta.content) yield* this.#piece(piece);
    else yield* reading.text(delta.content);
    if (!Array.isArray(delta.tool_calls)) return;
    for (const [place, call] of delta.tool_calls.entries()) {
      if (!isObject(call)) continue;
      reading.tool(call.index ?? place, { id: call.id, ...(isObject(call.function) && call.function) });
    }
  }

  *#piece(piece: unknown): Generator<Part> {
    if (!isObject(piece)) return;
    if (piece.type === "text") yield* this.#reading.text(piece.text);
    if (piece.type !== "thinking" || !Array.isArray(piece.thinking)) return;
    for (const thought of piece.thinking) {
      if (isObject(thought)) yield* this.#reading.reasoning(thought.text);
    }
  }
}

const finishReasons = new Map<string, FinishReason>([
  ["stop", "stop"],
  ["length", "length"],
  ["model_length", "length"],
  ["content_filter", "content-filter"],
  ["tool_calls", "tool-calls"],
  ["function_call", "tool-calls"],
  ["error", "error"],
  ["insufficient_system_resource", "error"],
]);
