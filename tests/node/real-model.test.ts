import { Luminora, memoryStorage, openaiCompatible, type Part } from "luminoracore";
import { describe, expect, it } from "vitest";
import { failure } from "../shared/failure.ts";
import { everything } from "../shared/recording.ts";

// A server with OpenAI's chat completions that runs already; CONTRIBUTING.md says how to name one.
const {
  LUMINORA_TEST_BASE_URL: baseURL = "",
  LUMINORA_TEST_MODEL: model = "",
  LUMINORA_TEST_API_KEY: apiKey,
  LUMINORA_TEST_JSON_OUTPUT: jsonOutput = "schema",
} = process.env;

if (baseURL === "" || model === "") {
  process.stderr.write(
    "\n!! LEFT OUT: the test against a real model server (tests/node/real-model.test.ts).\n" +
      "!! It needs LUMINORA_TEST_BASE_URL and LUMINORA_TEST_MODEL; see CONTRIBUTING.md.\n\n",
  );
}

const minutes = 60_000;

describe.runIf(baseURL !== "" && model !== "")("a real model server", () => {
  const made = (options: { model?: string; baseURL?: string } = {}) =>
    openaiCompatible({ baseURL, model, apiKey, ...options });
  const ask = async (call: Partial<Parameters<ReturnType<typeof made>["call"]>[0]> = {}, asked = made()) => {
    const parts: Part[] = [];
    const messages = [{ role: "user", content: "Say a few words about the sea." }] as const;
    const { signal } = new AbortController();
    const usual = { system: "You are brief.", messages, temperature: 0.5, maxOutputTokens: 40, signal };
    for await (const part of asked.call({ ...usual, ...call })) parts.push(part);
    return { parts, text: parts.map((part) => (part.type === "text-delta" ? part.text : "")).join("") };
  };

  it(
    "streams an answer, counts it, and says why it ended",
    async () => {
      const { parts, text } = await ask();
      expect(text).not.toBe("");
      expect(parts.at(-1)).toEqual({ type: "finish", reason: expect.stringMatching(/^(stop|length)$/) });
      const usage = parts.find((part) => part.type === "usage");
      expect(usage?.inputTokens).toBeGreaterThan(1);
      expect(usage?.outputTokens).toBeGreaterThan(0);
      expect(usage?.outputTokens).toBeLessThanOrEqual(40);
    },
    5 * minutes,
  );

  it.runIf(jsonOutput === "schema")(
    "answers with JSON that matches a schema",
    async () => {
      const responseSchema = {
        type: "object",
        properties: { mood: { type: "string", enum: ["happy", "sad"] } },
        required: ["mood"],
        additionalProperties: false,
      };
      const messages = [{ role: "user", content: "I won! How do I feel? Answer as JSON." }] as const;
      const { text } = await ask({ responseSchema, messages, maxOutputTokens: 400 });
      expect(JSON.parse(text)).toEqual({ mood: expect.stringMatching(/^(happy|sad)$/) });
    },
    5 * minutes,
  );

  it(
    "carries a conversation; an abort in mid-stream leaves nothing of its turn",
    async () => {
      const storage = memoryStorage();
      const luminora = await Luminora.open({ storage, model: made() });
      const session = await luminora.createSession({ template: "alicia", user: "diego" });
      let streamed = "";
      const sending = session.send("Good morning! What a day.");
      for await (const delta of sending) streamed += delta;
      const reply = await sending;
      expect(reply.text).toBe(streamed);
      expect(streamed).not.toBe("");
      expect(reply.usage).toMatchObject({ input_tokens: expect.any(Number), estimated: false });

      const before = JSON.stringify(await everything(storage));
      const controller = new AbortController();
      const aborted = (async () => {
        const { signal } = controller;
        for await (const _ of session.send("Tell me a long story.", { signal })) controller.abort();
      })();
      expect(await failure(aborted)).toMatchObject({ code: "aborted" });
      expect(JSON.stringify(await everything(storage))).toBe(before);

      expect((await session.send("Are you still there?")).text).not.toBe("");
      expect(session.history().map(({ role }) => role)).toEqual(["user", "assistant", "user", "assistant"]);
      await luminora.close();
    },
    10 * minutes,
  );

  it(
    "says that there is nothing where nothing is",
    async () => {
      const nowhere = made({ baseURL: `${baseURL.replace(/\/+$/, "")}/nowhere` });
      const error = await failure(ask({}, nowhere));
      expect(error).toMatchObject({ code: expect.stringMatching(/^model_(not_found|auth|bad_request)$/) });
      expect(error.hint).toBeTruthy();
    },
    minutes,
  );
});
