import type { ModelErrorCode } from "../errors.ts";
import { errorMessage, isCount, type JsonObject, parseObject } from "./answer.ts";
import type { HttpAnswer } from "./http.ts";
import type { FinishReason, Part } from "./part.ts";
import { codeSaid, statusCode } from "./status-code.ts";

/** What became known of one answer while it is read, whatever the protocol, and the parts that follow from it. */
export class Reading {
  /** Whether the answer has a reply in it, be it empty. */
  started = false;
  finish: FinishReason = "other";
  /** What the model said in place of an answer. */
  refusal = "";
  readonly #answer: HttpAnswer;
  readonly #hint: string;
  readonly #tools = new Map<unknown, { callId: string; name: string; arguments: string }>();
  #hasText = false;
  #inputTokens: number | undefined;
  #outputTokens: number | undefined;

  /** @param hint what to check when the answer is of another kind */
  constructor(answer: HttpAnswer, hint: string) {
    this.#answer = answer;
    this.#hint = hint;
  }

  /** The object in a piece of JSON; `model_bad_response` when it is none. */
  parse(text: string): JsonObject {
    const object = parseObject(text);
    if (object) return object;
    throw this.#answer.error("model_bad_response", "The answer holds something that is no object of JSON.");
  }

  *text(text: unknown): Generator<Part> {
    if (typeof text !== "string" || text === "") return;
    this.#hasText = true;
    yield { type: "text-delta", text };
  }

  *reasoning(text: unknown): Generator<Part> {
    if (typeof text === "string" && text !== "") yield { type: "reasoning-delta", text };
  }

  /** Adds a piece of the call at `place`, which pieces that belong together share. */
  tool(place: unknown, piece: { id?: unknown; name?: unknown; arguments?: unknown }): void {
    const call = this.#tools.get(place) ?? { callId: `call_${this.#tools.size}`, name: "", arguments: "" };
    if (isName(piece.id)) call.callId = piece.id;
    if (isName(piece.name)) call.name = piece.name;
    if (typeof piece.arguments === "string") call.arguments += piece.arguments;
    else if (piece.arguments) call.arguments = JSON.stringify(piece.arguments);
    this.#tools.set(place, call);
  }

  /** Counts are totals so far: later ones replace earlier ones. What is no count is nothing. */
  count(inputTokens: unknown, outputTokens: unknown): void {
    if (isCount(inputTokens)) this.#inputTokens = inputTokens;
    if (isCount(outputTokens)) this.#outputTokens = outputTokens;
  }

  /** The parts that close a complete answer. */
  *end(): Generator<Part> {
    if (!this.started) {
      throw this.#answer.error("model_bad_response", "The answer holds no reply.", { hint: this.#hint });
    }
    if (!this.#hasText && (this.refusal || this.finish === "content-filter")) {
      throw this.#answer.error("model_refused", `The model refused to answer. ${this.refusal}`.trim());
    }
    for (const call of this.#tools.values()) {
      yield { type: "tool-call", ...call, arguments: call.arguments || "{}" };
    }
    if (this.#inputTokens !== undefined || this.#outputTokens !== undefined) {
      yield {
        type: "usage",
        ...(this.#inputTokens !== undefined && { inputTokens: this.#inputTokens }),
        ...(this.#outputTokens !== undefined && { outputTokens: this.#outputTokens }),
      };
    }
    // Not all providers tell the two apart.
    const calls = this.finish === "stop" && this.#tools.size > 0;
    yield { type: "finish", reason: calls ? "tool-calls" : this.finish };
  }

  /** An error that the server found only after it had answered 200. */
  reported(error: unknown, known?: ModelErrorCode): Error {
    const message = errorMessage(error) ?? "no reason given";
    const { code, type, status } = Object(error) as JsonObject;
    const said = () => codeSaid(`${code} ${type} ${status} ${message}`);
    const found = known ?? (typeof code === "number" ? statusCode(code, message) : said());
    return this.#answer.error(found ?? "model_unavailable", `The model's server broke off: ${message}`);
  }

  /** An answer that ended before it was complete. */
  incomplete(): Error {
    return this.#answer.error("model_incomplete", "The model's answer broke off.", { hint: "Send again." });
  }
}

function isName(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}
