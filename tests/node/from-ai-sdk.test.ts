import { APICallError, LoadAPIKeyError } from "ai";
import { Luminora, memoryStorage, type Part, type Session, type Storage } from "luminoracore";
import { fromAiSdk } from "luminoracore/ai-sdk";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Answer, mockModel, type Specification, specifications } from "../shared/ai-sdk.ts";
import { collect } from "../shared/call.ts";
import { revealed } from "../shared/failing-model.ts";
import { contentsOf } from "../shared/recording.ts";

let storage: Storage;
let luminora: Luminora;
let session: Session;

beforeEach(async () => {
  storage = memoryStorage();
  luminora = await Luminora.open({ storage });
  session = await luminora.createSession({ template: "alicia", user: "diego" });
});

afterEach(() => luminora.close());

/** Everything that is stored, to compare. */
const stored = () => contentsOf(storage);

/** The parts of one call that is asked for nothing in particular. */
async function partsOf(specification: Specification, answer: Answer): Promise<Part[]> {
  const model = fromAiSdk(mockModel(specification, answer).model);
  const { signal } = new AbortController();
  const call = { system: "Be kind.", messages: [{ role: "user", content: "Hi" }], temperature: 0.5, signal };
  return await collect(model.call(call as Parameters<typeof model.call>[0]));
}

describe.each(specifications)("a language model of specification %s", (specification) => {
  it("answers a session, turn after turn", async () => {
    const { model, calls } = mockModel(
      specification,
      { text: ["Hello", ", Diego."], reasoning: "Who is this?", usage: [120, 7] },
      { text: ["Thank you!"] },
    );
    const thoughts: string[] = [];
    session.on("reasoning-delta", ({ text }) => thoughts.push(text));
    const deltas: string[] = [];
    const reply = session.send("Hi, I am Diego.", { model: fromAiSdk(model), maxOutputTokens: 200 });
    for await (const delta of reply) deltas.push(delta);
    expect(deltas).toEqual(["Hello", ", Diego."]);
    expect(thoughts).toEqual(["Who is this?"]);
    const { run, usage } = await reply;
    expect(usage).toMatchObject({ input_tokens: 120, output_tokens: 7, estimated: false });
    expect(session.explain(run)).toMatchObject({
      run: { mode: "remote_llm", model: { kind: "ai-sdk", id: `mock/model-${specification}` } },
    });
    await session.send("You are wonderful!", { model: fromAiSdk(model) });
    expect(session.history().map(({ text }) => text)).toEqual([
      ...["Hi, I am Diego.", "Hello, Diego.", "You are wonderful!", "Thank you!"],
    ]);

    const [first, second] = calls;
    expect(first?.prompt[0]).toMatchObject({ role: "system", content: expect.stringContaining("Alicia") });
    expect(first).toMatchObject({ maxOutputTokens: 200, temperature: expect.any(Number) });
    expect(first).not.toHaveProperty("stopSequences");
    expect(first).not.toHaveProperty("responseFormat");
    expect(second?.prompt.slice(1)).toEqual([
      { role: "user", content: [{ type: "text", text: "Hi, I am Diego." }] },
      { role: "assistant", content: [{ type: "text", text: "Hello, Diego." }] },
      // Behind what is told for this reply.
      {
        role: "user",
        content: [{ type: "text", text: expect.stringMatching(/follow\.\]\n\nYou are wonderful!$/) }],
      },
    ]);
  });

  it("says why it stopped, and what it took", async () => {
    for (const [finish, reason] of [
      ["stop", "stop"],
      ["length", "length"],
      ["content-filter", "content-filter"],
      ["error", "error"],
      ["other", "other"],
    ] as const) {
      expect(await partsOf(specification, { text: ["a"], finish, usage: [1, undefined] })).toEqual([
        { type: "text-delta", text: "a" },
        { type: "usage", inputTokens: 1 },
        { type: "finish", reason },
      ]);
    }
    const calls = [{ id: "call-1", name: "look", input: { at: "the sea" } }];
    expect(await partsOf(specification, { calls })).toEqual([
      { type: "tool-call", callId: "call-1", name: "look", arguments: '{"at":"the sea"}' },
      { type: "usage", inputTokens: 3, outputTokens: 5 },
      { type: "finish", reason: "tool-calls" },
    ]);
  });

  it("is asked for JSON by its schema, for facts after a reply", async () => {
    const fact = { category: "preferences", key: "favourite tea", value: "lapsang", confidence: 0.9 };
    const found = { facts: [{ ...fact, source: "My favourite tea is lapsang." }], episodes: [] };
    const { model, calls } = mockModel(
      specification,
      { text: ["Noted."] },
      { text: [JSON.stringify(found)] },
    );
    await luminora.close();
    luminora = await Luminora.open({
      storage: memoryStorage(),
      model: fromAiSdk(model, { capabilities: { temperature: false }, providerOptions: { mock: { a: 1 } } }),
      memory: { extractor: "model" },
    });
    session = await luminora.createSession({ template: "alicia", user: "diego" });
    const reply = session.send("My favourite tea is lapsang.");
    await reply;
    await reply.learned;
    expect(calls).toHaveLength(2);
    expect(calls[1]).toMatchObject({
      responseFormat: { type: "json", schema: { type: "object" } },
      providerOptions: { mock: { a: 1 } },
    });
    for (const call of calls) expect(call).not.toHaveProperty("temperature");
  });

  const key = "sk-proj-0123456789abcdef";
  const refusal = (statusCode: number, headers = {}) =>
    new APICallError({
      message: `Incorrect API key provided: ${key}`,
      url: `https://example.org/v1?key=${key}`,
      requestBodyValues: { key },
      statusCode,
      responseHeaders: headers,
      responseBody: "{}",
    });

  it.each<[string, Answer, object]>([
    ["a refused key", { throws: refusal(401) }, { code: "model_auth" }],
    ["an unknown model", { throws: refusal(404) }, { code: "model_not_found" }],
    [
      "a rate limit",
      { throws: refusal(429, { "retry-after": "7" }) },
      { code: "model_rate_limited", retryAfterMs: 7000 },
    ],
    ["an overloaded provider", { throws: refusal(529) }, { code: "model_unavailable" }],
    [
      "no answer",
      { throws: Object.assign(refusal(0), { statusCode: undefined }) },
      { code: "model_network" },
    ],
    [
      "no key",
      { throws: new LoadAPIKeyError({ message: "OPENAI_API_KEY is missing." }) },
      { code: "model_auth" },
    ],
    ["something else", { throws: "a text" }, { code: "model_unavailable" }],
    ["an error in the stream", { text: ["Hel"], error: refusal(500) }, { code: "model_unavailable" }],
    [
      "an error of the provider in the stream",
      { text: ["Hel"], error: { type: "rate_limit_error", message: "slow down" } },
      { code: "model_rate_limited", message: expect.stringContaining("slow down") },
    ],
    ["a stream that breaks off", { text: ["Hel"], breaksOff: true }, { code: "model_incomplete" }],
    ["a refusal to answer", { finish: "content-filter" }, { code: "model_refused" }],
    ["an answer without text", { finish: "stop" }, { code: "model_bad_response" }],
  ])("%s is an error, and nothing is stored", async (_, answer, error) => {
    const before = await stored();
    const { model } = mockModel(specification, answer);
    let failure: unknown;
    await session.send("You're pretty", { model: fromAiSdk(model) }).then(undefined, (thrown) => {
      failure = thrown;
    });
    expect(failure).toMatchObject(error);
    expect(revealed(failure)).not.toContain(key);
    expect(await stored()).toBe(before);
    expect(session.history()).toEqual([]);
  });

  it("is aborted before and while it answers, and nothing is stored", async () => {
    const before = await stored();
    const { model, calls } = mockModel(specification, { text: ["Hel", "lo"], hangs: true });
    const abort = new AbortController();
    const reply = session.send("You're pretty", { model: fromAiSdk(model), signal: abort.signal });
    for await (const delta of reply) {
      expect(delta).toBe("Hel");
      break;
    }
    await expect(reply).rejects.toMatchObject({ code: "aborted" });
    expect(calls[0]?.abortSignal?.aborted).toBe(true);
    abort.abort();
    const late = session.send("You're pretty", { model: fromAiSdk(model), signal: abort.signal });
    await expect(late).rejects.toMatchObject({ code: "aborted" });
    expect(calls).toHaveLength(1);
    expect(await stored()).toBe(before);
  });
});

it("an answer that the newest specification calls interrupted is not complete", async () => {
  const { model } = mockModel("v4", { text: ["Hel"], finish: "interrupted" });
  await expect(session.send("Hi", { model: fromAiSdk(model) })).rejects.toMatchObject({
    code: "model_incomplete",
  });
});

it("what is no model of these specifications is refused", () => {
  const { model } = mockModel("v4", {});
  for (const other of ["openai/gpt-5", undefined, {}, { ...model, specificationVersion: "v1" }]) {
    expect(() => fromAiSdk(other as never)).toThrow(expect.objectContaining({ code: "model_unsupported" }));
  }
});

it("a conversation that the personality opens, and notes among the turns, suit every provider", async () => {
  await session.reply("There you are.");
  const { model, calls } = mockModel("v4", { text: ["Good."] });
  await session.send("Here I am.", { model: fromAiSdk(model) });
  expect(calls[0]?.prompt.map(({ role }) => role)).toEqual(["system", "user", "assistant", "user"]);
});
