import { type CallOptions, Luminora, memoryStorage, type Part, webllm } from "luminoracore";
import { describe, expect, it } from "vitest";
import { type FakeEngineOptions, fakeEngine } from "../shared/fake-engine.ts";
import { contentsOf } from "../shared/recording.ts";

const message = { role: "user", content: "Hi there" } as const;

function call(options: Partial<CallOptions> = {}): CallOptions {
  const { signal } = new AbortController();
  return { system: "Be kind.", messages: [message], temperature: 0.7, signal, ...options };
}

async function all(parts: AsyncIterable<Part>): Promise<Part[]> {
  const found: Part[] = [];
  for await (const part of parts) found.push(part);
  return found;
}

/** A model on a fake engine. */
function modelOn(options: FakeEngineOptions = {}) {
  const fake = fakeEngine(options);
  return { fake, model: webllm(fake.engine, { model: "small", contextTokens: 2048 }) };
}

describe("an engine like WebLLM", () => {
  it("answers in pieces and counts", async () => {
    const { fake, model } = modelOn({ answers: [["Hello, ", "you."]] });
    expect(await all(model.call(call({ maxOutputTokens: 100, stop: ["\n\n"] })))).toEqual([
      { type: "text-delta", text: "Hello, " },
      { type: "text-delta", text: "you." },
      { type: "usage", inputTokens: 4, outputTokens: 2 },
      { type: "finish", reason: "stop" },
    ]);
    expect(fake.requests).toEqual([
      {
        model: "small",
        messages: [{ role: "system", content: "Be kind." }, message],
        ...{ temperature: 0.7, max_tokens: 100, stop: ["\n\n"] },
        ...{ stream: true, stream_options: { include_usage: true } },
      },
    ]);
  });

  it("is held to a schema, which it is also told", async () => {
    const { fake, model } = modelOn({ answers: [["{}"]] });
    const responseSchema = { type: "object" };
    await all(model.call(call({ responseSchema })));
    expect(fake.requests[0]?.response_format).toEqual({ type: "json_object", schema: '{"type":"object"}' });
    expect(fake.requests[0]?.messages[0]?.content).toMatch(/^Be kind\.[\s\S]*\{"type":"object"\}$/);
  });

  it("is told as the user what nobody says, and turns alternate", async () => {
    const { fake, model } = modelOn();
    const note = { role: "system", content: "It rains." } as const;
    const opening = { role: "assistant", content: "There you are." } as const;
    await all(model.call(call({ messages: [opening, note, message, note] })));
    expect(fake.requests[0]?.messages.map(({ role, content }) => [role, content])).toEqual([
      ["system", "Be kind."],
      ["user", "[start]"],
      ["assistant", "There you are."],
      ["user", "It rains.\n\nHi there\n\nIt rains."],
    ]);
  });

  it("says why it stopped", async () => {
    for (const [finish, reason] of [
      ["length", "length"],
      ["tool_calls", "tool-calls"],
      ["something", "other"],
    ] as const) {
      expect((await all(modelOn({ finish }).model.call(call()))).at(-1)).toEqual({ type: "finish", reason });
    }
    for (const finish of [null, "abort"]) {
      await expect(all(modelOn({ finish }).model.call(call()))).rejects.toMatchObject({
        code: "model_incomplete",
      });
    }
  });

  it("is interrupted by an abort, and free for the next call", async () => {
    const { fake, model } = modelOn({ answers: [["He", "llo", "!"], ["Bye."]] });
    const abort = new AbortController();
    const parts: Part[] = [];
    const aborted = async () => {
      for await (const part of model.call(call({ signal: abort.signal }))) {
        parts.push(part);
        abort.abort();
      }
    };
    await expect(aborted()).rejects.toMatchObject({ code: "aborted" });
    expect(parts).toEqual([{ type: "text-delta", text: "He" }]);
    // It waits for its turn, and is not interrupted with the one before.
    expect(await all(model.call(call()))).toContainEqual({ type: "text-delta", text: "Bye." });
    expect(fake.interruptions).toBeGreaterThan(0);
    expect(fake.isLocked).toBe(false);
  });

  it("is interrupted when its reader leaves, and when it had not yet begun", async () => {
    const { fake, model } = modelOn({ answers: [["He", "llo"], ["never"], ["Bye."]] });
    const abort = new AbortController();
    for await (const part of model.call(call())) {
      expect(part).toEqual({ type: "text-delta", text: "He" });
      // This one waits behind it.
      const waiting = all(model.call(call({ signal: abort.signal })));
      setTimeout(() => abort.abort(), 1);
      await expect(waiting).rejects.toMatchObject({ code: "aborted" });
      break;
    }
    expect(await all(model.call(call()))).toContainEqual({ type: "text-delta", text: "Bye." });
    expect(fake.isLocked).toBe(false);
  });

  it("is not asked once the signal is aborted", async () => {
    const { fake, model } = modelOn();
    const late = all(model.call(call({ signal: AbortSignal.abort() })));
    await expect(late).rejects.toMatchObject({ code: "aborted" });
    expect(fake.requests).toHaveLength(0);
  });

  it("without interruptions is left by its generator", async () => {
    let left = false;
    async function* chunks() {
      try {
        yield { choices: [{ delta: { content: "a" }, finish_reason: null }] };
        yield { choices: [{ delta: { content: "b" }, finish_reason: null }] };
      } finally {
        left = true;
      }
    }
    const model = webllm({ chat: { completions: { create: chunks } } }, { model: "small", local: false });
    for await (const _ of model.call(call())) break;
    await expect.poll(() => left).toBe(true);
    expect(model.local).toBe(false);
  });

  const own = (name: string, message = "no", more = {}) =>
    Object.assign(new Error(message), { name, ...more });
  it.each<[string, FakeEngineOptions, object]>([
    ["too long a prompt", { contextWindow: 2 }, { code: "model_too_large" }],
    ["no WebGPU", { failsWith: own("WebGPUNotAvailableError") }, { code: "model_unsupported" }],
    ["a model that is not loaded", { failsWith: own("ModelNotLoadedError") }, { code: "model_unavailable" }],
    [
      "an error of a worker, as a text",
      { failsWith: "ShaderF16SupportError: no" },
      { code: "model_unsupported" },
    ],
    [
      "an error with a status",
      { failsWith: own("Error", "no", { status: 429 }) },
      { code: "model_rate_limited" },
    ],
    ["a lost device", { failsWith: own("DeviceLostError", "lost") }, { code: "model_unavailable" }],
  ])("%s is an error, and nothing is stored", async (_, options, error) => {
    const storage = memoryStorage();
    const { fake, model } = modelOn({ answers: [["He", "llo"]], ...options });
    const luminora = await Luminora.open({ storage, model });
    const session = await luminora.createSession({ template: "alicia", user: "diego" });
    const before = await contentsOf(storage);
    await expect(session.send("You're pretty")).rejects.toMatchObject(error);
    expect(await contentsOf(storage)).toBe(before);
    expect(session.history()).toEqual([]);
    expect(fake.isLocked).toBe(false);
    await luminora.close();
  });

  it("another model than the loaded one is not found", async () => {
    const model = webllm(fakeEngine().engine, { model: "large" });
    await expect(all(model.call(call()))).rejects.toMatchObject({ code: "model_not_found" });
  });

  it("carries a session, on this device", async () => {
    const { fake, model } = modelOn({ answers: [["Hello, ", "Diego."], ["Bye."]] });
    const luminora = await Luminora.open({ storage: memoryStorage(), model });
    const session = await luminora.createSession({ template: "alicia", user: "diego" });
    const { run, usage } = await session.send("Hi, I am Diego.");
    await session.send("Bye");
    expect(session.history().map(({ text }) => text)).toEqual([
      "Hi, I am Diego.",
      "Hello, Diego.",
      "Bye",
      "Bye.",
    ]);
    expect(usage).toMatchObject({ output_tokens: 2, estimated: false });
    expect(session.explain(run)).toMatchObject({
      run: { mode: "local_llm", model: { kind: "webllm", id: "small" } },
    });
    expect(fake.requests).toHaveLength(2);
    await luminora.close();
  });

  it("has to be one, with a model", () => {
    for (const [engine, options, path] of [
      [{}, { model: "small" }, "/engine"],
      [fakeEngine().engine, { model: " " }, "/model"],
    ] as const) {
      expect(() => webllm(engine as never, options)).toThrow(
        expect.objectContaining({ code: "invalid_argument", path }),
      );
    }
  });
});
