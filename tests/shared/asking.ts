import {
  anthropic,
  type CallOptions,
  type Capabilities,
  cohere,
  deepseek,
  type ErrorCode,
  google,
  type HttpModelOptions,
  LuminoraError,
  llama,
  type Model,
  mistral,
  openai,
  openaiCompatible,
  type Part,
} from "luminoracore";
import { fakeClock } from "luminoracore/testing";

/** The models behind HTTP, by their kind. */
export type Kind =
  | "openai"
  | "openai-compatible"
  | "deepseek"
  | "mistral"
  | "anthropic"
  | "google"
  | "cohere"
  | "llama";

/** What a model is asked, and how it is reached. */
export interface Question {
  readonly kind: Kind;
  readonly baseURL: string;
  readonly model?: string;
  readonly key?: string;
  readonly headers?: Record<string, string>;
  readonly capabilities?: Capabilities;
  readonly contextTokens?: number;
  readonly call?: Partial<Omit<CallOptions, "signal">>;
}

/** What came of it. */
export interface Heard {
  /** Deltas of one kind that follow each other are one here. */
  readonly parts: readonly Part[];
  /** Of the error. */
  readonly code?: ErrorCode;
  readonly message?: string;
  readonly hint?: string;
  readonly retryAfterMs?: number;
}

/** The factory of each kind. */
export const factories: Record<Kind, (options: HttpModelOptions & { baseURL: string }) => Model> = {
  openai,
  "openai-compatible": openaiCompatible,
  deepseek,
  mistral,
  anthropic,
  google,
  cohere,
  llama,
};

/** Asks once. */
export async function askModel(question: Question): Promise<Heard> {
  const { kind, baseURL, model = "small", key, headers, capabilities, contextTokens } = question;
  const clock = fakeClock();
  const asked = factories[kind]({
    ...{ baseURL, model, headers, capabilities, contextTokens, apiKey: key, dangerouslyAllowBrowser: true },
    ...{ clock, sleep: clock.sleep },
  });
  const parts: Part[] = [];
  try {
    for await (const part of asked.call(callOf(question))) add(parts, part);
    return { parts };
  } catch (error) {
    if (!LuminoraError.isInstance(error)) throw error;
    const { code, message, hint, retryAfterMs } = error;
    return {
      ...{ parts, code, message },
      ...(hint !== undefined && { hint }),
      ...(retryAfterMs !== undefined && { retryAfterMs }),
    };
  }
}

/** Says the same to a server once for each of these texts, several at a time; what came of it, and for which texts. */
export async function askAll(
  question: Question,
  texts: readonly string[],
): Promise<{ readonly heard: Heard; readonly texts: readonly string[] }[]> {
  const outcomes = new Map<string, { heard: Heard; texts: string[] }>();
  const left = [...texts].reverse();
  const work = async () => {
    for (let text = left.pop(); text !== undefined; text = left.pop()) {
      const heard = await askModel({ ...question, call: { messages: [{ role: "user", content: text }] } });
      const key = JSON.stringify(heard);
      const outcome = outcomes.get(key) ?? { heard, texts: [] };
      outcome.texts.push(text);
      outcomes.set(key, outcome);
    }
  };
  // As many as browsers connect to one host at a time.
  await Promise.all(Array.from({ length: 6 }, work));
  return [...outcomes.values()];
}

/** In how many pieces the body arrives that a server answers each of these texts with. */
export async function countPieces(url: string, texts: readonly string[]): Promise<number[]> {
  const counts: number[] = [];
  for (const text of texts) {
    const response = await fetch(url, { method: "POST", body: JSON.stringify({ text }) });
    const reader = response.body?.getReader();
    let count = 0;
    while (reader && !(await reader.read()).done) count++;
    counts.push(count);
  }
  return counts;
}

function callOf({ call }: Question): CallOptions {
  return {
    system: "You are Luna.",
    messages: [{ role: "user", content: "Hi" }],
    temperature: 0.7,
    ...call,
    signal: new AbortController().signal,
  };
}

function add(parts: Part[], part: Part): void {
  const last = parts.at(-1);
  if (last && "text" in last && "text" in part && last.type === part.type) {
    parts[parts.length - 1] = { ...last, text: last.text + part.text };
  } else {
    parts.push(part);
  }
}
