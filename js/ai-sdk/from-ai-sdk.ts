import { LuminoraError } from "../errors.ts";
import type { CallOptions, Capabilities, Model } from "../models/model.ts";
import type { Part } from "../models/part.ts";
import { promptFor } from "../models/prompt.ts";
import { abortable, abortedError } from "../ports.ts";
import { aiSdkError } from "./error.ts";
import {
  type AiSdkLanguageModel,
  finishReason,
  isAiSdkModel,
  modelReference,
  tokens,
} from "./language-model.ts";

/** What {@link fromAiSdk} may be told. */
export interface FromAiSdkOptions {
  /** Size of the context window in tokens. */
  contextTokens?: number | undefined;
  capabilities?: Pick<Capabilities, "temperature"> | undefined;
  /** What the provider is told with each call: `{ openai: { reasoningEffort: "low" } }`. */
  providerOptions?: object | undefined;
  /** Sent with each call. */
  headers?: Readonly<Record<string, string>> | undefined;
}

/**
 * Any language model of the Vercel AI SDK, of specification v2, v3 or v4: `fromAiSdk(anthropic("claude-opus-4-1"))`. The SDK
 * is the application's own: this package does not import it. The SDK's functions try a failed call again, its models
 * do not, and neither does this.
 *
 * @throws LuminoraError `model_unsupported` for another specification, or the name of a model
 */
export function fromAiSdk(model: AiSdkLanguageModel, options: FromAiSdkOptions = {}): Model {
  if (!isAiSdkModel(model)) {
    throw new LuminoraError(
      "model_unsupported",
      "This is no language model of the AI SDK's specification 2 to 4.",
      { path: "/model", hint: "Pass a provider's model object, from a current version of its package." },
    );
  }
  const { contextTokens, capabilities } = options;
  return {
    version: 1,
    ...modelReference(model),
    contextTokens,
    capabilities,
    call: (call) => partsOf(model, callOptions(call, options), call.signal),
  };
}

/** What the model is asked. Members that are undefined are left out: some providers take them for an answer. */
function callOptions(
  call: CallOptions,
  { capabilities, providerOptions, headers }: FromAiSdkOptions,
): object {
  // Not all providers know a system message behind the first, or two turns of one role.
  const { system, messages } = promptFor(call, { systemRole: "first" });
  const { responseSchema, maxOutputTokens, stop, tools } = call;
  return {
    prompt: [
      ...(system === "" ? [] : [{ role: "system", content: system }]),
      ...messages.map(({ role, content }) => ({ role, content: [{ type: "text", text: content }] })),
    ],
    abortSignal: call.signal,
    ...(capabilities?.temperature !== false && { temperature: call.temperature }),
    ...(maxOutputTokens !== undefined && { maxOutputTokens }),
    ...(stop?.length && { stopSequences: [...stop] }),
    ...(responseSchema !== undefined && {
      responseFormat: { type: "json", schema: responseSchema, name: "reply" },
    }),
    ...(tools?.length && {
      tools: tools.map(({ name, description, parameters }) => ({
        ...{ type: "function", name, inputSchema: parameters },
        ...(description !== undefined && { description }),
      })),
    }),
    ...(providerOptions && { providerOptions }),
    ...(headers && { headers: { ...headers } }),
  };
}

async function* partsOf(
  model: AiSdkLanguageModel,
  options: object,
  signal: AbortSignal,
): AsyncGenerator<Part> {
  if (signal.aborted) throw abortedError();
  // A function of the application's own, which may also throw.
  const started = Promise.resolve().then(() => model.doStream(options));
  let reader: ReadableStreamDefaultReader<StreamPart> | undefined;
  try {
    reader = (await abortable(started, signal)).stream.getReader();
    for (;;) {
      const { done, value: part } = await abortable(reader.read(), signal);
      if (done) throw incomplete();
      if (part.type === "text-delta" && part.delta) yield { type: "text-delta", text: part.delta };
      else if (part.type === "reasoning-delta" && part.delta)
        yield { type: "reasoning-delta", text: part.delta };
      else if (part.type === "tool-call") yield toolCall(part);
      else if (part.type === "error") throw aiSdkError(part.error, signal);
      else if (part.type === "finish") {
        const reason = finishReason(part.finishReason);
        if (reason === "interrupted") throw incomplete();
        yield { type: "usage", ...tokens(part.usage) };
        yield { type: "finish", reason };
        return;
      }
    }
  } catch (error) {
    throw aiSdkError(error, signal);
  } finally {
    if (reader) reader.cancel().catch(() => {});
    // Given up before it began: what comes later is not left open.
    else started.then(({ stream }) => stream.cancel()).catch(() => {});
  }
}

/** What is read of a part of a stream; there are many more, and new ones with every version. */
interface StreamPart {
  readonly type: string;
  readonly delta: string;
  readonly error: unknown;
  readonly finishReason: unknown;
  readonly usage: unknown;
  readonly toolCallId: string;
  readonly toolName: string;
  readonly input: string;
}

function toolCall({ toolCallId, toolName, input }: StreamPart): Part {
  return { type: "tool-call", callId: toolCallId, name: toolName, arguments: input };
}

function incomplete(): LuminoraError {
  return new LuminoraError("model_incomplete", "The model's answer broke off.", { hint: "Send again." });
}
