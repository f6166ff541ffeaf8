import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import type { LuminoraError } from "../../js/errors.ts";
import type { HttpModelOptions } from "../../js/models/http-options.ts";
import type { CallOptions } from "../../js/models/model.ts";
import { openaiCompatible } from "../../js/models/openai-compatible.ts";
import type { Part } from "../../js/models/part.ts";
import { fakeClock } from "../../js/testing/fake-clock.ts";
import { collect, question, textOf } from "../shared/call.ts";
import { closedPort } from "../shared/closed-port.ts";
import { failure } from "../shared/failure.ts";
import {
  type Answer,
  delta,
  done,
  event,
  finish,
  json,
  modelServer,
  status,
  stream,
} from "../shared/model-server.ts";

const key = "sk-secret-0123456789";
const hello = stream(
  delta({ role: "assistant", content: "Hel" }),
  delta({ content: "lo" }),
  finish("stop"),
  done,
);

describe("a streamed answer", () => {
  it("is asked for as the caller said", async () => {
    await using server = await modelServer(hello);
    const schema = { type: "object" };
    const options = { temperature: 0.64, maxOutputTokens: 50, stop: ["END"], responseSchema: schema };
    await ask(server.baseURL, { apiKey: () => key, headers: { "x-title": "test" } }, options);
    const [request] = server.received;
    expect(request?.url).toBe("/v1/chat/completions");
    expect(request?.headers).toMatchObject({ authorization: `Bearer ${key}`, "x-title": "test" });
    expect(request?.body).toEqual({
      model: "small",
      messages: [
        { role: "system", content: "You are Luna." },
        { role: "user", content: "Hi" },
      ],
      temperature: 0.64,
      max_tokens: 50,
      stop: ["END"],
      response_format: { type: "json_schema", json_schema: { name: "reply", schema } },
      stream: true,
      stream_options: { include_usage: true },
    });
  });

  it("leaves out what was not given, and what the model cannot take", async () => {
    await using server = await modelServer(hello);
    const capabilities = { temperature: false, tokenKey: "max_completion_tokens" } as const;
    await ask(`${server.baseURL}//`, { capabilities }, { maxOutputTokens: 9, system: "", stop: [] });
    const [request] = server.received;
    expect(request?.url).toBe("/v1/chat/completions");
    expect(request?.headers.authorization).toBeUndefined();
    expect(request?.body).toEqual({
      model: "small",
      messages: [{ role: "user", content: "Hi" }],
      max_completion_tokens: 9,
      stream: true,
      stream_options: { include_usage: true },
    });
  });

  it("keeps the query of the base URL", async () => {
    await using server = await modelServer(hello);
    await ask(`${server.baseURL}/?version=2`);
    expect(server.received[0]?.url).toBe("/v1/chat/completions?version=2");
  });

  it("comes as parts: reasoning, text, usage, finish", async () => {
    await using server = await modelServer(
      stream(
        ": a comment\n\n",
        delta({ reasoning_content: "Hm." }),
        delta({ content: "" }, { usage: null }),
        delta({ content: "Hello" }),
        finish("length"),
        event({ choices: [], usage: { prompt_tokens: 12, completion_tokens: 3, total_tokens: 15 } }),
        done,
      ),
    );
    expect(await ask(server.baseURL)).toEqual([
      { type: "reasoning-delta", text: "Hm." },
      { type: "text-delta", text: "Hello" },
      { type: "usage", inputTokens: 12, outputTokens: 3 },
      { type: "finish", reason: "length" },
    ]);
  });

  const text = "¿Qué tal? 🌙 日本語";
  const bytes = Buffer.from(delta({ content: text }) + finish("stop") + done);
  for (const [name, pieces] of Object.entries({
    "byte by byte": [...bytes].map((byte) => Uint8Array.of(byte)),
    "with CRLF, byte by byte": [...Buffer.from(bytes.toString().replaceAll("\n", "\r\n"))].map((byte) =>
      Uint8Array.of(byte),
    ),
    "with CR": [bytes.toString().replaceAll("\n", "\r")],
    "in one piece": [bytes],
    "with data over several lines": [
      'data: {"choices":\ndata: [{"delta":\n',
      `data: ${JSON.stringify({ content: text })}, "finish_reason": "stop"}]}\n\n`,
      done,
    ],
    "without line ends after the end marker": [bytes.toString().trimEnd()],
  })) {
    it(`may arrive ${name}`, async () => {
      await using server = await modelServer(stream(...pieces));
      expect(await ask(server.baseURL)).toEqual([
        { type: "text-delta", text },
        { type: "finish", reason: "stop" },
      ]);
    });
  }

  it("may come whole, from a server that does not stream", async () => {
    const whole = {
      choices: [{ message: { role: "assistant", content: "Hello" }, finish_reason: "stop" }],
      usage: { prompt_tokens: 1, completion_tokens: 2 },
    };
    await using server = await modelServer(json(whole));
    expect(await ask(server.baseURL)).toEqual([
      { type: "text-delta", text: "Hello" },
      { type: "usage", inputTokens: 1, outputTokens: 2 },
      { type: "finish", reason: "stop" },
    ]);
  });

  it("closes the connection when the caller leaves early", async () => {
    let closed: Promise<unknown> | undefined;
    await using server = await modelServer((response) => {
      closed = new Promise((resolve) => response.on("close", resolve));
      response.writeHead(200, { "content-type": "text/event-stream" }).write(delta({ content: "Hel" }));
    });
    for await (const part of openaiCompatible({ baseURL: server.baseURL, model: "small" }).call(question())) {
      expect(part).toEqual({ type: "text-delta", text: "Hel" });
      break;
    }
    await closed;
  });
});

describe("a failed call", () => {
  const html = { "content-type": "text/html" };
  const cases: [name: string, code: string, answer: Answer, attempts?: number][] = [
    ["400", "model_bad_request", status(400, '{"error":{"message":"bad"}}')],
    ["401", "model_auth", status(401)],
    ["402", "model_quota", status(402)],
    ["403", "model_auth", status(403)],
    ["404", "model_not_found", status(404)],
    ["409", "model_bad_request", status(409)],
    ["413", "model_too_large", status(413)],
    ["418", "model_bad_request", status(418)],
    ["422", "model_bad_request", status(422)],
    ["429, three times", "model_rate_limited", status(429, "slow down"), 3],
    ["429 with an exhausted quota", "model_quota", status(429, '{"error":{"code":"insufficient_quota"}}')],
    [
      "429 that only mentions billing",
      "model_rate_limited",
      status(429, "Add a payment method under /billing."),
      3,
    ],
    ["500, three times", "model_unavailable", status(500), 3],
    ["503 with an HTML page, three times", "model_unavailable", status(503, "<html>", html), 3],
    ["a redirect", "model_bad_response", status(307, "", { location: "/v2/chat/completions" })],
    ["an HTML page", "model_bad_response", status(200, "<!doctype html><p>Hi</p>", html)],
    ["an HTML page as a stream", "model_bad_response", stream("<!doctype html>\n<p>Hi</p>\n")],
    ["an HTML page as a stream, on one line", "model_bad_response", stream("<p>Hi</p>")],
    ["an empty body", "model_incomplete", status(200)],
    ["an empty reply", "model_bad_response", stream(done)],
    ["a line that is no event", "model_bad_response", stream(delta({ content: "Hel" }), "garbage\n\n", done)],
    [
      "such a line in the same chunk",
      "model_bad_response",
      stream(`${delta({ content: "Hel" })}garbage\n\n${done}`),
    ],
    ["an event that is no JSON", "model_bad_response", stream("data: {oops\n\n", done)],
    ["an event that is no object", "model_bad_response", stream("data: 7\n\n", done)],
    ["bytes that are no UTF-8", "model_bad_response", stream(Uint8Array.of(0x64, 0xff, 0xff, 0x0a), done)],
    ["an event without an end", "model_bad_response", stream(`data: ${"x".repeat(2 << 20)}`)],
    ["no end marker", "model_incomplete", stream(delta({ content: "Hel" }), finish("stop"))],
    ["a cut in an event", "model_incomplete", stream(delta({ content: "Hel" }), 'data: {"choices":[{"del')],
    ["a broken connection", "model_incomplete", broken(delta({ content: "Hel" }))],
    ["a broken connection before the first event", "model_incomplete", broken(": hi\n\n")],
    [
      "an error in the stream",
      "model_unavailable",
      stream(delta({ content: "H" }), event({ error: { message: "oh" } })),
    ],
    ["an error text in the stream", "model_unavailable", stream(event({ error: "oh" }))],
    [
      "a status in the stream",
      "model_rate_limited",
      stream(event({ error: { code: 429, message: "slow" } })),
    ],
    [
      "a nested error in the stream",
      "model_unavailable",
      stream(event(`${'{"error":'.repeat(5e4)}1${"}".repeat(5e4)}`)),
    ],
    ["a quota in the stream", "model_quota", stream(event({ error: { code: "insufficient_quota" } }))],
    ["an error in a whole answer", "model_bad_request", json({ error: { code: 400, message: "bad" } })],
    [
      "a whole answer that is cut",
      "model_bad_response",
      status(200, '{"choi', { "content-type": "application/json" }),
    ],
    ["a filtered answer", "model_refused", stream(finish("content_filter"), done)],
    ["a refusal", "model_refused", stream(delta({ refusal: "I cannot." }), finish("stop"), done)],
  ];
  for (const [name, code, answer, attempts = 1] of cases) {
    it(`${name}: ${code}`, async () => {
      await using server = await modelServer(answer);
      const error = await failure(ask(server.baseURL));
      expect(error).toMatchObject({ code });
      expect(server.received).toHaveLength(attempts);
    });
  }

  it("a refused connection: model_network, with a hint about CORS", async () => {
    const error = await failure(ask(`http://127.0.0.1:${await closedPort()}`));
    expect(error).toMatchObject({ code: "model_network", hint: expect.stringContaining("CORS") });
    expect(error.cause).toMatchObject({ cause: { code: "ECONNREFUSED" } });
  });

  it("a fetch that throws at once: model_network", async () => {
    const fetch = () => {
      throw new Error("blocked");
    };
    expect(await failure(ask("http://localhost", { fetch }))).toMatchObject({ code: "model_network" });
  });

  it("says what the server said", async () => {
    await using server = await modelServer(
      status(400, JSON.stringify({ error: { message: "No such tool." } })),
    );
    expect((await failure(ask(server.baseURL))).message).toContain("No such tool.");
  });
});

describe("a retry", () => {
  it("waits as long as Retry-After says", async () => {
    const clock = fakeClock();
    const date = new Date(clock() + 7000).toUTCString();
    await using server = await modelServer(
      status(429, "", { "retry-after": "2" }),
      status(503, "", { "retry-after": date }),
      hello,
    );
    expect(await textOf(ask(server.baseURL, { clock, sleep: clock.sleep }))).toBe("Hello");
    expect(clock.sleeps).toEqual([2000, 5000]);
  });

  it("waits 1 s and 2 s otherwise, less up to a half", async () => {
    for (const [byte, sleeps] of [
      [255, [1000, 2000]],
      [0, [500, 1000]],
    ] as const) {
      const clock = fakeClock();
      await using server = await modelServer(status(500), status(502, "", { "retry-after": "soon" }), hello);
      const random = () => Uint8Array.of(byte);
      expect(await textOf(ask(server.baseURL, { random, sleep: clock.sleep }))).toBe("Hello");
      expect(clock.sleeps).toEqual(sleeps);
    }
  });

  it("is not tried when the wait is over a minute", async () => {
    const clock = fakeClock();
    await using server = await modelServer(status(429, "", { "retry-after": "61" }), hello);
    const error = await failure(ask(server.baseURL, { sleep: clock.sleep }));
    expect(error).toMatchObject({ code: "model_rate_limited", retryAfterMs: 61_000 });
    expect(clock.sleeps).toEqual([]);
  });

  it("carries the last wait on its error", async () => {
    await using server = await modelServer(status(429, "", { "retry-after": "3" }));
    expect(await failure(ask(server.baseURL))).toMatchObject({
      code: "model_rate_limited",
      retryAfterMs: 3000,
    });
  });

  it("really waits", async () => {
    await using server = await modelServer(status(429, "", { "retry-after": "0.2" }), hello);
    const model = openaiCompatible({ baseURL: server.baseURL, model: "small" });
    const start = performance.now();
    expect(await textOf(collect(model.call(question())))).toBe("Hello");
    expect(performance.now() - start).toBeGreaterThan(190);
  });
});

describe("an abort", () => {
  it("before the call: nothing is sent", async () => {
    await using server = await modelServer(hello);
    const error = await failure(ask(server.baseURL, {}, { signal: AbortSignal.abort() }));
    expect(error).toMatchObject({ code: "aborted" });
    expect(server.received).toHaveLength(0);
  });

  it("before the answer", async () => {
    const controller = new AbortController();
    await using server = await modelServer(() => controller.abort());
    expect(await failure(ask(server.baseURL, {}, { signal: controller.signal }))).toMatchObject({
      code: "aborted",
    });
  });

  it("in the middle of the stream", async () => {
    const controller = new AbortController();
    await using server = await modelServer((response) => {
      response.writeHead(200, { "content-type": "text/event-stream" }).write(delta({ content: "Hel" }));
    });
    const parts: Part[] = [];
    const model = openaiCompatible({ baseURL: server.baseURL, model: "small" });
    const reading = (async () => {
      for await (const part of model.call(question({ signal: controller.signal }))) {
        parts.push(part);
        setTimeout(() => controller.abort(), 5);
      }
    })();
    expect(await failure(reading)).toMatchObject({ code: "aborted" });
    expect(parts).toEqual([{ type: "text-delta", text: "Hel" }]);
  });

  it("during the wait between two attempts", async () => {
    const controller = new AbortController();
    await using server = await modelServer((response) => {
      response.writeHead(429, { "retry-after": "50" }).end();
      setTimeout(() => controller.abort(), 20);
    });
    const model = openaiCompatible({ baseURL: server.baseURL, model: "small" });
    const call = collect(model.call(question({ signal: controller.signal })));
    expect(await failure(call)).toMatchObject({ code: "aborted" });
    expect(server.received).toHaveLength(1);
  });

  it("of a fetch that ignores its signal", async () => {
    const fetch = () => new Promise<Response>(() => {});
    const call = ask("http://localhost", { fetch }, { signal: AbortSignal.timeout(10) });
    expect(await failure(call)).toMatchObject({ code: "aborted" });
  });
});

describe("a key", () => {
  const echo: Answer = (response, request) => {
    const said = `No access for ${request.headers.authorization} or ${request.headers["x-token"]}`;
    response.writeHead(401).end(JSON.stringify({ error: { message: "x".repeat(360) + said } }));
  };
  const echoPlain: Answer = (response, request) => {
    response.writeHead(403).end(`${"y".repeat(355)}${request.headers.authorization}`);
  };
  const echoStream: Answer = (response, request) => {
    const said = { error: { message: `${"z".repeat(350)}${request.headers.authorization}` } };
    response.writeHead(200, { "content-type": "text/event-stream" }).end(event(said));
  };
  const echoGarbage: Answer = (response, request) => {
    const raw = request.headers.authorization?.slice(7);
    response.writeHead(200, { "content-type": "text/event-stream" }).end(`${raw}\n\n`);
  };
  const echoBadJson: Answer = (response, request) => {
    const raw = request.headers.authorization?.slice(7);
    response.writeHead(200, { "content-type": "application/json" }).end(`{"a": ${raw}}`);
  };
  const headers = { "x-token": "Token another-secret-value" };
  for (const [name, answer] of Object.entries({ echo, echoPlain, echoStream, echoGarbage, echoBadJson })) {
    it(`is in no error, whatever the server sends back (${name})`, async () => {
      await using server = await modelServer(answer);
      hidden(await failure(ask(server.baseURL, { apiKey: key, headers })));
    });
  }

  it("is in no error of fetch", async () => {
    const fetch = async (url: unknown, init: unknown) => {
      const cause = Object.assign(new Error(`sent ${JSON.stringify(init)}`), { request: init, code: key });
      throw Object.assign(new TypeError(`failed: ${url} ${key}`, { cause }), { request: init });
    };
    const error = await failure(ask("http://localhost", { apiKey: key, headers, fetch }));
    expect(error.code).toBe("model_network");
    hidden(error);
  });

  it("is in no error when it cannot be a header", async () => {
    const error = await failure(ask("http://localhost:9", { apiKey: `${key}\nx` }));
    hidden(error);
  });

  it("is in no error of its own function, and nowhere on the model", async () => {
    const apiKey = () => {
      throw new Error(`cannot decrypt ${key}`);
    };
    const error = await failure(ask("http://localhost", { apiKey }));
    expect(error.code).toBe("model_auth");
    hidden(error);
    const model = openaiCompatible({ baseURL: "http://localhost", model: "small", apiKey: key });
    expect(inspect(model, { depth: 9, showHidden: true }) + JSON.stringify(model)).not.toContain(key);
  });

  it("is refused in a browser unless allowed", () => {
    const options = { baseURL: "http://localhost", model: "small" };
    for (const name of ["document", "importScripts"]) {
      const value = name === "document" ? {} : () => {};
      Object.defineProperty(globalThis, name, { value, configurable: true });
      try {
        expect(() => openaiCompatible({ ...options, apiKey: key })).toThrow(
          expect.objectContaining({ code: "browser_key_refused" }),
        );
        openaiCompatible(options);
        openaiCompatible({ ...options, apiKey: "" });
        openaiCompatible({ ...options, apiKey: key, dangerouslyAllowBrowser: true });
      } finally {
        Reflect.deleteProperty(globalThis, name);
      }
    }
  });
});

it("refuses options that cannot work", () => {
  for (const baseURL of ["", "localhost:8080", "file:///etc", "http://me:pass-word@localhost/v1"]) {
    const make = () => openaiCompatible({ baseURL, model: "small" });
    expect(make).toThrow(expect.objectContaining({ code: "invalid_argument", path: "/baseURL" }));
    expect(make).not.toThrow(/pass-word/);
  }
  expect(() => openaiCompatible({ baseURL: "http://localhost", model: " " })).toThrow(
    expect.objectContaining({ code: "invalid_argument", path: "/model" }),
  );
});

/** The parts of one call that does not really wait between attempts. */
function ask(
  baseURL: string,
  options: Partial<HttpModelOptions> = {},
  call: Partial<CallOptions> = {},
): Promise<Part[]> {
  const { sleep } = fakeClock();
  return collect(openaiCompatible({ model: "small", sleep, ...options, baseURL }).call(question(call)));
}

/** No part of the secrets that is long enough to be of use stands anywhere on the error. */
function hidden(error: LuminoraError): void {
  const all = inspect(error, { depth: 9, showHidden: true }) + JSON.stringify(error) + error.stack;
  for (const secret of ["secret-0", "sk-secret", "another-secret"]) expect(all).not.toContain(secret);
}

/** Sends a beginning, and then cuts the connection. */
function broken(beginning: string): Answer {
  return (response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write(beginning, () => setTimeout(() => response.destroy(), 5));
  };
}
