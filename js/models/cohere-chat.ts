import { answeredOnce, isObject, type JsonObject, parseObject } from "./answer.ts";
import { type HttpAnswer, httpPost } from "./http.ts";
import type { Settings } from "./http-model.ts";
import type { CallOptions } from "./model.ts";
import type { FinishReason, Part } from "./part.ts";
import { functionTools, messagesOf, promptFor } from "./prompt.ts";
import { Reading } from "./reading.ts";
import { serverSentEvents } from "./server-sent-events.ts";

/** One call of Cohere's chat, version 2, streamed or in one piece, as the server likes. */
export async function* cohereChat(settings: Settings, call: CallOptions): AsyncGenerator<Part> {
  const post = httpPost(settings);
  const answer = await post("/v2/chat", requestBody(settings, call), call.signal);
  const chat = new ChatReader(answer);
  const whole = await answeredOnce(answer, wrongAddress);
  if (whole !== undefined) yield* chat.readWhole(whole);
  else for await (const data of serverSentEvents(answer, isEnd)) yield* chat.read(data);
  yield* chat.end();
}

const wrongAddress = "Check baseURL: without one, https://api.cohere.com is asked.";

function requestBody({ model, capabilities }: Settings, call: CallOptions): unknown {
  const { jsonOutput = "schema" } = capabilities;
  const asksForJson = call.responseSchema && jsonOutput !== "none";
  // JSON leaves out what is undefined.
  return {
    model,
    messages: messagesOf(promptFor(call, capabilities)),
    // 0 to 1 here, where others go up to 2.
    temperature: capabilities.temperature === false ? undefined : Math.min(call.temperature, 1),
    max_tokens: call.maxOutputTokens,
    stop_sequences: call.stop?.length ? call.stop : undefined,
    tools: functionTools(call),
    response_format: asksForJson
      ? { type: "json_object", json_schema: jsonOutput === "schema" ? call.responseSchema : undefined }
      : undefined,
    stream: true,
  };
}

function isEnd(data: string): boolean {
  // Only an event that may be the end is parsed here.
  return data.includes("message-end") && parseObject(data)?.type === "message-end";
}

/** One answer, read event by event. */
class ChatReader {
  readonly #reading: Reading;

  constructor(answer: HttpAnswer) {
    this.#reading = new Reading(answer, wrongAddress);
  }

  /** The parts in the JSON text of an event. What is not known here is nothing: new kinds may come at any time. */
  *read(text: string): Generator<Part> {
    const { type, index, delta } = this.#reading.parse(text);
    if (type === "message-start") this.#reading.started = true;
    if (!isObject(delta)) return;
    if (type === "message-end") this.#end(delta);
    else if (isObject(delta.message)) yield* this.#message(delta.message, index);
  }

  /** The parts of an answer in one piece. */
  *readWhole(text: string): Generator<Part> {
    const answer = this.#reading.parse(text);
    if (!isObject(answer.message)) return;
    this.#reading.started = true;
    yield* this.#message(answer.message, 0);
    this.#end(answer);
  }

  /** The parts that close a complete answer. */
  end(): Generator<Part> {
    return this.#reading.end();
  }

  #end({ finish_reason, usage, error }: JsonObject): void {
    if (finish_reason === "ERROR" || finish_reason === "TIMEOUT") throw this.#reading.reported(error);
    if (typeof finish_reason === "string") this.#reading.finish = finishReasons.get(finish_reason) ?? "other";
    const tokens = isObject(usage) ? usage.tokens : undefined;
    if (isObject(tokens)) this.#reading.count(tokens.input_tokens, tokens.output_tokens);
  }

  /** What an event says, or all that was said. */
  *#message({ content, tool_plan, tool_calls }: JsonObject, index: unknown): Generator<Part> {
    yield* this.#reading.reasoning(tool_plan);
    for (const block of Array.isArray(content) ? content : [content]) {
      if (!isObject(block)) continue;
      yield* this.#reading.reasoning(block.thinking);
      yield* this.#reading.text(block.text);
    }
    for (const [place, call] of Array.isArray(tool_calls) ? tool_calls.entries() : [[index, tool_calls]]) {
      if (!isObject(call)) continue;
      this.#reading.tool(place, { id: call.id, ...(isObject(call.function) && call.function) });
    }
  }
}

const finishReasons = new Map<string, FinishReason>([
  ["COMPLETE", "stop"],
  ["STOP_SEQUENCE", "stop"],
  ["MAX_TOKENS", "length"],
  ["TOOL_CALL", "tool-calls"],
]);
