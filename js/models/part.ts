/** Why a model stopped. */
export type FinishReason = "stop" | "length" | "content-filter" | "tool-calls" | "error" | "other";

/** One piece of a model's answer, in the order of arrival. `finish` is the last; without it the answer is not complete. */
export type Part =
  | { readonly type: "text-delta"; readonly text: string }
  | { readonly type: "reasoning-delta"; readonly text: string }
  /** `arguments` is the JSON text as the model wrote it. */
  | { readonly type: "tool-call"; readonly callId: string; readonly name: string; readonly arguments: string }
  /** Tokens as the provider counted them; a count it did not give is absent. */
  | { readonly type: "usage"; readonly inputTokens?: number; readonly outputTokens?: number }
  | { readonly type: "finish"; readonly reason: FinishReason };
