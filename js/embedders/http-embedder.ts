import {
  errorMessage,
  isObject,
  type JsonObject,
  parseObject,
  refusePage,
  wholeText,
} from "../models/answer.ts";
import { checkedBase, type HttpOptions } from "../models/http-options.ts";
import { type Embedder, type EmbedKind, embedder, type Prefixes, type Values } from "./embedder.ts";

/** What every factory of an embedder behind HTTP takes. */
export interface HttpEmbedderOptions extends HttpOptions {
  /** Asks for vectors of so many values, where the model can shorten them; absent: the model's own number. */
  dimensions?: number | undefined;
  /** The most texts that should go into one call; absent: what the provider takes. */
  maxBatch?: number | undefined;
  /** The most bytes (UTF-8) that the texts of one call should have together. */
  maxBatchBytes?: number | undefined;
  /**
   * What the model wants before a text: `{ query: "query: ", document: "passage: " }`. Vectors made with other
   * prefixes are others: change `id` with them.
   */
  prefixes?: Prefixes | undefined;
  /** In place of the provider, the model and the dimensions that were asked for: `openai/text-embedding-3-small`. */
  id?: string | undefined;
}

/** How one provider is asked. */
export interface Protocol {
  /** As ids name it. */
  readonly provider: string;
  /** Where it is found, unless the caller says otherwise. */
  readonly baseURL?: string;
  readonly path: string;
  readonly maxBatch: number;
  readonly maxBatchBytes?: number;
  /** How it takes the key; absent: as a bearer token. */
  keyHeaders?(key: string): Record<string, string>;
  body(texts: readonly string[], kind: EmbedKind | undefined): unknown;
  /** The vectors of an answer in the order of the texts; `undefined` when it holds none. */
  vectors(answer: JsonObject): readonly Values[] | undefined;
}

// 256 vectors of 4096 doubles, written with all their digits.
const bodyLimit = 32 << 20;
const wrongAddress = "Check baseURL, and that the model embeds texts.";

/** An embedder behind HTTP: keys, retries, waits and redaction are those of the models. */
export function httpEmbedder(options: HttpEmbedderOptions, protocol: Protocol): Embedder {
  const { model, dimensions, baseURL = protocol.baseURL } = options;
  const settings = { ...options, baseURL, keyHeaders: protocol.keyHeaders };
  checkedBase(settings);
  return embedder({
    id: options.id ?? [protocol.provider, model, ...(dimensions ? [dimensions] : [])].join("/"),
    dimensions,
    maxBatch: options.maxBatch ?? protocol.maxBatch,
    maxBatchBytes: options.maxBatchBytes ?? protocol.maxBatchBytes,
    prefixes: options.prefixes,
    async embed(texts, { signal, kind }) {
      // Loaded with the first call, as models load it.
      const { httpPost } = await import("../models/http.ts");
      const post = httpPost(settings);
      const answer = await post(protocol.path, protocol.body(texts, kind), signal);
      refusePage(answer, wrongAddress);
      const body = parseObject(await wholeText(answer, bodyLimit));
      const vectors = body && protocol.vectors(body);
      if (vectors) return vectors;
      const said = body && errorMessage(body);
      const message = said ? `The server gave no vectors: ${said}` : "The answer holds no vectors.";
      throw answer.error("model_bad_response", message, { hint: wrongAddress });
    },
  });
}

/** The member `name` of each item of a list; `undefined` for anything but a list of objects. */
export function pluck(list: unknown, name: string): readonly Values[] | undefined {
  return isObjects(list) ? list.map((item) => item[name] as Values) : undefined;
}

/** Whether this is a list of JSON objects. */
export function isObjects(list: unknown): list is readonly JsonObject[] {
  return Array.isArray(list) && list.every(isObject);
}
