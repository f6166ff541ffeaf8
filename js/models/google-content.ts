import { answeredOnce, isCount, isObject, type JsonObject } from "./answer.ts";
import { type HttpAnswer, httpPost } from "./http.ts";
import type { Settings } from "./http-model.ts";
import type { CallOptions } from "./model.ts";
import type { FinishReason, Part } from "./part.ts";
import { promptFor } from "./prompt.ts";
import { Reading } from "./reading.ts";
import { serverSentEvents } from "./server-sent-events.ts";

/** One call of Google's content generation, streamed or in one piece, as the server likes. */
export async function* googleContent(settings: Settings, call: CallOptions): AsyncGenerator<Part> {
  const post = httpPost(settings);
  // Its own lists name models like this; tuned ones are in a folder of their own.
  const name = settings.model.includes("/") ? settings.model : `models/${settings.model}`;
  const path = `/${name.split("/").map(encodeURIComponent).join("/")}:streamGenerateContent?alt=sse`;
  const answer = await post(path, requestBody(settings, call), call.signal);
  const content = new ContentReader(answer);
  const whole = await answeredOnce(answer, wrongAddress);
  if (whole !== undefined) yield* content.read(whole);
  else for await (const data of serverSentEvents(answer)) yield* content.read(data);
  yield* content.end();
}

const wrongAddress = "Check baseURL: it usually ends in /v1beta.";

function requestBody({ capabilities }: Settings, call: CallOptions): unknown {
  const { system, messages } = promptFor(call, capabilities);
  const { jsonOutput = "schema" } = capabilities;
  const asksForJson = call.responseSchema && jsonOutput !== "none";
  // JSON leaves out what is undefined.
  return {
    systemInstruction: system ? { parts: [{ text: system }] } : undefined,
    contents: messages.map(({ role, content }) => ({
      role: role === "assistant" ? "model" : "user",
      parts: [{ text: content }],
    })),
    tools: call.tools?.length
      ? [
          {
            functionDeclarations: call.tools.map(({ name, description, parameters }) => ({
              name,
              description,
              parametersJsonSchema: parameters,
            })),
          },
        ]
      : undefined,
    generationConfig: {
      temperature: capabilities.temperature === false ? undefined : call.temperature,
      maxOutputTokens: call.maxOutputTokens,
      stopSequences: call.stop?.length ? call.stop : undefined,
      responseMimeType: asksForJson ? "application/json" : undefined,
      responseJsonSchema: asksForJson && jsonOutput === "schema" ? call.responseSchema : undefined,
    },
  };
}

/** One answer, read piece by piece: each is an answer of its own shape, with some of the text. */
class ContentReader {
  readonly #reading: Reading;
  #isComplete = false;
  #tools = 0;

  constructor(answer: HttpAnswer) {
    this.#reading = new Reading(answer, wrongAddress);
  }

  /** The parts in the JSON text of a piece, or of a whole answer. */
  *read(text: string): Generator<Part> {
    const reading = this.#reading;
    const { error, usageMetadata, promptFeedback, candidates } = reading.parse(text);
    if (error) throw reading.reported(error);
    if (isObject(usageMetadata)) this.#count(usageMetadata);
    const candidate: unknown = Array.isArray(candidates) ? candidates[0] : undefined;
    if (!isObject(candidate)) {
      if (isObject(promptFeedback) && promptFeedback.blockReason) this.#finish("content-filter");
      return;
    }
    reading.started = true;
    const { content, finishReason } = candidate;
    if (isObject(content) && Array.isArray(content.parts))
      for (const part of content.parts) yield* this.#part(part);
    // There is no other end marker.
    if (typeof finishReason === "string") this.#finish(finishReasons.get(finishReason) ?? "other");
  }

  /** The parts that close a complete answer. */
  *end(): Generator<Part> {
    if (this.#reading.started && !this.#isComplete) throw this.#reading.incomplete();
    yield* this.#reading.end();
  }

  #finish(reason: FinishReason): void {
    this.#reading.started = true;
    this.#reading.finish = reason;
    this.#isComplete = true;
  }

  #count({ promptTokenCount, candidatesTokenCount, thoughtsTokenCount }: JsonObject): void {
    const written = [candidatesTokenCount, thoughtsTokenCount].filter(isCount);
    const sum = written.reduce((sum, count) => sum + count, 0);
    this.#reading.count(promptTokenCount, written.length > 0 ? sum : undefined);
  }

  *#part(part: unknown): Generator<Part> {
    if (!isObject(part)) return;
    const { text, thought, functionCall } = part;
    yield* thought === true ? this.#reading.reasoning(text) : this.#reading.text(text);
    if (!isObject(functionCall)) return;
    const { id, name, args } = functionCall;
    this.#reading.tool(this.#tools++, { id, name, arguments: args });
  }
}

const finishReasons = new Map<string, FinishReason>([
  ["STOP", "stop"],
  ["MAX_TOKENS", "length"],
  ["SAFETY", "content-filter"],
  ["RECITATION", "content-filter"],
  ["BLOCKLIST", "content-filter"],
  ["PROHIBITED_CONTENT", "content-filter"],
  ["SPII", "content-filter"],
  ["MALFORMED_FUNCTION_CALL", "error"],
]);
