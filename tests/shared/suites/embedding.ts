import { describe, expect, it } from "vitest";
import { closedPort } from "../closed-port.ts";
import type { Provider, Trial, Verdict } from "../embedding.ts";
import { type Answer, json, serverTaking, status } from "../model-server.ts";

const key = "sk-secret-0123456789";
const texts = ["a red fox", "the sea", "tea"];
// Values that 32 bits hold exactly.
const vectors = [
  [0.5, -0.25],
  [1, 0],
  [0, 0],
];

const base64 = (vector: number[]) => Buffer.from(Float32Array.from(vector).buffer).toString("base64");
const openaiItem = (embedding: unknown, index?: number) => ({ object: "embedding", index, embedding });
const openaiBody = (data: object[]) => ({
  ...{ object: "list", data, model: "small" },
  usage: { prompt_tokens: 5, total_tokens: 5 },
});

/** What its documentation says: how it is asked, what it answers. */
interface Documented {
  readonly provider: Provider;
  /** The headers beside the simple ones that it lets a page send. */
  readonly allowed?: string;
  readonly url: string;
  readonly headers: Record<string, string>;
  /** The body for `texts` and `small`, without a kind. */
  readonly body: object;
  /** What 512 dimensions add to it. */
  readonly shortened: object;
  /** What the kinds change about it, if anything. */
  readonly query?: object;
  readonly document?: object;
  answer(vectors: readonly unknown[]): object;
  /** How it says that the key is wrong. */
  error(message: string): object;
}

const bearer = { authorization: `Bearer ${key}` };
const googleBody = (fields: object, prefix = "", model = "models/small") => ({
  requests: texts.map((text) => ({ model, content: { parts: [{ text: prefix + text }] }, ...fields })),
});

const documented: Documented[] = [
  {
    provider: "openai",
    url: "/v1/embeddings",
    headers: bearer,
    body: { model: "small", input: texts, encoding_format: "base64" },
    shortened: { dimensions: 512 },
    answer: (list) => openaiBody(list.map((vector, index) => openaiItem(base64(vector as number[]), index))),
    error: (message) => ({ error: { message, type: "invalid_request_error", code: "invalid_api_key" } }),
  },
  {
    provider: "openai-compatible",
    url: "/v1/embeddings",
    headers: bearer,
    body: { model: "small", input: texts, encoding_format: "float" },
    shortened: { dimensions: 512 },
    answer: (list) => openaiBody(list.map((vector, index) => openaiItem(vector, index))),
    error: (message) => ({ error: message, error_type: "Unauthorized" }),
  },
  {
    provider: "mistral",
    url: "/v1/embeddings",
    headers: bearer,
    body: { model: "small", input: texts, encoding_format: "float" },
    shortened: { output_dimension: 512 },
    answer: (list) => ({ id: "e", ...openaiBody(list.map((vector, index) => openaiItem(vector, index))) }),
    error: (message) => ({ object: "error", message, type: "invalid_request_error", code: null }),
  },
  {
    provider: "google",
    allowed: "x-goog-api-key, content-type",
    url: "/v1/models/small:batchEmbedContents",
    headers: { "x-goog-api-key": key },
    body: googleBody({}),
    shortened: googleBody({ outputDimensionality: 512 }),
    query: googleBody({}, "task: search result | query: "),
    document: googleBody({}, "title: none | text: "),
    answer: (list) => ({ embeddings: list.map((values) => ({ values })) }),
    error: (message) => ({ error: { code: 401, message, status: "UNAUTHENTICATED" } }),
  },
  {
    provider: "cohere",
    url: "/v1/v2/embed",
    headers: bearer,
    body: { model: "small", texts, input_type: "search_document", embedding_types: ["float"] },
    shortened: { output_dimension: 512 },
    query: { input_type: "search_query" },
    document: { input_type: "search_document" },
    answer: (list) => ({ id: "e", embeddings: { float: list }, texts, response_type: "embeddings_by_type" }),
    error: (message) => ({ id: "e", message }),
  },
  {
    provider: "ollama",
    url: "/v1/api/embed",
    headers: bearer,
    body: { model: "small", input: texts },
    shortened: { dimensions: 512 },
    answer: (list) => ({ model: "small", embeddings: list, total_duration: 14143917, prompt_eval_count: 8 }),
    error: (message) => ({ error: message }),
  },
];

/** Every provider as its documentation shows it, and what can go wrong on the way, here or in a browser. */
export function embeddingSuite(attempt: (trial: Trial) => Promise<Verdict>): void {
  for (const one of documented) {
    const { provider, allowed = "authorization, content-type" } = one;
    const ask = async (answers: Answer[], trial: Partial<Trial> = {}) => {
      await using server = await serverTaking(allowed, ...answers);
      const verdict = await attempt({ ...{ provider, baseURL: server.baseURL, key, texts }, ...trial });
      expect(verdict.leaked).toBe(false);
      expect(JSON.stringify(server.received.map(({ body }) => body))).not.toContain(key);
      return { ...verdict, received: server.received };
    };

    describe(provider, () => {
      it("is asked as documented, and gives a vector for each text", async () => {
        const { received, ...verdict } = await ask([json(one.answer(vectors))]);
        expect(verdict).toEqual({
          ...{ id: `${provider}/small`, dimensions: 2, vectors, sleeps: [], leaked: false },
        });
        expect(received).toHaveLength(1);
        expect(received[0]).toMatchObject({ url: one.url, headers: one.headers });
        expect(received[0]?.headers["content-type"]).toBe("application/json");
        expect(received[0]?.body).toEqual(one.body);
      });

      for (const kind of ["query", "document"] as const) {
        it(`hears of the kind ${kind} in its own words, if it has any`, async () => {
          const { received } = await ask([json(one.answer(vectors))], { kind });
          expect(received[0]?.body).toEqual({ ...one.body, ...one[kind] });
        });
      }

      it("is asked for shorter vectors, under an id of their own; others are refused", async () => {
        const long = texts.map(() => new Array(512).fill(0.5));
        const { received, ...verdict } = await ask([json(one.answer(long))], { dimensions: 512 });
        expect(received[0]?.body).toEqual({ ...one.body, ...one.shortened });
        expect(verdict).toMatchObject({ id: `${provider}/small/512`, dimensions: 512, vectors: long });
        const other = await ask([json(one.answer(vectors))], { dimensions: 512 });
        expect(other).toMatchObject({ code: "dimension", dimensions: 512 });
        expect(other.message).toContain("2 values where 512");
      });

      const wrong = JSON.stringify(one.error(`Incorrect API key: ${key}`));
      const html = { "content-type": "text/html" };
      const jsonType = { "content-type": "application/json" };
      const whole = JSON.stringify(one.answer(vectors));
      const failures: [name: string, answer: Answer, code: string, attempts?: number][] = [
        ["400", status(400, JSON.stringify(one.error("too long"))), "model_bad_request"],
        ["401", status(401, wrong), "model_auth"],
        ["404", status(404), "model_not_found"],
        ["413", status(413), "model_too_large"],
        ["429, three times", status(429), "model_rate_limited", 3],
        ["429 without credit", status(429, JSON.stringify(one.error("insufficient_quota"))), "model_quota"],
        ["500, three times", status(500, wrong), "model_unavailable", 3],
        ["an HTML page", status(200, "<!doctype html>", html), "model_bad_response"],
        ["an error that is called a success", status(200, wrong, jsonType), "model_bad_response"],
        ["an empty body", status(200, "", jsonType), "model_bad_response"],
        ["truncated JSON", status(200, whole.slice(0, -9), jsonType), "model_bad_response"],
        ["a connection that breaks", breaking(whole), "model_incomplete"],
        ["a list in place of an object", json([]), "model_bad_response"],
        ["a vector too few", json(one.answer(vectors.slice(1))), "model_bad_response"],
        ["a vector too many", json(one.answer([...vectors, [0, 1]])), "model_bad_response"],
        ["an empty vector", json(one.answer([[], [], []])), "model_bad_response"],
        ["vectors of two lengths", json(one.answer([[1, 0], [1], [0, 1]])), "dimension"],
      ];
      // Base64 has no place for these.
      if (provider !== "openai") {
        failures.push(
          [
            "null among the numbers",
            json(one.answer([[1, null], ...vectors.slice(1)])),
            "model_bad_response",
          ],
          [
            "a text among the numbers",
            json(one.answer([["1", 0], ...vectors.slice(1)])),
            "model_bad_response",
          ],
          [
            "more than 32 bits hold",
            json(one.answer([[1e39, 0], ...vectors.slice(1)])),
            "model_bad_response",
          ],
          ["null for a vector", json(one.answer([null, ...vectors.slice(1)])), "model_bad_response"],
        );
      } else {
        failures.push(
          ["not a number", json(one.answer([[Number.NaN, 0], ...vectors.slice(1)])), "model_bad_response"],
          ["broken base64", json(openaiBody([1, 2, 3].map(() => openaiItem("*")))), "model_bad_response"],
          ["half a float", json(openaiBody([1, 2, 3].map(() => openaiItem("AAA=")))), "model_bad_response"],
        );
      }
      for (const [name, answer, code, attempts = 1] of failures) {
        it(`${name}: ${code}, without the key`, async () => {
          const verdict = await ask([answer]);
          expect(verdict).toMatchObject({ code });
          expect(verdict).not.toHaveProperty("vectors");
          expect(verdict.received).toHaveLength(attempts);
        });
      }

      it("says what the server said, with the key taken out", async () => {
        const { message } = await ask([status(401, wrong)]);
        expect(message).toBe("The model's server answered 401: Incorrect API key: [redacted]");
      });

      it("429 with Retry-After, then 200: comes through after exactly that wait", async () => {
        const patience = status(429, "", { "retry-after": "2" });
        const verdict = await ask([patience, json(one.answer(vectors))]);
        expect(verdict).toMatchObject({ vectors, sleeps: [2000] });
        const late = await ask([status(429, "", { "retry-after": "120" })]);
        expect(late).toMatchObject({ code: "model_rate_limited", retryAfterMs: 120_000, sleeps: [] });
      });

      it("an abort before the call, and during it: aborted", async () => {
        const before = await ask([json(one.answer(vectors))], { abort: "before" });
        expect(before).toMatchObject({ code: "aborted" });
        expect(before.received).toHaveLength(0);
        const silent: Answer = (_, request) => new Promise((resolve) => request.on("close", resolve));
        expect(await ask([silent], { abort: "during" })).toMatchObject({ code: "aborted" });
      });
    });
  }

  for (const provider of ["openai", "openai-compatible", "mistral"] as const) {
    const ask = async (data: object[]) => {
      await using server = await serverTaking("authorization, content-type", json(openaiBody(data)));
      return await attempt({ provider, baseURL: server.baseURL, key, texts });
    };

    it(`${provider}: vectors come in the order of their index`, async () => {
      const shuffled = [2, 0, 1].map((index) => openaiItem(vectors[index], index));
      expect(await ask(shuffled)).toMatchObject({ vectors });
      const packed = [1, 2, 0].map((index) => openaiItem(base64(vectors[index] as number[]), index));
      expect(await ask(packed)).toMatchObject({ vectors });
      expect(await ask(vectors.map((vector) => openaiItem(vector)))).toMatchObject({ vectors });
    });

    for (const [name, indices] of Object.entries({
      "a number twice": [0, 1, 1],
      "a gap": [0, 1, 3],
      "a negative number": [0, 1, -1],
      "a missing number": [0, 1, undefined],
      "a name": [0, 1, "length"],
    })) {
      it(`${provider}: ${name} among the indices: model_bad_response`, async () => {
        const data = vectors.map((vector, at) => ({ ...openaiItem(vector), index: indices[at] }));
        expect(await ask(data)).toMatchObject({ code: "model_bad_response" });
      });
    }
  }

  it("google: the first models are told the kind by its name", async () => {
    const answer = json({ embeddings: vectors.map((values) => ({ values })) });
    await using server = await serverTaking("x-goog-api-key, content-type", answer);
    const model = "models/gemini-embedding-001";
    const trial = { provider: "google", baseURL: server.baseURL, key, texts, model } as const;
    expect(await attempt({ ...trial, kind: "query" })).toMatchObject({ id: "google/gemini-embedding-001" });
    await attempt({ ...trial, kind: "document" });
    expect(server.received.map(({ body }) => body)).toEqual([
      googleBody({ taskType: "RETRIEVAL_QUERY" }, "", model),
      googleBody({ taskType: "RETRIEVAL_DOCUMENT" }, "", model),
    ]);
    expect(server.received[0]?.url).toBe("/v1/models/gemini-embedding-001:batchEmbedContents");
  });

  it("a refused connection: model_network", async () => {
    const verdict = await attempt({
      ...{ provider: "openai-compatible", baseURL: `http://127.0.0.1:${await closedPort()}/v1`, key, texts },
    });
    expect(verdict).toMatchObject({ code: "model_network", leaked: false });
  });

  it("blank texts, and what is no text: refused before anything is sent", async () => {
    await using server = await serverTaking("authorization, content-type", status(500));
    const trial = { provider: "openai-compatible", baseURL: server.baseURL, key } as const;
    for (const blank of ["", " \n"]) {
      const { code } = await attempt({ ...trial, texts: ["tea", blank] });
      expect(code).toBe("invalid_argument");
    }
    expect(await attempt({ ...trial, texts: [5 as never] })).toMatchObject({ code: "wrong_type" });
    expect(await attempt({ ...trial, texts: [] })).toMatchObject({ vectors: [] });
    expect(server.received).toHaveLength(0);
  });
}

/** Half of the body, and then the connection breaks. */
function breaking(body: string): Answer {
  return async (response) => {
    response.writeHead(200, { "content-type": "application/json", "content-length": `${body.length}` });
    response.write(body.slice(0, body.length / 2));
    await new Promise((resolve) => setTimeout(resolve, 20));
    response.destroy();
  };
}
