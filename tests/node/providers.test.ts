import { describe, expect, it } from "vitest";
import type { HttpModelOptions } from "../../js/models/http-options.ts";
import type { Model } from "../../js/models/model.ts";
import { openaiCompatible } from "../../js/models/openai-compatible.ts";
import type { Heard, Kind, Question } from "../shared/asking.ts";
import { askModel, factories } from "../shared/asking.ts";
import { failure } from "../shared/failure.ts";
import { type Answer, modelServer, serverTaking, status, stream } from "../shared/model-server.ts";
import { documented, provider } from "../shared/providers.ts";

const key = "sk-secret-0123456789";

/** The URL that is asked when nobody gives one. */
async function urlAsked(make: (options: HttpModelOptions) => Model): Promise<string> {
  let asked = "";
  const fetch = async (url: unknown) => {
    asked = String(url);
    return new Response("{}", { status: 404 });
  };
  const model = make({ model: "small", fetch: fetch as typeof globalThis.fetch });
  const reading = (async () => {
    const { signal } = new AbortController();
    for await (const _ of model.call({ system: "", messages: [], temperature: 1, signal }));
  })();
  expect(await failure(reading)).toMatchObject({ code: "model_not_found" });
  return asked;
}

async function ask(kind: Kind, answer: Answer | Answer[], rest: Partial<Question> = {}) {
  await using server = await serverTaking(provider(kind).allowed, ...[answer].flat());
  const heard: Heard = await askModel({ kind, baseURL: server.baseURL, key, ...rest });
  return { ...heard, received: server.received };
}

/** An answer of a provider, as its documentation shows it, with something else in it. */
function answering(kind: Kind, edit: (text: string) => string, texts = ["Hi"]): Answer {
  const one = provider(kind);
  return status(200, edit(one.stream(texts).join("")), { "content-type": one.contentType });
}

describe("a provider", () => {
  for (const [kind, url] of Object.entries({
    openai: "https://api.openai.com/v1/chat/completions",
    deepseek: "https://api.deepseek.com/chat/completions",
    mistral: "https://api.mistral.ai/v1/chat/completions",
    anthropic: "https://api.anthropic.com/v1/messages",
    google: "https://generativelanguage.googleapis.com/v1beta/models/small:streamGenerateContent?alt=sse",
    cohere: "https://api.cohere.com/v2/chat",
    llama: "http://localhost:11434/api/chat",
  })) {
    it(`${kind} is found at ${new URL(url).host}`, async () => {
      const make = factories[kind as Kind] as Parameters<typeof urlAsked>[0];
      expect(await urlAsked(make)).toBe(url);
    });
  }

  for (const [preset, url] of Object.entries({
    groq: "https://api.groq.com/openai/v1/chat/completions",
    openrouter: "https://openrouter.ai/api/v1/chat/completions",
    vllm: "http://localhost:8000/v1/chat/completions",
    "llama.cpp": "http://localhost:8080/v1/chat/completions",
    "lm-studio": "http://localhost:1234/v1/chat/completions",
    ollama: "http://localhost:11434/v1/chat/completions",
  })) {
    it(`of the preset ${preset} is found at ${new URL(url).host}`, async () => {
      const options = { preset } as { preset: "groq" };
      expect(await urlAsked((given) => openaiCompatible({ ...given, ...options }))).toBe(url);
    });
  }

  it("says what it can do, and the caller knows better", () => {
    const capabilities = Object.fromEntries(
      documented.map(({ kind }) => [
        kind,
        factories[kind]({ model: "small", baseURL: "http://localhost" }).capabilities,
      ]),
    );
    expect(capabilities).toEqual({
      openai: { browser: "yes", jsonOutput: "schema", tokenKey: "max_completion_tokens" },
      "openai-compatible": {},
      deepseek: { browser: "yes", jsonOutput: "object" },
      mistral: { browser: "yes", systemRole: "first", jsonOutput: "schema" },
      anthropic: { browser: "header", systemRole: "first", jsonOutput: "schema" },
      google: { browser: "yes", systemRole: "first", jsonOutput: "schema" },
      cohere: { browser: "proxy", systemRole: "first", jsonOutput: "schema" },
      llama: { browser: "yes", systemRole: "anywhere", jsonOutput: "schema" },
    });
    const model = openaiCompatible({
      preset: "groq",
      model: "small",
      capabilities: { jsonOutput: "schema" },
    });
    expect(model.capabilities).toEqual({ browser: "yes", jsonOutput: "schema" });
    expect(model).toMatchObject({ version: 1, kind: "openai-compatible", id: "small" });
  });

  it("of a preset that there is not is refused, with the names of those that there are", () => {
    for (const preset of ["grok", "constructor"]) {
      const make = () => openaiCompatible({ preset: preset as "groq", model: "small" });
      expect(make).toThrow(
        expect.objectContaining({
          code: "invalid_argument",
          path: "/preset",
          hint: expect.stringContaining("groq"),
        }),
      );
    }
  });

  for (const { kind } of documented) {
    it(`${kind} refuses a key in a browser unless it is allowed`, () => {
      Object.defineProperty(globalThis, "document", { value: {}, configurable: true });
      try {
        const options = { model: "small", baseURL: "http://localhost", apiKey: key };
        expect(() => factories[kind](options)).toThrow(
          expect.objectContaining({ code: "browser_key_refused" }),
        );
        factories[kind]({ ...options, dangerouslyAllowBrowser: true });
      } finally {
        Reflect.deleteProperty(globalThis, "document");
      }
    });

    it(`${kind} follows no redirect: another host gets neither key nor text`, async () => {
      await using other = await modelServer(status(200));
      const location = `${other.baseURL}${provider(kind).path}`;
      for (const code of [301, 307, 308]) {
        expect(await ask(kind, status(code, "", { location }))).toMatchObject({ code: "model_bad_response" });
      }
      expect(other.received).toEqual([]);
    });
  }
});

describe("mistral, deepseek, and servers like them", () => {
  it("are told the schema, where they only know JSON", async () => {
    const call = { responseSchema: { type: "object" } };
    const capabilities = { jsonOutput: "object" } as const;
    const { received } = await ask("openai-compatible", answering("openai", String), { call, capabilities });
    expect(received[0]?.body).toMatchObject({
      response_format: { type: "json_object" },
      messages: [{ role: "system", content: expect.stringContaining('{"type":"object"}') }, {}],
    });
  });

  it("may call several tools at once", async () => {
    const calls = [
      { index: 0, id: "a", function: { name: "look", arguments: "{}" } },
      { index: 1, id: "b", function: { name: "listen" } },
    ];
    const piece = { choices: [{ delta: { tool_calls: calls }, finish_reason: "tool_calls" }] };
    const { parts } = await ask("mistral", stream(`data: ${JSON.stringify(piece)}\n\n`, "data: [DONE]\n\n"));
    expect(parts).toEqual([
      { type: "tool-call", callId: "a", name: "look", arguments: "{}" },
      { type: "tool-call", callId: "b", name: "listen", arguments: "{}" },
      { type: "finish", reason: "tool-calls" },
    ]);
  });

  for (const [reason, finish] of [
    ["model_length", "length"],
    ["insufficient_system_resource", "error"],
    ["something_new", "other"],
  ]) {
    it(`may end with ${reason}: ${finish}`, async () => {
      const { parts } = await ask(
        "deepseek",
        answering("deepseek", (text) => text.replace('"stop"', `"${reason}"`)),
      );
      expect(parts.at(-1)).toEqual({ type: "finish", reason: finish });
    });
  }

  it("may find in mid-stream that the prompt is too long", async () => {
    const error = `data: ${JSON.stringify(provider("openai").tooLong)}\n\n`;
    expect(await ask("openai", stream(error))).toMatchObject({ code: "model_too_large" });
  });
});

describe("google", () => {
  const limit = (quotaId: string) =>
    JSON.stringify({
      error: {
        code: 429,
        message: "You exceeded your current quota, please check your plan.",
        status: "RESOURCE_EXHAUSTED",
        details: [
          { "@type": "type.googleapis.com/google.rpc.QuotaFailure", violations: [{ quotaId }] },
          { "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay: "34.4s" },
        ],
      },
    });

  it("says in the body how long to wait", async () => {
    const late = status(429, limit("GenerateRequestsPerMinutePerProjectPerModel-FreeTier"));
    expect(await ask("google", [late, answering("google", String)])).toMatchObject({ parts: { length: 4 } });
    const { code, retryAfterMs, received } = await ask("google", late);
    expect({ code, retryAfterMs }).toEqual({ code: "model_rate_limited", retryAfterMs: 34_400 });
    expect(received).toHaveLength(3);
  });

  it("has quotas of a day, too: these are not waited for", async () => {
    const { code, received } = await ask(
      "google",
      status(429, limit("GenerateRequestsPerDayPerProjectPerModel")),
    );
    expect(code).toBe("model_quota");
    expect(received).toHaveLength(1);
  });

  it("refuses a prompt, or stops an answer", async () => {
    const blocked = {
      promptFeedback: { blockReason: "PROHIBITED_CONTENT" },
      usageMetadata: { promptTokenCount: 9 },
    };
    expect(await ask("google", stream(`data: ${JSON.stringify(blocked)}\n\n`))).toMatchObject({
      code: "model_refused",
    });
    const stopped = answering("google", (text) => text.replace('"STOP"', '"SAFETY"'));
    const { parts } = await ask("google", stopped);
    expect(parts.at(-1)).toEqual({ type: "finish", reason: "content-filter" });
    const silent = answering("google", (text) => text.replace('"STOP"', '"SAFETY"'), []);
    expect(await ask("google", silent)).toMatchObject({ code: "model_refused" });
  });

  it("may break off with an error", async () => {
    const error = { error: { code: 503, message: "The model is overloaded.", status: "UNAVAILABLE" } };
    const answer = stream(
      ...provider("google").stream(["Hi"]).slice(0, 2),
      `data: ${JSON.stringify(error)}\n\n`,
    );
    expect(await ask("google", answer)).toMatchObject({
      code: "model_unavailable",
      message: expect.stringContaining("overloaded"),
    });
  });

  it("says with 400 that a key is wrong", async () => {
    const details = [{ "@type": "type.googleapis.com/google.rpc.ErrorInfo", reason: "API_KEY_INVALID" }];
    const body = { error: { code: 400, message: "API key not valid.", status: "INVALID_ARGUMENT", details } };
    expect(await ask("google", status(400, JSON.stringify(body)))).toMatchObject({ code: "model_auth" });
  });

  for (const [model, path] of [
    ["models/small", "/v1/models/small:streamGenerateContent?alt=sse"],
    ["tunedModels/mine", "/v1/tunedModels/mine:streamGenerateContent?alt=sse"],
    ["a b?c", "/v1/models/a%20b%3Fc:streamGenerateContent?alt=sse"],
  ] as const) {
    it(`finds ${model}`, async () => {
      const { received } = await ask("google", answering("google", String), { model });
      expect(received[0]?.url).toBe(path);
    });
  }
});

describe("cohere", () => {
  it("may break off with an error", async () => {
    const answer = answering("cohere", (text) => text.replace('"COMPLETE"', '"ERROR","error":"It broke."'));
    expect(await ask("cohere", answer)).toMatchObject({
      code: "model_unavailable",
      message: expect.stringContaining("It broke."),
    });
  });

  it("takes temperatures up to 1", async () => {
    const { received } = await ask("cohere", answering("cohere", String), { call: { temperature: 1.4 } });
    expect(received[0]?.body).toMatchObject({ temperature: 1 });
  });
});

describe("llama", () => {
  it("opens a window of the size that it is told", async () => {
    const { received } = await ask("llama", answering("llama", String), { contextTokens: 8192 });
    expect(received[0]?.body).toMatchObject({ options: { num_ctx: 8192 } });
  });

  it("without a key sends none", async () => {
    await using server = await modelServer(answering("llama", String));
    await askModel({ kind: "llama", baseURL: server.baseURL });
    expect(server.received[0]?.headers).not.toHaveProperty("authorization");
  });

  for (const [end, finish] of [
    ['"done_reason":"length","done":true', "length"],
    ['"done_reason":"load","done":true', "other"],
    ['"done":true', "stop"],
  ] as const) {
    it(`may end with ${end}: ${finish}`, async () => {
      const answer = answering("llama", (text) => text.replace('"done_reason":"stop","done":true', end));
      expect((await ask("llama", answer)).parts.at(-1)).toEqual({ type: "finish", reason: finish });
    });
  }

  it("may break off with an error, in a line of its own", async () => {
    const answer = answering("llama", (text) => `${text.split("\n")[0]}\n{"error":"out of memory"}\n`);
    expect(await ask("llama", answer)).toMatchObject({
      code: "model_unavailable",
      message: expect.stringContaining("out of memory"),
    });
  });

  for (const [name, body, code] of [
    ["a line that is no object", '{"message":{"content":"Hi"},"done":false}\n7\n', "model_bad_response"],
    ["a line without an end", `{"message":"${"x".repeat(2 << 20)}`, "model_bad_response"],
    ["bytes that are no UTF-8", Buffer.from([0x7b, 0xff, 0xff, 0x0a]), "model_bad_response"],
    ["the answer of another interface", '{"choices":[],"done":true}\n', "model_bad_response"],
  ] as const) {
    it(`${name}: ${code}`, async () => {
      const answer: Answer = (response) => {
        response.writeHead(200, { "content-type": "application/x-ndjson" }).end(body);
      };
      expect(await ask("llama", answer)).toMatchObject({ code });
    });
  }
});
