import { createServer } from "node:net";
import { expect, it } from "vitest";
import type { Trial, Verdict } from "../failing-model.ts";
import { type Answer, delta, done, event, finish, modelServer, status, stream } from "../model-server.ts";

const key = "sk-secret-0123456789";
const works = stream(delta({ content: "Hel" }), delta({ content: "lo" }), finish("stop"), done);

/** A delta, and then nothing more until the caller goes away. */
const hangs: Answer = async (response, request) => {
  response.writeHead(200, { "content-type": "text/event-stream" });
  response.write(delta({ content: "Hel" }));
  await new Promise((resolve) => request.on("close", resolve));
};

/** A delta, and then the connection breaks. */
const breaks: Answer = async (response) => {
  response.writeHead(200, { "content-type": "text/event-stream" });
  response.write(delta({ content: "Hel" }));
  await new Promise((resolve) => setTimeout(resolve, 20));
  response.destroy();
};

const quoting = JSON.stringify({ error: { message: `Incorrect API key provided: ${key}` } });
const late = { "retry-after": "120" };

const failures: { name: string; answers: Answer[]; abort?: Trial["abort"]; expect: Partial<Verdict> }[] = [
  { name: "401", answers: [status(401, quoting)], expect: { code: "model_auth" } },
  {
    name: "429 that asks for patience",
    answers: [status(429, "", late)],
    expect: { code: "model_rate_limited", retryAfterMs: 120_000 },
  },
  { name: "500, three times", answers: [status(500, quoting)], expect: { code: "model_unavailable" } },
  {
    name: "a stream that ends early",
    answers: [stream(delta({ content: "Hel" }))],
    expect: { code: "model_incomplete", streamed: "Hel" },
  },
  {
    name: "a connection that breaks",
    answers: [breaks],
    expect: { code: "model_incomplete", streamed: "Hel" },
  },
  {
    name: "malformed events",
    answers: [stream(event('{"choices": ['), done)],
    expect: { code: "model_bad_response" },
  },
  {
    name: "an error inside the stream",
    answers: [stream(delta({ content: "Hel" }), event(quoting), done)],
    expect: { code: "model_auth" },
  },
  {
    name: "an empty answer",
    answers: [stream(finish("stop"), done)],
    expect: { code: "model_bad_response" },
  },
  {
    name: "an HTML page",
    answers: [status(200, "<!doctype html><p>Hi", { "content-type": "text/html" })],
    expect: { code: "model_bad_response" },
  },
  {
    name: "an abort beforehand",
    answers: [works],
    abort: "before",
    expect: { code: "aborted", streamed: "" },
  },
  {
    name: "an abort in mid-stream",
    answers: [hangs],
    abort: "at the first delta",
    expect: { code: "aborted", streamed: "Hel" },
  },
];

/** Everything that can go wrong on the way to a model, over real HTTP, here or in a browser. */
export function failingModelSuite(attempt: (trial: Trial) => Promise<Verdict>): void {
  for (const { name, answers, abort, expect: expected } of failures) {
    it(`${name}: a typed error, nothing stored, no key anywhere, and the next send works`, async () => {
      await using failing = await modelServer(...answers);
      await using working = await modelServer(works);
      const verdict = await attempt({
        ...{ failingURL: failing.baseURL, workingURL: working.baseURL, key },
        ...(abort && { abort }),
      });
      expect(verdict).toMatchObject({ ...expected, unchanged: true, next: "Hello", turns: 4, leaks: [] });
      expect(failing.received.length).toBe({ "500, three times": 3, "an abort beforehand": 0 }[name] ?? 1);
      const prompts = JSON.stringify([...failing.received, ...working.received].map(({ body }) => body));
      expect(prompts).not.toContain(key);
      for (const { headers } of working.received) expect(headers.authorization).toBe(`Bearer ${key}`);
    });
  }

  it("a refused connection: the same", async () => {
    await using working = await modelServer(works);
    const failingURL = `http://127.0.0.1:${await closedPort()}/v1`;
    const verdict = await attempt({ failingURL, workingURL: working.baseURL, key });
    const expected = { code: "model_network", unchanged: true, next: "Hello", turns: 4, leaks: [] };
    expect(verdict).toMatchObject(expected);
  });

  it("429 with Retry-After, then 200: the send comes through after exactly that wait", async () => {
    await using failing = await modelServer(status(429, "", { "retry-after": "2" }), works);
    await using working = await modelServer(works);
    const verdict = await attempt({ failingURL: failing.baseURL, workingURL: working.baseURL, key });
    expect(verdict.code).toBeUndefined();
    expect(verdict).toMatchObject({
      streamed: "Hello",
      unchanged: false,
      sleeps: [2000],
      turns: 6,
      leaks: [],
    });
  });
}

/** A port at which nobody listens. */
async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
