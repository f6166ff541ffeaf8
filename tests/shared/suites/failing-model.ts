import { describe, expect, it } from "vitest";
import type { Kind } from "../asking.ts";
import { closedPort } from "../closed-port.ts";
import { type Trial, trialTime, type Verdict } from "../failing-model.ts";
import { type Answer, serverTaking, status } from "../model-server.ts";
import { type Documented, provider } from "../providers.ts";

const key = "sk-secret-0123456789";

/** One way to fail. */
interface Failure {
  readonly name: string;
  /** One answer for each attempt, the last of them again and again. */
  readonly answers: Answer[];
  readonly trial?: Partial<Trial>;
  readonly expected: Partial<Verdict>;
  /** How often the server is asked. Default once. */
  readonly attempts?: number;
}

/** Everything that can go wrong on the way to the models of a provider, over real HTTP, here or in a browser. */
export function failingModelSuite(kinds: readonly Kind[], attempt: (trial: Trial) => Promise<Verdict>): void {
  for (const kind of kinds) {
    const one = provider(kind);
    const works = whole(one, ["Hel", "lo"]);
    const against = async (failingURL: string, trial: Partial<Trial> = {}) => {
      await using working = await serverTaking(one.allowed, works);
      const verdict = await attempt({ kind, failingURL, workingURL: working.baseURL, key, ...trial });
      for (const { headers } of working.received) expect(headers).toMatchObject(one.headers(key));
      expect(asText(working.received)).not.toContain(key);
      return verdict;
    };

    describe(kind, () => {
      for (const { name, answers, trial, expected, attempts = 1 } of failures(one)) {
        it(`${name}: ${expected.code}, nothing stored, no key anywhere, and the next send works`, async () => {
          await using failing = await serverTaking(one.allowed, ...answers);
          const verdict = await against(failing.baseURL, trial);
          const same = { unchanged: true, next: "Hello", turns: 4, leaks: [] };
          expect(verdict).toMatchObject({ ...expected, ...same });
          expect(failing.received).toHaveLength(attempts);
          expect(asText(failing.received)).not.toContain(key);
        });
      }

      it("a refused connection: model_network, and the same", async () => {
        const verdict = await against(`http://127.0.0.1:${await closedPort()}/v1`);
        const expected = { code: "model_network", unchanged: true, next: "Hello", turns: 4, leaks: [] };
        expect(verdict).toMatchObject(expected);
      });

      it("429 with Retry-After, then 200: the send comes through after exactly that wait", async () => {
        const date = new Date(trialTime + 7000).toUTCString();
        const tries = [
          status(429, "", { "retry-after": "2" }),
          status(503, "", { "retry-after": date }),
          works,
        ];
        await using failing = await serverTaking(one.allowed, ...tries);
        const verdict = await against(failing.baseURL);
        expect(verdict.code).toBeUndefined();
        const waits = { streamed: "Hello", unchanged: false, sleeps: [2000, 5000], turns: 6, leaks: [] };
        expect(verdict).toMatchObject(waits);
      });
    });
  }
}

/** The table: what happens, and what the caller is told. */
function failures(one: Documented): Failure[] {
  const quoting = JSON.stringify(one.error(`Incorrect key: ${key}`));
  const said = { streamed: "Hel" };
  const page = { "content-type": "text/html" };
  const json = { "content-type": "application/json" };
  const wholeText = JSON.stringify(one.whole("Hello"));
  const fails = (name: string, answer: Answer, expected: Partial<Verdict>, rest: Partial<Failure> = {}) => ({
    ...{ name, answers: [answer], expected },
    ...rest,
  });
  return [
    fails("400", status(400, JSON.stringify(one.error("Bad."))), { code: "model_bad_request" }),
    fails("400, too long", status(400, JSON.stringify(one.tooLong)), { code: "model_too_large" }),
    fails("401", status(401, quoting), { code: "model_auth" }),
    fails("402", status(402, quoting), { code: "model_quota" }),
    fails("403", status(403, quoting), { code: "model_auth" }),
    fails("404, no such model", status(404, quoting), { code: "model_not_found" }),
    fails("413", status(413), { code: "model_too_large" }),
    fails("429, seconds to wait", status(429, "", { "retry-after": "120" }), {
      code: "model_rate_limited",
      retryAfterMs: 120_000,
      sleeps: [],
    }),
    fails(
      "429, a date to wait for",
      status(429, "", { "retry-after": new Date(trialTime + 90_000).toUTCString() }),
      { code: "model_rate_limited", retryAfterMs: 90_000, sleeps: [] },
    ),
    fails("429, three times", status(429), { code: "model_rate_limited" }, { attempts: 3 }),
    fails("429, no credit", status(429, JSON.stringify(one.error("insufficient_quota"))), {
      code: "model_quota",
    }),
    fails("500, three times", status(500, quoting), { code: "model_unavailable" }, { attempts: 3 }),
    fails("529, three times", status(529, quoting), { code: "model_unavailable" }, { attempts: 3 }),
    fails("a redirect", status(307, "", { location: "/elsewhere" }), { code: "model_bad_response" }),
    fails("a connection that breaks in mid-stream", breaking(one), { code: "model_incomplete", ...said }),
    fails(
      "a stream that ends early",
      beginning(one, (response) => response.end()),
      {
        code: "model_incomplete",
        ...said,
      },
    ),
    fails(
      "a stall before the answer",
      () => {},
      { code: "model_unavailable", streamed: "" },
      { trial: { stallTimeout: 100 } },
    ),
    fails(
      "a stall in mid-stream",
      beginning(one, () => {}),
      { code: "model_unavailable", ...said },
      { trial: { stallTimeout: 100 } },
    ),
    fails("an HTML page", status(200, "<!doctype html><p>Hi", page), { code: "model_bad_response" }),
    fails(
      "an HTML page called a stream",
      status(200, "<!doctype html>\n<p>Hi\n", { "content-type": one.contentType }),
      {
        code: "model_bad_response",
      },
    ),
    fails(
      "truncated JSON",
      status(200, wholeText.slice(0, -9), json),
      // A line that was cut and a stream that was cut are the same to the one whose answers are lines.
      { code: one.kind === "llama" ? "model_incomplete" : "model_bad_response", streamed: "" },
    ),
    fails(
      "truncated JSON in mid-stream",
      beginning(one, (response) => response.end('data: {"oops\n\n')),
      {
        code: "model_bad_response",
        ...said,
      },
    ),
    fails("a wrong content type", status(200, "\x89PNG\n\n\x1a\n", { "content-type": "image/png" }), {
      code: "model_bad_response",
    }),
    fails("an empty answer", status(200, "", { "content-type": one.contentType }), {
      code: "model_incomplete",
    }),
    fails("an empty object", status(200, "{}", json), {
      code: one.kind === "llama" ? "model_incomplete" : "model_bad_response",
    }),
    fails(
      "an abort beforehand",
      whole(one, ["Hi"]),
      { code: "aborted", streamed: "" },
      {
        trial: { abort: "before" },
        attempts: 0,
      },
    ),
    fails(
      "an abort before the answer",
      () => {},
      { code: "aborted", streamed: "" },
      {
        trial: { abort: "before the answer" },
      },
    ),
    fails(
      "an abort in mid-stream",
      beginning(one, () => {}),
      { code: "aborted", ...said },
      {
        trial: { abort: "at the first delta" },
      },
    ),
  ];
}

/** The whole of an answer. */
function whole(one: Documented, texts: readonly string[]): Answer {
  return (response) => {
    response.writeHead(200, { "content-type": one.contentType }).end(one.stream(texts).join(""));
  };
}

/** An answer as far as "Hel", and then something else. */
function beginning(one: Documented, then: (response: Parameters<Answer>[0]) => void): Answer {
  return (response) => {
    const pieces = one.stream(["Hel", "lo"]);
    const upTo = pieces.findIndex((piece) => piece.includes("Hel")) + 1;
    response.writeHead(200, { "content-type": one.contentType });
    // Not joined to what follows: a connection that breaks takes along what was not read yet.
    response.write(pieces.slice(0, upTo).join(""), () => setTimeout(then, 20, response));
  };
}

function breaking(one: Documented): Answer {
  return beginning(one, (response) => response.destroy());
}

function asText(received: readonly { readonly url: string; readonly body: unknown }[]): string {
  return JSON.stringify(received.map(({ url, body }) => [url, body]));
}
