import { type ErrorCode, LuminoraError } from "luminoracore";
import * as embedders from "luminoracore/embedders";
import { fakeClock } from "luminoracore/testing";
import { revealed } from "./failing-model.ts";

/** The embedders that ask a provider over HTTP, by the provider. */
export type Provider = "openai" | "openai-compatible" | "mistral" | "google" | "cohere" | "ollama";

/** Some texts and the embedder that gets them. */
export interface Trial {
  readonly provider: Provider;
  readonly baseURL: string;
  readonly model?: string;
  readonly key: string;
  readonly dimensions?: number;
  readonly texts: readonly string[];
  readonly kind?: embedders.EmbedKind;
  /** When the caller gives up, if it does. */
  readonly abort?: "before" | "during";
}

/** What came of it. */
export interface Verdict {
  /** Of the embedder, and how many values it now says its vectors have. */
  readonly id: string;
  readonly dimensions?: number;
  readonly vectors?: readonly (readonly number[])[];
  /** Of the error. */
  readonly code?: ErrorCode;
  readonly message?: string;
  readonly retryAfterMs?: number;
  /** The waits between attempts, in milliseconds. */
  readonly sleeps: readonly number[];
  /** Whether the key was found on the embedder or the error. */
  readonly leaked: boolean;
}

const factories = {
  openai: embedders.openaiEmbedder,
  "openai-compatible": embedders.openaiCompatibleEmbedder,
  mistral: embedders.mistralEmbedder,
  google: embedders.googleEmbedder,
  cohere: embedders.cohereEmbedder,
  ollama: embedders.ollamaEmbedder,
} satisfies Record<Provider, unknown>;

/** Embeds the texts in one call. */
export async function tryEmbedding(trial: Trial): Promise<Verdict> {
  const { provider, baseURL, model = "small", key, dimensions, texts, kind } = trial;
  const abort = new AbortController();
  if (trial.abort === "before") abort.abort();
  const clock = fakeClock();
  const embedder = factories[provider]({
    ...{ model, baseURL, dimensions, apiKey: key, dangerouslyAllowBrowser: true, clock, sleep: clock.sleep },
    fetch(input, init) {
      if (trial.abort === "during") setTimeout(() => abort.abort(), 30);
      return fetch(input, init);
    },
  });
  let vectors: readonly Float32Array[] | undefined;
  let failure: unknown;
  try {
    vectors = await embedder.embed(texts, { kind, signal: abort.signal });
  } catch (error) {
    failure = error;
  }
  if (failure && !LuminoraError.isInstance(failure)) throw failure;
  const { code, message, retryAfterMs } = (failure ?? {}) as Partial<LuminoraError>;
  const places = revealed(failure) + revealed(embedder);
  return {
    id: embedder.id,
    ...(embedder.dimensions !== undefined && { dimensions: embedder.dimensions }),
    ...(vectors && { vectors: vectors.map((vector) => [...vector]) }),
    ...(code && { code }),
    ...(message !== undefined && { message }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
    ...{ sleeps: clock.sleeps, leaked: places.includes(key) },
  };
}
