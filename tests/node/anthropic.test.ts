import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { anthropic } from "../../js/models/anthropic.ts";
import type { HttpModelOptions } from "../../js/models/http-options.ts";
import type { CallOptions, Message } from "../../js/models/model.ts";
import type { Part } from "../../js/models/part.ts";
import { fakeClock } from "../../js/testing/fake-clock.ts";
import { collect, question, textOf } from "../shared/call.ts";
import { failure } from "../shared/failure.ts";
import { type Answer, json, modelServer, status, stream } from "../shared/model-server.ts";

const key = "sk-secret-0123456789";

/** The text of an event, under its name as the provider writes it. */
function event(type: string, fields: object = {}): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`;
}

function start(usage: object = { input_tokens: 12, output_tokens: 1 }): string {
  return event("message_start", { message: { type: "message", role: "assistant", content: [], usage } });
}

function block(index: number, content_block: object, ...deltas: object[]): string {
  const pieces = deltas.map((delta) => event("content_block_delta", { index, delta }));
  return (
    event("content_block_start", { index, content_block }) +
    pieces.join("") +
    event("content_block_stop", { index })
  );
}

function said(index: number, ...texts: string[]): string {
  return block(index, { type: "text", text: "" }, ...texts.map((text) => ({ type: "text_delta", text })));
}

function stop(stop_reason = "end_turn", usage: object = { output_tokens: 5 }): string {
  return (
    event("message_delta", { delta: { stop_reason, stop_sequence: null }, usage }) + event("message_stop")
  );
}

const hello = stream(start(), event("ping"), said(0, "Hel", "lo"), stop());

describe("a call", () => {
  it("is asked for as the provider wants it", async () => {
    await using server = await modelServer(hello);
    await ask(server.baseURL, { apiKey: key }, { maxOutputTokens: 50, stop: ["END"], temperature: 1.3 });
    const [request] = server.received;
    expect(request?.url).toBe("/v1/messages");
    expect(request?.headers).toMatchObject({
      "x-api-key": key,
      "anthropic-version": "2023-06-01",
      "content-type": "application/json",
    });
    expect(request?.headers).not.toHaveProperty("anthropic-dangerous-direct-browser-access");
    expect(request?.headers).not.toHaveProperty("authorization");
    expect(request?.body).toEqual({
      model: "small",
      max_tokens: 50,
      system: "You are Luna.",
      messages: [{ role: "user", content: "Hi" }],
      temperature: 1,
      stop_sequences: ["END"],
      stream: true,
    });
  });

  it("leaves out what was not given, and what the model cannot take; a limit must be there", async () => {
    await using server = await modelServer(hello);
    await ask(server.baseURL, { capabilities: { temperature: false } }, { system: "" });
    const messages = [{ role: "user", content: "Hi" }];
    expect(server.received[0]?.body).toEqual({ model: "small", max_tokens: 1024, messages, stream: true });
    expect(server.received[0]?.headers).not.toHaveProperty("x-api-key");
  });

  it("goes to the provider without a base URL", async () => {
    let asked = "";
    const fetch = async (url: unknown) => {
      asked = String(url);
      return new Response("{}", { status: 404 });
    };
    expect(await failure(ask(undefined, { fetch: fetch as typeof globalThis.fetch }))).toMatchObject({
      code: "model_not_found",
    });
    expect(asked).toBe("https://api.anthropic.com/v1/messages");
  });

  it("has turns in strict alternation from the user on", async () => {
    await using server = await modelServer(hello);
    const messages: Message[] = [
      { role: "assistant", content: "Good evening." },
      { role: "assistant", content: "Sit down." },
      { role: "user", content: "Thanks." },
      { role: "system", content: "It rains." },
      { role: "user", content: "Hi" },
    ];
    await ask(server.baseURL, {}, { messages });
    expect(server.received[0]?.body.messages).toEqual([
      { role: "user", content: "[start]" },
      { role: "assistant", content: "Good evening.\n\nSit down." },
      { role: "user", content: "Thanks.\n\nIt rains.\n\nHi" },
    ]);
  });

  it("asks for a schema in the shape that the provider takes", async () => {
    await using server = await modelServer(hello);
    const responseSchema = {
      type: "object",
      properties: {
        minimum: { type: "number", minimum: 0, maximum: 1 },
        tags: { type: "array", maxItems: 3, items: { type: "string", enum: ["a", "b"] } },
      },
      required: ["minimum"],
    };
    await ask(server.baseURL, {}, { responseSchema });
    expect(server.received[0]?.body.output_config).toEqual({
      format: {
        type: "json_schema",
        schema: {
          type: "object",
          properties: {
            minimum: { type: "number" },
            tags: { type: "array", items: { type: "string", enum: ["a", "b"] } },
          },
          required: ["minimum"],
          additionalProperties: false,
        },
      },
    });
  });

  it("says in a browser that the key is meant to be there", async () => {
    Object.defineProperty(globalThis, "document", { value: {}, configurable: true });
    try {
      expect(() => anthropic({ model: "small", apiKey: key })).toThrow(
        expect.objectContaining({ code: "browser_key_refused" }),
      );
      await using server = await modelServer(hello);
      await ask(server.baseURL, { apiKey: key, dangerouslyAllowBrowser: true });
      expect(server.received[0]?.headers).toMatchObject({
        "anthropic-dangerous-direct-browser-access": "true",
      });
    } finally {
      Reflect.deleteProperty(globalThis, "document");
    }
  });
});

describe("an answer", () => {
  const usage = { type: "usage", inputTokens: 12, outputTokens: 5 };

  it("row 75: whose first block is thinking says only the text blocks", async () => {
    const thinking = block(
      0,
      { type: "thinking", thinking: "", signature: "" },
      { type: "thinking_delta", thinking: "She said hi." },
      { type: "signature_delta", signature: "EqQB" },
    );
    const tool = block(
      2,
      { type: "tool_use", id: "t", name: "look", input: {} },
      { type: "input_json_delta", partial_json: '{"at":"the sky"}' },
    );
    await using server = await modelServer(
      stream(start(), thinking, said(1, "Hello"), tool, said(3, "!"), stop()),
    );
    const parts = await ask(server.baseURL);
    expect(parts).toEqual([
      { type: "reasoning-delta", text: "She said hi." },
      { type: "text-delta", text: "Hello" },
      { type: "text-delta", text: "!" },
      { type: "tool-call", callId: "t", name: "look", arguments: '{"at":"the sky"}' },
      usage,
      { type: "finish", reason: "tool-calls" },
    ]);
    expect(await textOf(Promise.resolve(parts))).toBe("Hello!");
  });

  const text = "¿Qué tal? 🌙 日本語";
  const bytes = Buffer.from(start() + event("ping") + said(0, text) + stop());
  for (const [name, pieces] of Object.entries({
    "byte by byte": [...bytes].map((byte) => Uint8Array.of(byte)),
    "with CRLF": [bytes.toString().replaceAll("\n", "\r\n")],
    "in one piece": [bytes],
    "without line ends after the last event": [bytes.toString().trimEnd()],
    "with events that are not known yet": [
      event("something_new", { delta: { type: "text_delta", text: "no" } }) + bytes,
    ],
  })) {
    it(`may arrive ${name}`, async () => {
      await using server = await modelServer(stream(...pieces));
      expect(await ask(server.baseURL)).toEqual([
        { type: "text-delta", text },
        usage,
        { type: "finish", reason: "stop" },
      ]);
    });
  }

  it("may talk of the end marker", async () => {
    const text = 'The last event is {"type":"message_stop"}.';
    await using server = await modelServer(stream(start(), said(0, text, "!"), stop()));
    expect(await textOf(ask(server.baseURL))).toBe(`${text}!`);
  });

  it("may come whole, from a server that does not stream", async () => {
    const content = [
      { type: "thinking", thinking: "Hm." },
      { type: "text", text: "Hel" },
      { type: "text", text: "lo" },
    ];
    const whole = { type: "message", content, stop_reason: "max_tokens", usage: { input_tokens: 1 } };
    await using server = await modelServer(json(whole));
    expect(await ask(server.baseURL)).toEqual([
      { type: "reasoning-delta", text: "Hm." },
      { type: "text-delta", text: "Hel" },
      { type: "text-delta", text: "lo" },
      { type: "usage", inputTokens: 1 },
      { type: "finish", reason: "length" },
    ]);
  });

  it("counts what was read from a cache and written to it", async () => {
    const first = { input_tokens: 10, cache_read_input_tokens: 200, cache_creation_input_tokens: null };
    const last = { output_tokens: 7, cache_creation_input_tokens: 30 };
    await using server = await modelServer(stream(start(first), said(0, "Hi"), stop("end_turn", last)));
    expect(await ask(server.baseURL)).toContainEqual({ type: "usage", inputTokens: 240, outputTokens: 7 });
  });

  for (const [reason, finish] of [
    ["stop_sequence", "stop"],
    ["max_tokens", "length"],
    ["model_context_window_exceeded", "length"],
    ["tool_use", "tool-calls"],
    ["refusal", "content-filter"],
    ["pause_turn", "other"],
  ]) {
    it(`that ends with ${reason}: ${finish}`, async () => {
      await using server = await modelServer(stream(start(), said(0, "Hi"), stop(reason)));
      expect((await ask(server.baseURL)).at(-1)).toEqual({ type: "finish", reason: finish });
    });
  }
});

describe("a failed call", () => {
  const failed = (type: string, message = "oh") => ({ type: "error", error: { type, message } });
  const html = { "content-type": "text/html" };
  const cases: [name: string, code: string, answer: Answer, attempts?: number][] = [
    ["400", "model_bad_request", status(400, JSON.stringify(failed("invalid_request_error")))],
    ["401", "model_auth", status(401, JSON.stringify(failed("authentication_error")))],
    ["402", "model_quota", status(402)],
    ["403", "model_auth", status(403)],
    ["404", "model_not_found", status(404)],
    ["413", "model_too_large", status(413)],
    ["429, three times", "model_rate_limited", status(429), 3],
    ["529, three times", "model_unavailable", status(529, JSON.stringify(failed("overloaded_error"))), 3],
    ["an HTML page", "model_bad_response", status(200, "<!doctype html>", html)],
    ["an empty body", "model_incomplete", status(200)],
    ["no end", "model_incomplete", stream(start(), said(0, "Hel"))],
    [
      "no end after the reason",
      "model_incomplete",
      stream(start(), said(0, "Hel"), stop().split("event: message_stop")[0] ?? ""),
    ],
    ["a cut in an event", "model_incomplete", stream(start(), 'event: content_block_delta\ndata: {"typ')],
    ["no beginning", "model_bad_response", stream(stop())],
    ["an event that is no JSON", "model_bad_response", stream(start(), "data: {oops\n\n", stop())],
    ["a whole answer that is no message", "model_bad_response", json({ choices: [] })],
    ["a whole answer that is an error", "model_rate_limited", json(failed("rate_limit_error"))],
    ["a refusal", "model_refused", stream(start(), stop("refusal"))],
    ...Object.entries({
      overloaded_error: "model_unavailable",
      api_error: "model_unavailable",
      rate_limit_error: "model_rate_limited",
      invalid_request_error: "model_bad_request",
      permission_error: "model_auth",
      billing_error: "model_quota",
      something_new: "model_unavailable",
    }).map(([type, code]): [string, string, Answer] => [
      `${type} in mid-stream`,
      code,
      stream(start(), said(0, "Hel"), event("error", failed(type)), stop()),
    ]),
  ];
  for (const [name, code, answer, attempts = 1] of cases) {
    it(`${name}: ${code}`, async () => {
      await using server = await modelServer(answer);
      expect(await failure(ask(server.baseURL))).toMatchObject({ code });
      expect(server.received).toHaveLength(attempts);
    });
  }

  it("says what the server said, without the key", async () => {
    const echo: Answer = (response, request) => {
      const error = failed("authentication_error", `invalid x-api-key ${request.headers["x-api-key"]}`);
      response.writeHead(401).end(JSON.stringify(error));
    };
    await using server = await modelServer(echo);
    const error = await failure(ask(server.baseURL, { apiKey: key }));
    expect(error.message).toContain("invalid x-api-key [redacted]");
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain("sk-secret");
    const model = anthropic({ model: "small", apiKey: key });
    expect(inspect(model, { depth: 9, showHidden: true }) + JSON.stringify(model)).not.toContain(key);
  });

  it("an abort in mid-stream: aborted", async () => {
    const controller = new AbortController();
    await using server = await modelServer((response) => {
      response.writeHead(200, { "content-type": "text/event-stream" }).write(start() + said(0, "Hel"));
    });
    const model = anthropic({ baseURL: address(server.baseURL), model: "small" });
    const reading = (async () => {
      for await (const _ of model.call(question({ signal: controller.signal }))) controller.abort();
    })();
    expect(await failure(reading)).toMatchObject({ code: "aborted" });
  });
});

/** The server's address without a path: `/v1/messages` is the provider's. */
function address(baseURL: string): string {
  return new URL(baseURL).origin;
}

/** The parts of one call that does not really wait between attempts. */
async function ask(
  baseURL: string | undefined,
  options: Partial<HttpModelOptions> = {},
  call: Partial<CallOptions> = {},
): Promise<Part[]> {
  const { sleep } = fakeClock();
  const server = baseURL === undefined ? {} : { baseURL: address(baseURL) };
  const model = anthropic({ model: "small", sleep, ...server, ...options });
  return await collect(model.call(question(call)));
}
