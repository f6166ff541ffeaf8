import { LuminoraError, type ModelErrorCode } from "../errors.ts";
import { abortable, abortedError } from "../ports.ts";
import { isCount, isObject } from "./answer.ts";
import type { CallOptions } from "./model.ts";
import type { FinishReason, Part } from "./part.ts";
import { messagesOf, promptFor } from "./prompt.ts";
import { redactedCause } from "./secrets.ts";
import { codeSaid, statusCode } from "./status-code.ts";
import type { WebLlmEngine } from "./webllm.ts";

/** One call of an engine. It has to come to its end in any case: the engine takes no other before. */
export async function* engineCompletion(
  engine: WebLlmEngine,
  model: string,
  call: CallOptions,
): AsyncGenerator<Part> {
  const { signal } = call;
  if (signal.aborted) throw abortedError();
  const started = Promise.resolve().then(() => engine.chat.completions.create(request(model, call)));
  const answer = started.then((chunks: AsyncIterable<unknown>) => chunks[Symbol.asyncIterator]());
  // The error is told below, where this is awaited.
  answer.catch(() => {});
  let isOver = false;
  let finish: FinishReason | undefined;
  let usage: Part | undefined;
  try {
    const chunks = await abortable(answer, signal);
    for (;;) {
      const { done, value } = await abortable(chunks.next(), signal);
      if (done) break;
      if (!isObject(value)) continue;
      if (isObject(value.usage)) usage = usagePart(value.usage);
      const choice: unknown = Array.isArray(value.choices) ? value.choices[0] : undefined;
      if (!isObject(choice)) continue;
      if (isObject(choice.delta)) yield* deltas(choice.delta);
      if (typeof choice.finish_reason === "string")
        finish = finishReasons.get(choice.finish_reason) ?? "other";
      // Somebody else has interrupted it.
      if (choice.finish_reason === "abort") finish = undefined;
    }
    isOver = true;
    if (finish === undefined) throw incomplete();
    if (usage) yield usage;
    yield { type: "finish", reason: finish };
  } catch (error) {
    throw engineError(error, signal);
  } finally {
    if (!isOver) void end(engine, answer);
  }
}

function request(model: string, call: CallOptions): object {
  const { temperature, maxOutputTokens, stop, responseSchema } = call;
  // With the schema in the system text: without it these models write white space for ever.
  const prompt = promptFor(call, { systemRole: "first", jsonOutput: "object" });
  return {
    model,
    messages: messagesOf(prompt),
    temperature,
    ...(maxOutputTokens !== undefined && { max_tokens: maxOutputTokens }),
    ...(stop?.length && { stop: [...stop] }),
    ...(responseSchema !== undefined && {
      // The schema as a text: that is how these engines take it.
      response_format: { type: "json_object", schema: JSON.stringify(responseSchema) },
    }),
    stream: true,
    stream_options: { include_usage: true },
  };
}

function* deltas({ content, reasoning_content }: { content?: unknown; reasoning_content?: unknown }) {
  if (typeof reasoning_content === "string" && reasoning_content)
    yield { type: "reasoning-delta", text: reasoning_content } as const;
  if (typeof content === "string" && content) yield { type: "text-delta", text: content } as const;
}

const finishReasons = new Map<string, FinishReason>([
  ["stop", "stop"],
  ["length", "length"],
  ["tool_calls", "tool-calls"],
]);

function usagePart({ prompt_tokens, completion_tokens }: Record<string, unknown>): Part {
  return {
    type: "usage",
    ...(isCount(prompt_tokens) && { inputTokens: prompt_tokens }),
    ...(isCount(completion_tokens) && { outputTokens: completion_tokens }),
  };
}

/**
 * Lets an answer that nobody wants any more come to its end. WebLLM is locked until its generator has run out, and what
 * it is told before the first chunk it forgets: so it is told before each.
 */
async function end(engine: WebLlmEngine, answer: Promise<AsyncIterator<unknown>>): Promise<void> {
  try {
    const chunks = await answer;
    if (!engine.interruptGenerate) await chunks.return?.();
    else while (!(await interrupted(engine, chunks)).done);
  } catch {
    // It has ended with an error, and that is an end.
  }
}

async function interrupted(engine: WebLlmEngine, chunks: AsyncIterator<unknown>) {
  await engine.interruptGenerate?.();
  return await chunks.next();
}

function incomplete(): LuminoraError {
  return new LuminoraError("model_incomplete", "The model's answer broke off.", { hint: "Send again." });
}

function engineError(error: unknown, signal: AbortSignal): LuminoraError {
  if (signal.aborted) return abortedError();
  if (LuminoraError.isInstance(error)) return error;
  const cause = redactedCause(error, (text) => text);
  // A worker tells its errors as texts.
  const said = `${cause?.name} ${cause?.message}`;
  const { status } = Object(error) as { status?: unknown };
  const code =
    typeof status === "number"
      ? statusCode(status, said)
      : (names.find(([, name]) => name.test(said))?.[0] ?? codeSaid(said));
  return new LuminoraError(
    code ?? "model_unavailable",
    `The engine failed: ${cause?.message}`.slice(0, 400),
    {
      hint: hints[code ?? "model_unavailable"],
      cause,
    },
  );
}

const names: readonly [ModelErrorCode, RegExp][] = [
  ["model_too_large", /ContextWindowSizeExceeded|exceeds? (the )?context window/i],
  ["model_not_found", /ModelNotFound|SpecifiedModelNotFound/],
  ["model_unsupported", /WebGPUNot|FeatureSupport|ShaderF16|IncorrectPipeline/],
  ["model_bad_request", /Unsupported\w+Error|MessageOrder|InvalidResponseFormat|MinValue|RangeError/],
];

const hints: Partial<Record<ModelErrorCode, string>> = {
  model_too_large: "Lower limits.contextTokens, or tell the model's window as contextTokens.",
  model_not_found: "Name the model as the engine has loaded it.",
  model_unsupported: "This browser or device has no WebGPU that the model needs.",
  model_unavailable: "Load the model with the engine first; after a lost device, load it again.",
};
