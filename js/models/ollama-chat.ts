import { isObject, type JsonObject, refusePage } from "./answer.ts";
import { type HttpAnswer, httpPost } from "./http.ts";
import type { Settings } from "./http-model.ts";
import { jsonLines } from "./json-lines.ts";
import type { CallOptions } from "./model.ts";
import type { FinishReason, Part } from "./part.ts";
import { functionTools, messagesOf, promptFor } from "./prompt.ts";
import { Reading } from "./reading.ts";

/** One call of Ollama's chat: a line of JSON for each piece, or for all of it, as the server likes. */
export async function* ollamaChat(settings: Settings, call: CallOptions): AsyncGenerator<Part> {
  const post = httpPost(settings);
  const answer = await post("/api/chat", requestBody(settings, call), call.signal);
  refusePage(answer, wrongAddress);
  const chat = new ChatReader(answer);
  for await (const line of jsonLines(answer, isEnd)) yield* chat.read(line);
  yield* chat.end();
}

const isEnd = ({ done, error }: JsonObject) => done === true || error !== undefined;
const wrongAddress = "Check baseURL: it ends before /api; for /v1 there is openaiCompatible.";

function requestBody({ model, capabilities, contextTokens }: Settings, call: CallOptions): unknown {
  const { jsonOutput = "schema" } = capabilities;
  // JSON leaves out what is undefined.
  return {
    model,
    messages: messagesOf(promptFor(call, capabilities)),
    tools: functionTools(call),
    format: call.responseSchema && formats[jsonOutput](call.responseSchema),
    stream: true,
    options: {
      temperature: capabilities.temperature === false ? undefined : call.temperature,
      num_predict: call.maxOutputTokens,
      // Without it the server takes a window of its own, often a smaller one, and cuts what is too long in silence.
      num_ctx: contextTokens,
      stop: call.stop?.length ? call.stop : undefined,
    },
  };
}

const formats = {
  schema: (schema: unknown) => schema,
  object: () => "json",
  none: () => undefined,
};

/** One answer, read line by line. */
class ChatReader {
  readonly #reading: Reading;
  #tools = 0;

  constructor(answer: HttpAnswer) {
    this.#reading = new Reading(answer, wrongAddress);
  }

  /** The parts in a line. */
  *read({ message, error, done, done_reason, prompt_eval_count, eval_count }: JsonObject): Generator<Part> {
    const reading = this.#reading;
    if (error !== undefined) throw reading.reported(error);
    if (isObject(message)) {
      reading.started = true;
      yield* reading.reasoning(message.thinking);
      yield* reading.text(message.content);
      if (Array.isArray(message.tool_calls)) for (const call of message.tool_calls) this.#tool(call);
    }
    if (done !== true) return;
    reading.count(prompt_eval_count, eval_count);
    reading.finish = finishReasons.get(String(done_reason)) ?? "other";
  }

  /** The parts that close a complete answer. */
  end(): Generator<Part> {
    return this.#reading.end();
  }

  #tool(call: unknown): void {
    if (!isObject(call) || !isObject(call.function)) return;
    this.#reading.tool(this.#tools++, { id: call.id, ...call.function });
  }
}

const finishReasons = new Map<string, FinishReason>([
  // Older servers give no reason.
  ["undefined", "stop"],
  ["stop", "stop"],
  ["length", "length"],
]);
