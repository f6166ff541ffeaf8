import type {
  LanguageModelV2,
  LanguageModelV2StreamPart,
  LanguageModelV3StreamPart,
  LanguageModelV4,
  LanguageModelV4CallOptions,
  LanguageModelV4GenerateResult,
  LanguageModelV4StreamPart,
} from "@ai-sdk/provider";
import { MockLanguageModelV3, MockLanguageModelV4 } from "ai/test";

/** The specifications of language models that the AI SDK has had. */
export type Specification = "v2" | "v3" | "v4";
export const specifications = ["v2", "v3", "v4"] as const;

/** What a mock model does when it is called. */
export interface Answer {
  readonly text?: readonly string[];
  readonly reasoning?: string;
  readonly calls?: readonly { readonly id: string; readonly name: string; readonly input: object }[];
  /** Default `stop`, or `tool-calls` with calls. */
  readonly finish?: "stop" | "length" | "content-filter" | "tool-calls" | "error" | "interrupted" | "other";
  readonly usage?: readonly [input: number | undefined, output: number | undefined];
  /** Thrown before anything is answered. */
  readonly throws?: unknown;
  /** An `error` part behind the text. */
  readonly error?: unknown;
  /** The stream ends without its last part. */
  readonly breaksOff?: boolean;
  /** The stream says no more after the text, until its signal is aborted. */
  readonly hangs?: boolean;
}

/** A mock model of the AI SDK that gives these answers, one at each call; the last again and again. */
export function mockModel(specification: Specification, ...answers: Answer[]) {
  const calls: LanguageModelV4CallOptions[] = [];
  const next = (options: LanguageModelV4CallOptions): Answer => {
    calls.push(options);
    const answer = answers[Math.min(calls.length, answers.length) - 1] ?? {};
    if (answer.throws !== undefined) throw answer.throws;
    return answer;
  };
  const doStream = async (options: unknown) => {
    const asked = options as LanguageModelV4CallOptions;
    return { stream: streamOf(specification, next(asked), asked.abortSignal) };
  };
  const doGenerate = async (options: unknown) =>
    resultOf(specification, next(options as LanguageModelV4CallOptions));
  const names = { provider: "mock", modelId: `model-${specification}` };
  return { model: modelOf(specification, names, doStream, doGenerate), calls };
}

function modelOf(
  specification: Specification,
  names: { provider: string; modelId: string },
  doStream: (options: unknown) => Promise<{ stream: ReadableStream<never> }>,
  doGenerate: (options: unknown) => Promise<unknown>,
) {
  // Each method is checked against its version by what the tests make of it.
  const methods = { ...names, doStream, doGenerate } as never;
  if (specification === "v4") return new MockLanguageModelV4(methods);
  if (specification === "v3") return new MockLanguageModelV3(methods);
  return { specificationVersion: "v2", supportedUrls: {}, ...(methods as object) } as LanguageModelV2;
}

/** A model of the newest specification, for what is the same in all. */
export function streamingModel(...answers: Answer[]) {
  return mockModel("v4", ...answers) as { model: LanguageModelV4; calls: LanguageModelV4CallOptions[] };
}

type StreamPart = LanguageModelV2StreamPart | LanguageModelV3StreamPart | LanguageModelV4StreamPart;

function streamOf(
  specification: Specification,
  answer: Answer,
  signal: AbortSignal | undefined,
): ReadableStream<never> {
  const parts = partsOf(specification, answer);
  return new ReadableStream<unknown>({
    async pull(controller) {
      const part = parts.shift();
      if (part) return controller.enqueue(part);
      if (!answer.hangs) return controller.close();
      await new Promise<void>((resolve) => signal?.addEventListener("abort", () => resolve()));
      controller.error(new DOMException("The call was aborted.", "AbortError"));
    },
  }) as ReadableStream<never>;
}

function partsOf(specification: Specification, answer: Answer): StreamPart[] {
  const { text = [], reasoning, calls = [], error, breaksOff, hangs } = answer;
  const parts: StreamPart[] = [
    { type: "stream-start", warnings: [] },
    { type: "response-metadata", id: "answer", modelId: "mock", timestamp: new Date(0) },
  ];
  if (reasoning !== undefined) {
    parts.push(
      { type: "reasoning-start", id: "r" },
      { type: "reasoning-delta", id: "r", delta: reasoning },
      { type: "reasoning-end", id: "r" },
    );
  }
  if (text.length > 0) {
    parts.push({ type: "text-start", id: "t" });
    for (const delta of text) parts.push({ type: "text-delta", id: "t", delta });
    if (!hangs) parts.push({ type: "text-end", id: "t" });
  }
  for (const call of calls) parts.push(toolCall(call));
  if (error !== undefined) parts.push({ type: "error", error });
  if (!breaksOff && !hangs) parts.push({ type: "finish", ...endOf(specification, answer) } as StreamPart);
  return parts;
}

function toolCall({ id, name, input }: NonNullable<Answer["calls"]>[number]) {
  return {
    type: "tool-call",
    toolCallId: id,
    toolName: name,
    input: JSON.stringify(input),
  } as const;
}

function resultOf(specification: Specification, answer: Answer): LanguageModelV4GenerateResult {
  const { text = [], reasoning, calls = [] } = answer;
  return {
    content: [
      ...(reasoning === undefined ? [] : [{ type: "reasoning", text: reasoning } as const]),
      ...(text.length > 0 ? [{ type: "text", text: text.join("") } as const] : []),
      ...calls.map(toolCall),
    ],
    warnings: [],
    ...(endOf(specification, answer) as Pick<LanguageModelV4GenerateResult, "finishReason" | "usage">),
  };
}

/** How each version says why it stopped, and what it took. */
function endOf(specification: Specification, { finish, calls, usage = [3, 5] }: Answer): object {
  const reason = finish ?? (calls?.length ? "tool-calls" : "stop");
  const [input, output] = usage;
  if (specification === "v2") {
    return {
      finishReason: reason === "other" ? "unknown" : reason,
      usage: { inputTokens: input, outputTokens: output, totalTokens: undefined },
      providerMetadata: { mock: { own: true } },
    };
  }
  return {
    finishReason: { unified: reason, raw: `mock-${reason}` },
    usage: {
      inputTokens: { total: input, noCache: input, cacheRead: undefined, cacheWrite: undefined },
      outputTokens: { total: output, text: output, reasoning: undefined },
    },
    providerMetadata: { mock: { own: true } },
  };
}
