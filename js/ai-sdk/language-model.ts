import { isCount, isObject } from "../models/answer.ts";
import type { FinishReason } from "../models/part.ts";

/**
 * A language model of the Vercel AI SDK (specification v2, v3 or v4), as far as it is used here. The versions differ in
 * what they call a finish reason and a usage, and in much that is no text.
 */
export interface AiSdkLanguageModel {
  readonly specificationVersion: string;
  readonly provider: string;
  readonly modelId: string;
  // biome-ignore lint/suspicious/noExplicitAny: the SDK's own types for it are others in each version
  doStream(options: any): PromiseLike<{ readonly stream: ReadableStream<any> }>;
}

/** Whether a model is of a specification that is known here. */
export function isAiSdkModel(model: unknown): model is AiSdkLanguageModel {
  return (
    isObject(model) &&
    specifications.has(model.specificationVersion) &&
    typeof model.provider === "string" &&
    typeof model.modelId === "string" &&
    typeof model.doStream === "function"
  );
}

const specifications = new Set<unknown>(["v2", "v3", "v4"]);

/** How records name such a model. */
export function modelReference({ provider, modelId }: AiSdkLanguageModel): { kind: string; id: string } {
  return { kind: "ai-sdk", id: `${provider}/${modelId}` };
}

/**
 * A finish reason of any version: a text in v2, with the provider's own beside it since v3. `interrupted`: the answer
 * broke off.
 */
export function finishReason(reason: unknown): FinishReason | "interrupted" {
  const unified = isObject(reason) ? reason.unified : reason;
  return known.find((name) => name === unified) ?? "other";
}

const known = ["stop", "length", "content-filter", "tool-calls", "error", "interrupted"] as const;

/** Tokens of one call; a count that the provider did not give is absent. */
export interface Tokens {
  readonly inputTokens?: number;
  readonly outputTokens?: number;
}

/** A usage of any version: numbers in v2, each with its parts since v3. */
export function tokens(usage: unknown): Tokens {
  if (!isObject(usage)) return {};
  const total = (count: unknown) => (isObject(count) ? count.total : count);
  const [inputTokens, outputTokens] = [total(usage.inputTokens), total(usage.outputTokens)];
  return {
    ...(isCount(inputTokens) && { inputTokens }),
    ...(isCount(outputTokens) && { outputTokens }),
  };
}
