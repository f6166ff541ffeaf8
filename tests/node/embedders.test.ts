import { inspect } from "node:util";
import { MockEmbeddingModelV3, MockEmbeddingModelV4 } from "ai/test";
import { describe, expect, it } from "vitest";
import {
  type AiSdkEmbeddingModel,
  aiSdkEmbedder,
  cohereEmbedder,
  type EmbedCall,
  type Embedder,
  embedder,
  type FeatureExtractor,
  googleEmbedder,
  type HttpEmbedderOptions,
  mistralEmbedder,
  ollamaEmbedder,
  openaiCompatibleEmbedder,
  openaiEmbedder,
  transformersEmbedder,
  type Values,
} from "../../js/embedders/index.ts";
import { LuminoraError } from "../../js/errors.ts";
import { failure } from "../shared/failure.ts";
import { modelServer, status } from "../shared/model-server.ts";

const key = "sk-secret-0123456789";
const lists = (...vectors: (readonly Values[])[number][]) => vectors.map((vector) => [...vector]);

/** An embedder that gives this answer. */
function giving(answer: unknown, dimensions?: number) {
  return embedder({ id: "test", dimensions, embed: () => answer as Values[] });
}

describe("an embedder of a function", () => {
  it("passes on the texts and what was said of them, and gives 32-bit vectors", async () => {
    const calls: [readonly string[], EmbedCall][] = [];
    const mine = embedder({
      id: "mine",
      async embed(texts, call) {
        calls.push([texts, call]);
        return [[0.5, -0.25], Float32Array.of(1, 0), Float64Array.of(0.1, 0)];
      },
    });
    expect(mine).toMatchObject({ version: 1, id: "mine" });
    expect(mine.dimensions).toBeUndefined();
    const { signal } = new AbortController();
    const vectors = await mine.embed(["a", "b", "c"], { signal, kind: "query" });
    expect(vectors.every((vector) => vector instanceof Float32Array)).toBe(true);
    expect(lists(...vectors)).toEqual([
      [0.5, -0.25],
      [1, 0],
      [Math.fround(0.1), 0],
    ]);
    expect(calls).toEqual([[["a", "b", "c"], { signal, kind: "query" }]]);
    expect(mine.dimensions).toBe(2);
  });

  it("gives a signal to the function also when its caller has none", async () => {
    const mine = embedder({
      id: "mine",
      embed: (texts, { signal }) => texts.map(() => [signal.aborted ? 1 : 2]),
    });
    expect(lists(...(await mine.embed(["a"])))).toEqual([[2]]);
  });

  it("does not keep a view of memory that the function uses again", async () => {
    const memory = new Float32Array([1, 2, 3, 4]);
    const mine = embedder({ id: "mine", embed: () => [memory.subarray(1, 3)] });
    const [vector] = await mine.embed(["a"]);
    memory.fill(9);
    expect([...(vector as Float32Array)]).toEqual([2, 3]);
  });

  it("writes the prefix of the kind before each text", async () => {
    const seen: string[] = [];
    const mine = embedder({
      id: "e5",
      prefixes: { query: "query: " },
      embed: (texts) => texts.map((text) => [seen.push(text)]),
    });
    await mine.embed(["a", "b"], { kind: "query" });
    await mine.embed(["c"], { kind: "document" });
    await mine.embed(["d"]);
    expect(seen).toEqual(["query: a", "query: b", "c", "d"]);
  });

  const sparse = new Array(2);
  sparse[0] = [1];
  for (const [name, answer] of Object.entries({
    nothing: undefined,
    "a promise of nothing": Promise.resolve(),
    "no list": { 0: [1], 1: [2], length: 2 },
    "a vector too few": [[1]],
    "a vector too many": [[1], [2], [3]],
    "a hole": sparse,
    "an empty vector": [[1], []],
    "no vector": [[1], "2"],
    "a hole in a vector": [[1], new Array(1)],
    "not a number": [[1], [Number.NaN]],
    "not a number in 32 bits": [[1], Float32Array.of(Number.NaN)],
    infinity: [[1], [Number.POSITIVE_INFINITY]],
    "more than 32 bits hold": [[1], [-4e38]],
    null: [[1], [null]],
    true: [[1], [true]],
    "a text": [[1], ["1"]],
    "big integers": [[1], BigInt64Array.of(1n)],
  })) {
    it(`refuses ${name}: model_bad_response`, async () => {
      const mine = giving(answer);
      expect(await failure(mine.embed(["a", "b"]))).toMatchObject({ code: "model_bad_response" });
      expect(mine.dimensions).toBeUndefined();
    });
  }

  it("refuses vectors of another length: dimension", async () => {
    expect(await failure(giving([[1, 2], [3]]).embed(["a", "b"]))).toMatchObject({ code: "dimension" });
    expect(await failure(giving([[1, 2]], 3).embed(["a"]))).toMatchObject({ code: "dimension" });
    const answers = [[[1, 2]], [[1, 2, 3]], [[3, 4]]];
    const changing = embedder({ id: "changing", embed: () => answers.shift() as Values[] });
    await changing.embed(["a"]);
    expect(await failure(changing.embed(["a"]))).toMatchObject({ code: "dimension" });
    expect(changing.dimensions).toBe(2);
    expect(lists(...(await changing.embed(["a"])))).toEqual([[3, 4]]);
  });

  it("turns what the function throws into an error of this package", async () => {
    const throwing = (thrown: unknown) =>
      embedder({
        id: "broken",
        embed() {
          throw thrown;
        },
      }).embed(["a"]);
    const { code, cause } = await failure(throwing(new TypeError("no GPU")));
    expect({ code, cause }).toEqual({ code: "model_unavailable", cause: expect.any(Error) });
    expect(cause).toMatchObject({ name: "TypeError", message: "no GPU" });
    for (const [fields, expected] of [
      [{ status: 401 }, "model_auth"],
      [{ statusCode: 429 }, "model_rate_limited"],
      [{ statusCode: 429, message: "insufficient_quota" }, "model_quota"],
      [{ status: 200 }, "model_unavailable"],
      [{ status: "401" }, "model_unavailable"],
      [undefined, "model_unavailable"],
    ] as const) {
      expect(await failure(throwing(fields))).toMatchObject({ code: expected });
    }
    const own = new LuminoraError("model_refused", "No.");
    expect(await failure(throwing(own))).toBe(own);
    const secret = Object.assign(new Error("failed"), { request: { headers: { authorization: key } } });
    expect(inspect(await failure(throwing(secret)), { depth: 9, showHidden: true })).not.toContain(key);
  });

  it("ends with its signal, whether the function heeds it or not", async () => {
    let calls = 0;
    const deaf = embedder({
      id: "deaf",
      embed() {
        calls++;
        return new Promise<Values[]>(() => {});
      },
    });
    const aborted = { code: "aborted" };
    expect(await failure(deaf.embed(["a"], { signal: AbortSignal.abort() }))).toMatchObject(aborted);
    expect(calls).toBe(0);
    expect(await failure(deaf.embed(["a"], { signal: AbortSignal.timeout(10) }))).toMatchObject(aborted);
    const heeding = embedder({
      id: "heeding",
      embed: (_, { signal }) =>
        new Promise((_, reject) => {
          signal.addEventListener("abort", () => reject(signal.reason));
        }),
    });
    expect(await failure(heeding.embed(["a"], { signal: AbortSignal.timeout(10) }))).toMatchObject(aborted);
  });

  it("refuses options that cannot work", () => {
    const embed = () => [];
    for (const id of ["", "  ", undefined as never]) {
      expect(() => embedder({ id, embed })).toThrow(
        expect.objectContaining({ code: "invalid_argument", path: "/id" }),
      );
    }
    for (const name of ["dimensions", "maxBatch", "maxBatchBytes"]) {
      for (const value of [0, -1, 1.5, Number.NaN, "3"]) {
        expect(() => embedder({ id: "mine", embed, [name]: value })).toThrow(
          expect.objectContaining({ code: "out_of_range", path: `/${name}` }),
        );
      }
    }
  });
});

describe("an embedder behind HTTP", () => {
  const factories: [(options: HttpEmbedderOptions) => Embedder, string, number][] = [
    [openaiEmbedder, "https://api.openai.com/v1/embeddings", 256],
    [mistralEmbedder, "https://api.mistral.ai/v1/embeddings", 128],
    [googleEmbedder, "https://generativelanguage.googleapis.com/v1beta/models/small:batchEmbedContents", 100],
    [cohereEmbedder, "https://api.cohere.com/v2/embed", 96],
    [ollamaEmbedder, "http://localhost:11434/api/embed", 32],
  ];
  for (const [factory, address, maxBatch] of factories) {
    it(`${factory.name} asks its provider without a base URL`, async () => {
      let asked = "";
      const fetch = async (url: unknown) => {
        asked = String(url);
        return new Response("{}", { status: 404 });
      };
      const made = factory({ model: "small", fetch: fetch as typeof globalThis.fetch });
      expect(await failure(made.embed(["a"]))).toMatchObject({ code: "model_not_found" });
      expect(asked).toBe(address);
      expect(made.maxBatch).toBe(maxBatch);
    });
  }

  it("takes what the caller knows better: id, sizes, prefixes", async () => {
    const body = { data: [{ index: 0, embedding: [1] }] };
    await using server = await modelServer(status(200, JSON.stringify(body)));
    const options = { id: "e5", maxBatch: 4, maxBatchBytes: 900 };
    const prefixes = { query: "query: " };
    const e5 = openaiCompatibleEmbedder({ baseURL: server.baseURL, model: "m", prefixes, ...options });
    expect(e5).toMatchObject(options);
    await e5.embed(["tea"], { kind: "query" });
    expect(server.received[0]?.body.input).toEqual(["query: tea"]);
    const gemini = googleEmbedder({ baseURL: server.baseURL, model: "gemini-embedding-2", prefixes });
    await failure(gemini.embed(["tea"], { kind: "query" }));
    expect(JSON.stringify(server.received[1]?.body)).toContain('"query: tea"');
  });

  it("asks a key function before each call, and needs no key at all", async () => {
    await using server = await modelServer(status(200, JSON.stringify({ embeddings: [[1]] })));
    let count = 0;
    const apiKey = async () => `key-${++count}`;
    const asked = ollamaEmbedder({ baseURL: server.baseURL, model: "m", apiKey });
    await asked.embed(["a"]);
    await asked.embed(["a"]);
    await ollamaEmbedder({ baseURL: server.baseURL, model: "m" }).embed(["a"]);
    expect(server.received.map(({ headers }) => headers.authorization)).toEqual([
      "Bearer key-1",
      "Bearer key-2",
      undefined,
    ]);
  });

  it("refuses a key in a browser unless allowed, a model without a name, an address that is none", () => {
    const options = { baseURL: "http://localhost", model: "small" };
    Object.defineProperty(globalThis, "document", { value: {}, configurable: true });
    try {
      for (const factory of [openaiCompatibleEmbedder, googleEmbedder, cohereEmbedder]) {
        expect(() => factory({ ...options, apiKey: key })).toThrow(
          expect.objectContaining({ code: "browser_key_refused" }),
        );
        factory({ ...options, apiKey: key, dangerouslyAllowBrowser: true });
        factory(options);
      }
    } finally {
      Reflect.deleteProperty(globalThis, "document");
    }
    for (const factory of [openaiCompatibleEmbedder, googleEmbedder]) {
      for (const model of ["", " ", undefined as never]) {
        expect(() => factory({ ...options, model })).toThrow(
          expect.objectContaining({ code: "invalid_argument", path: "/model" }),
        );
      }
      expect(() => factory({ ...options, baseURL: "localhost:1" })).toThrow(
        expect.objectContaining({ code: "invalid_argument", path: "/baseURL" }),
      );
      expect(() => factory({ ...options, dimensions: 0 })).toThrow(
        expect.objectContaining({ code: "out_of_range", path: "/dimensions" }),
      );
    }
  });

  it("keeps its key in a closure", () => {
    const made = openaiEmbedder({ model: "small", apiKey: key });
    expect(inspect(made, { depth: 9, showHidden: true }) + JSON.stringify(made)).not.toContain(key);
  });
});

describe("transformers.js", () => {
  /** A pipeline that gives these rows. */
  const pipeline = (data: ArrayLike<unknown>, dims: readonly number[]) => {
    const calls: unknown[][] = [];
    const state = { calls, disposed: 0 };
    const extractor: FeatureExtractor = async (...args) => {
      calls.push(args);
      return { data, dims, dispose: () => state.disposed++ };
    };
    return Object.assign(state, { extractor });
  };

  it("is loaded with the first call, once, and asked for pooled, normalized rows", async () => {
    const { extractor, calls } = pipeline(Float32Array.of(1, 0, 0, 1), [2, 2]);
    let loads = 0;
    const local = transformersEmbedder({
      model: "Xenova/all-MiniLM-L6-v2",
      async load() {
        loads++;
        return extractor;
      },
    });
    expect(local).toMatchObject({ id: "transformers/Xenova/all-MiniLM-L6-v2", maxBatch: 8, parallel: false });
    expect(loads).toBe(0);
    const both = await Promise.all([local.embed(["a", "b"]), local.embed(["c", "d"])]);
    for (const vectors of both) {
      expect(lists(...vectors)).toEqual([
        [1, 0],
        [0, 1],
      ]);
    }
    expect(loads).toBe(1);
    expect(calls[0]).toEqual([["a", "b"], { pooling: "mean", normalize: true }]);
    expect(local.dimensions).toBe(2);
  });

  it("frees its tensors, and takes other poolings, prefixes and types of numbers", async () => {
    const state = pipeline([1, 0], [1, 2]);
    const local = transformersEmbedder({
      model: "m",
      load: () => state.extractor,
      pooling: "cls",
      prefixes: { document: "passage: " },
    });
    await local.embed(["a"], { kind: "document" });
    expect(state.calls).toEqual([[["passage: a"], { pooling: "cls", normalize: true }]]);
    expect(state.disposed).toBe(1);
  });

  for (const [name, dims] of Object.entries({
    "vectors of tokens": [2, 5, 2],
    "a row too few": [1, 4],
    "no row": [],
    "more than there is": [2, 3],
  })) {
    it(`refuses ${name}: model_bad_response`, async () => {
      const { extractor } = pipeline(Float32Array.of(1, 0, 0, 1), dims);
      const local = transformersEmbedder({ model: "m", load: () => extractor });
      expect(await failure(local.embed(["a", "b"]))).toMatchObject({ code: "model_bad_response" });
    });
  }

  it("loads again after it failed", async () => {
    const { extractor } = pipeline([1], [1, 1]);
    let loads = 0;
    const local = transformersEmbedder({
      model: "m",
      async load() {
        if (++loads === 1) throw new Error("offline");
        return extractor;
      },
    });
    const error = await failure(local.embed(["a"]));
    expect(error).toMatchObject({ code: "model_unavailable", cause: { message: "offline" } });
    expect(lists(...(await local.embed(["a"])))).toEqual([[1]]);
    expect(() => transformersEmbedder({ model: "", load: () => extractor })).toThrow(
      expect.objectContaining({ code: "invalid_argument", path: "/model" }),
    );
  });
});

describe("the AI SDK", () => {
  const answer = (embeddings: number[][]) => ({ embeddings, warnings: [] });
  const doEmbed = async ({ values }: { values: string[] }) => answer(values.map((text) => [text.length, 1]));
  const versions: [string, () => AiSdkEmbeddingModel & { doEmbedCalls: { values: string[] }[] }][] = [
    [
      "v2",
      () => Object.assign(new MockEmbeddingModelV3({ doEmbed }), { specificationVersion: "v2" as never }),
    ],
    ["v3", () => new MockEmbeddingModelV3({ doEmbed, maxEmbeddingsPerCall: null })],
    ["v4", () => new MockEmbeddingModelV4({ doEmbed, maxEmbeddingsPerCall: 2, supportsParallelCalls: true })],
  ];
  for (const [version, make] of versions) {
    it(`a model of specification ${version} embeds`, async () => {
      const model = make();
      expect(model.specificationVersion).toBe(version);
      const made = aiSdkEmbedder(model);
      expect(made.id).toBe("mock-provider/mock-model-id");
      expect(lists(...(await made.embed(["a", "bb", "ccc"])))).toEqual([
        [1, 1],
        [2, 1],
        [3, 1],
      ]);
      // One text a call, as many as there are, two a call.
      const sizes = { v2: [1, 1, 1], v3: [3], v4: [2, 1] }[version];
      expect(model.doEmbedCalls.map(({ values }) => values.length)).toEqual(sizes);
    });
  }

  it("says how many texts go into a call, and whether two may be in flight", () => {
    const made = (options: object) => aiSdkEmbedder(new MockEmbeddingModelV4({ doEmbed, ...options }));
    expect(made({ maxEmbeddingsPerCall: 96, supportsParallelCalls: true })).toMatchObject({
      ...{ maxBatch: 96, parallel: true },
    });
    const vague = made({
      maxEmbeddingsPerCall: Promise.resolve(96),
      supportsParallelCalls: Promise.resolve(true),
    });
    expect(vague).toMatchObject({ maxBatch: undefined, parallel: false });
    expect(made({ maxEmbeddingsPerCall: Number.POSITIVE_INFINITY })).toMatchObject({ maxBatch: undefined });
  });

  it("keeps to a limit that is only promised", async () => {
    const model = new MockEmbeddingModelV4({ doEmbed });
    Object.assign(model, { maxEmbeddingsPerCall: Promise.resolve(2) });
    await aiSdkEmbedder(model).embed(["a", "b", "c"]);
    expect(model.doEmbedCalls.map(({ values }) => values)).toEqual([["a", "b"], ["c"]]);
  });

  it("passes on the signal, and the options that the caller makes of the kind", async () => {
    const model = new MockEmbeddingModelV4({ doEmbed });
    const made = aiSdkEmbedder(model, {
      id: "cohere/v4",
      providerOptions: (kind) => kind && { cohere: { inputType: `search_${kind}` } },
    });
    const { signal } = new AbortController();
    await made.embed(["a"], { kind: "query", signal });
    await made.embed(["a"]);
    expect(made.id).toBe("cohere/v4");
    expect(model.doEmbedCalls[0]).toMatchObject({
      providerOptions: { cohere: { inputType: "search_query" } },
    });
    expect(model.doEmbedCalls[0]?.abortSignal).toBe(signal);
    expect(model.doEmbedCalls[1]).not.toHaveProperty("providerOptions");
  });

  it("refuses what is no such model, and answers that do not fit", async () => {
    for (const model of ["openai/text-embedding-3-small", { specificationVersion: "v1" }, undefined]) {
      expect(() => aiSdkEmbedder(model as never)).toThrow(
        expect.objectContaining({ code: "model_unsupported", path: "/model" }),
      );
    }
    const short = new MockEmbeddingModelV4({ doEmbed: answer([[1]]), maxEmbeddingsPerCall: 2 });
    expect(await failure(aiSdkEmbedder(short).embed(["a", "b", "c"]))).toMatchObject({
      code: "model_bad_response",
    });
    const empty = new MockEmbeddingModelV4({ doEmbed: {} as never });
    expect(await failure(aiSdkEmbedder(empty).embed(["a"]))).toMatchObject({ code: "model_bad_response" });
  });

  it("gives the SDK's errors the code of their status", async () => {
    const { APICallError } = await import("ai");
    const refused = new APICallError({
      ...{ message: "invalid key", url: "https://example.org", requestBodyValues: { key }, statusCode: 401 },
    });
    const model = new MockEmbeddingModelV4({
      async doEmbed() {
        throw refused;
      },
    });
    const error = await failure(aiSdkEmbedder(model).embed(["a"]));
    expect(error).toMatchObject({ code: "model_auth", cause: { message: "invalid key" } });
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain(key);
  });
});
