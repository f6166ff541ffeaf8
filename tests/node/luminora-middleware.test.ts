import { setTimeout as sleep } from "node:timers/promises";
import type {
  LanguageModelV2Middleware,
  LanguageModelV3Middleware,
  LanguageModelV4Middleware,
} from "@ai-sdk/provider";
import {
  APICallError,
  generateText,
  jsonSchema,
  type LanguageModelMiddleware,
  type ModelMessage,
  stepCountIs,
  streamText,
  type ToolSet,
  tool,
  wrapLanguageModel,
} from "ai";
import {
  Luminora,
  manualModel,
  memoryStorage,
  type Session,
  type Storage,
  scriptedModel,
  type TurnView,
} from "luminoracore";
import { luminoraMiddleware } from "luminoracore/ai-sdk";
import { fakeEmbedder } from "luminoracore/testing";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type Answer, mockModel, specifications, streamingModel } from "../shared/ai-sdk.ts";
import { contentsOf } from "../shared/recording.ts";

let storage: Storage;
let luminora: Luminora;
let session: Session;

beforeEach(async () => {
  // The SDK says on the console what it makes of old models.
  vi.stubGlobal("AI_SDK_LOG_WARNINGS", false);
  storage = memoryStorage();
  luminora = await Luminora.open({ storage });
  session = await luminora.createSession({ template: "alicia", user: "diego" });
});

afterEach(async () => {
  await luminora.close();
  vi.unstubAllGlobals();
});

/** Everything that is stored, to compare. */
const stored = () => contentsOf(storage);

const said = () => session.history().map(({ role, text }) => [role, text]);

function wrapped(...answers: Answer[]) {
  const { model, calls } = streamingModel(...answers);
  return { model: wrapLanguageModel({ model, middleware: luminoraMiddleware(session) }), calls };
}

const look = { id: "call-1", name: "look", input: { at: "the sea" } };
const inputSchema = jsonSchema<{ at: string }>({ type: "object", properties: { at: { type: "string" } } });
const tools = { look: tool({ inputSchema, execute: async ({ at }) => `${at} is calm` }) };
/** A tool that the application uses itself, in a call of its own. */
const elsewhere: ToolSet = { look: { inputSchema } as ToolSet[string] };

const runOf = (turn?: TurnView) => {
  const explained = session.explain(turn?.run ?? "");
  return explained.subject === "run" ? (explained.run as Record<string, unknown>) : {};
};

describe.each(specifications)("a model of specification %s with the middleware", (specification) => {
  it("speaks as the personality in streamText, and the turn is stored", async () => {
    const { model, calls } = mockModel(specification, { text: ["Oh. ", "Thank you."], usage: [90, 4] });
    const middleware = luminoraMiddleware(session);
    const result = streamText({
      model: wrapLanguageModel({ model, middleware }),
      instructions: "The shop is closed on Mondays.",
      messages: [{ role: "user", content: "You're pretty" }],
    });
    expect(await result.text).toBe("Oh. Thank you.");
    expect(await result.usage).toMatchObject({ inputTokens: 90, outputTokens: 4 });

    const [call] = calls;
    const [system, ...others] = call?.prompt ?? [];
    expect(system?.content).toMatch(/^(?!The shop)[\s\S]*Alicia[\s\S]*\n\nThe shop is closed on Mondays\.$/);
    expect(others).toMatchObject([{ role: "user", content: [{ type: "text", text: "You're pretty" }] }]);
    expect(call?.temperature).toBeGreaterThan(0);

    expect(said()).toEqual([
      ["user", "You're pretty"],
      ["assistant", "Oh. Thank you."],
    ]);
    expect(session.state.mood.current).toBe("shy");
    const { run = "" } = session.history().at(-1) ?? {};
    expect(session.explain(run)).toMatchObject({
      run: {
        model: { kind: "ai-sdk", id: `mock/model-${specification}` },
        usage: { input_tokens: 90, output_tokens: 4 },
      },
    });
    expect((await result.finalStep).providerMetadata).toMatchObject({
      mock: { own: true },
      luminora: {
        ...{ run, turn: session.history().at(-1)?.id, memories: [] },
        state: { mood: { current: "shy" }, affinity: { points: session.state.affinity.points } },
      },
    });
  });

  it("speaks as the personality in generateText", async () => {
    const { model, calls } = mockModel(specification, { text: ["Oh."], reasoning: "Me?" });
    const middleware = luminoraMiddleware(session);
    const result = await generateText({
      model: wrapLanguageModel({ model, middleware }),
      prompt: "You're pretty",
    });
    expect(result.text).toBe("Oh.");
    expect(result.reasoningText).toBe("Me?");
    expect(calls[0]?.prompt[0]?.content).toContain("Alicia");
    expect(said()).toEqual([
      ["user", "You're pretty"],
      ["assistant", "Oh."],
    ]);
    expect(result.providerMetadata?.luminora).toMatchObject({ turn: session.history().at(-1)?.id });
  });

  it.each(["streamText", "generateText"] as const)(
    "takes several steps with tools as one turn in %s",
    async (name) => {
      const { model, calls } = mockModel(
        specification,
        { text: ["Let me look."], calls: [look], usage: [100, 10] },
        { calls: [{ ...look, id: "call-2" }], usage: [120, 5] },
        { text: ["The sea is calm."], usage: [140, 6] },
      );
      const before = await stored();
      const states: string[] = [];
      const call = {
        model: wrapLanguageModel({ model, middleware: luminoraMiddleware(session) }),
        prompt: "You're pretty. How is the sea?",
        tools,
        stopWhen: stepCountIs(5),
        // Between the steps nothing is stored, and the session can be talked to.
        onStepEnd: async () => void states.push(await stored()),
      };
      const text = name === "streamText" ? await streamText(call).text : (await generateText(call)).text;
      expect(text).toBe("The sea is calm.");
      expect(states.slice(0, 2)).toEqual([before, before]);
      expect(said()).toEqual([
        ["user", "You're pretty. How is the sea?"],
        ["assistant", "Let me look.\n\nThe sea is calm."],
      ]);
      expect(session.state.affinity.total_messages).toBe(1);
      // Providers cache a prompt that begins in the same way.
      const systems = calls.map(({ prompt }) => prompt[0]?.content);
      expect(systems).toHaveLength(3);
      expect(new Set(systems).size).toBe(1);
      const { run = "" } = session.history().at(-1) ?? {};
      expect(session.explain(run)).toMatchObject({
        run: { usage: { input_tokens: 360, output_tokens: 21, estimated: false } },
      });
    },
  );
});

it("is a middleware of each version, by its types", () => {
  const middleware = luminoraMiddleware(session);
  const taken: [LanguageModelV2Middleware, LanguageModelV3Middleware, LanguageModelV4Middleware] = [
    middleware,
    middleware,
    middleware,
  ];
  const own: LanguageModelMiddleware = middleware;
  expect([...taken, own]).toHaveLength(4);
});

describe("what an application shows of the conversation", () => {
  it("is what the model sees of it, and is not doubled", async () => {
    const { model, calls } = wrapped({ text: ["One."] }, { text: ["Two."] }, { text: ["Three."] });
    const messages: ModelMessage[] = [];
    for (const content of ["first", "second", "third"]) {
      messages.push({ role: "user", content });
      const { text } = await generateText({ model, messages });
      messages.push({ role: "assistant", content: text });
    }
    expect(calls.map(({ prompt }) => prompt.length)).toEqual([2, 4, 6]);
    expect(texts(calls.at(-1)?.prompt)).toEqual(["first", "One.", "second", "Two.", "third"]);
    expect(said().map(([, text]) => text)).toEqual(["first", "One.", "second", "Two.", "third", "Three."]);
  });

  it("has what was said before in front of it, where it begins anew", async () => {
    for (const [text, reply] of [
      ["My name is Diego.", "Hello, Diego."],
      ["I paint.", "What do you paint?"],
      ["Herons.", "How lovely."],
    ] as const) {
      await session.send(text, { model: scriptedModel({ replies: [reply] }) });
    }
    const { model, calls } = wrapped({ text: ["Yes."] });
    await generateText({ model, instructions: "Be brief.", prompt: "Do you remember?" });
    const before = [
      "My name is Diego.",
      "Hello, Diego.",
      "I paint.",
      "What do you paint?",
      "Herons.",
      "How lovely.",
    ];
    expect(texts(calls[0]?.prompt)).toEqual([...before, "Do you remember?"]);

    // It shows the end of the conversation, with an answer that never came.
    await generateText({
      model,
      messages: [
        { role: "user", content: "Herons." },
        { role: "assistant", content: "How  lovely." },
        { role: "user", content: "Do you remember?" },
        { role: "assistant", content: "Yes." },
        { role: "user", content: "This one failed." },
        { role: "user", content: "And now?" },
      ],
    });
    expect(texts(calls[1]?.prompt)).toEqual([
      ...before.slice(0, 4),
      ...["Herons.", "How  lovely.", "Do you remember?", "Yes.", "This one failed.", "And now?"],
    ]);
  });

  it("may hold pictures, and nothing that anybody says", async () => {
    const { model, calls } = wrapped({ text: ["A heron!"] });
    const file = { type: "file", data: new Uint8Array([1]), mediaType: "image/png" } as const;
    await generateText({
      model,
      messages: [{ role: "user", content: [{ ...file, filename: "heron.png" }] }],
    });
    expect(said()[0]).toEqual(["user", "[heron.png]"]);
    await generateText({ model, messages: [{ role: "assistant", content: "Once upon a time" }] });
    expect(calls[1]?.prompt).toMatchObject([{ role: "assistant" }]);
    expect(said()).toHaveLength(2);
  });
});

describe("a call that does not come to its end stores nothing", () => {
  const failure = (statusCode: number, isRetryable = false) =>
    new APICallError({
      message: "no",
      url: "https://example.org",
      requestBodyValues: {},
      statusCode,
      isRetryable,
    });

  it.each<[string, Answer[]]>([
    ["refused", [{ throws: failure(401) }]],
    ["an error in the stream", [{ text: ["Hel"], error: new Error("no"), finish: "error" }]],
    ["an error before a proper end", [{ text: ["Hel"], error: new Error("no") }]],
    ["broken off", [{ text: ["Hel"], breaksOff: true }]],
    ["interrupted", [{ text: ["Hel"], finish: "interrupted" }]],
    ["stopped by an error", [{ text: ["Hel"], finish: "error" }]],
    ["held back by a filter", [{ finish: "content-filter" }]],
    ["no text", [{ finish: "length" }]],
    ["an error after a tool was used", [{ text: ["I look."], calls: [look] }, { throws: failure(400) }]],
  ])("%s", async (_, answers) => {
    const before = await stored();
    const result = streamText({
      ...{ model: wrapped(...answers).model, prompt: "You're pretty", tools, stopWhen: stepCountIs(3) },
      onError: () => {},
    });
    await result.consumeStream();
    expect(await stored()).toBe(before);
    expect(session.history()).toEqual([]);
    // And the session is as usable as before.
    await session.send("Hi", { model: scriptedModel({ replies: ["Hello."] }) });
    expect(said()).toHaveLength(2);
  });

  it.each<[string, Answer[]]>([
    ["while it answers", [{ text: ["Hel"], hangs: true }]],
    [
      "in a later step",
      [
        { text: ["I look."], calls: [look] },
        { text: ["The"], hangs: true },
      ],
    ],
  ])("aborted %s", async (_, answers) => {
    const before = await stored();
    const abort = new AbortController();
    const result = streamText({
      ...{ model: wrapped(...answers).model, prompt: "You're pretty", tools, stopWhen: stepCountIs(3) },
      abortSignal: abort.signal,
    });
    for await (const part of result.stream) {
      if (part.type === "text-delta" && part.text === answers.at(-1)?.text?.[0]) abort.abort();
    }
    expect(await stored()).toBe(before);
    await session.send("Hi", { model: scriptedModel({ replies: ["Hello."] }) });
    expect(said()).toHaveLength(2);
  });

  it("aborted while a tool works", async () => {
    const abort = new AbortController();
    const slow = tool({
      inputSchema,
      async execute() {
        abort.abort();
        return "too late";
      },
    });
    const { model, calls } = wrapped({ text: ["I look."], calls: [look] }, { text: ["Calm."] });
    const call = { model, prompt: "You're pretty", tools: { look: slow }, stopWhen: stepCountIs(3) };
    await streamText({ ...call, abortSignal: abort.signal }).consumeStream();
    expect(calls).toHaveLength(1);
    // The next message finds nothing of it.
    await generateText({ model, prompt: "Hi" });
    expect(said().map(([, text]) => text)).toEqual(["Hi", "Calm."]);
  });

  it("left by who reads it", async () => {
    const result = streamText({ model: wrapped({ text: ["a", "b"], hangs: true }).model, prompt: "Hi" });
    const reader = result.stream.getReader();
    while ((await reader.read()).value?.type !== "text-delta");
    await reader.cancel();
    await sleep(20);
    await session.send("Hi", { model: manualModel() });
    expect(said()).toEqual([["user", "Hi"]]);
  });

  it("not storable: the application hears of it", async () => {
    const { model } = streamingModel({ text: ["Hello."] });
    const wrappedModel = wrapLanguageModel({ model, middleware: luminoraMiddleware(session) });
    storage.append = async () => {
      throw new Error("the disk is full");
    };
    const errors: unknown[] = [];
    await streamText({
      model: wrappedModel,
      prompt: "Hi",
      onError: ({ error }) => void errors.push(error),
    }).consumeStream();
    expect(errors).toMatchObject([{ message: "the disk is full" }]);
    await expect(generateText({ model: wrappedModel, prompt: "Hi" })).rejects.toThrow("the disk is full");
    expect(session.history()).toEqual([]);
  });

  it("refused by the session", async () => {
    await session.update({ status: "archived" });
    const { model, calls } = wrapped({ text: ["Hello."] });
    await expect(generateText({ model, prompt: "Hi" })).rejects.toMatchObject({ code: "session_archived" });
    expect(calls).toHaveLength(0);
  });
});

describe("a message counts once", () => {
  it("when a failed call is tried again", async () => {
    const busy = new APICallError({
      ...{ message: "busy", url: "https://example.org", requestBodyValues: {}, statusCode: 503 },
      responseHeaders: { "retry-after-ms": "1" },
    });
    const { model, calls } = wrapped(
      { throws: busy },
      { text: ["I look."], calls: [look] },
      { throws: busy },
      { text: ["Calm."] },
    );
    const result = streamText({ model, prompt: "You're pretty", tools, stopWhen: stepCountIs(3) });
    expect(await result.text).toBe("Calm.");
    expect(calls).toHaveLength(4);
    expect(said()).toEqual([
      ["user", "You're pretty"],
      // The first step was dropped with the failure; what it said is in the application's messages.
      ["assistant", "I look.\n\nCalm."],
    ]);
    // What it took is not.
    const { run = "" } = session.history().at(-1) ?? {};
    expect(session.explain(run)).toMatchObject({ run: { usage: { estimated: true } } });
    expect(session.state.affinity.total_messages).toBe(1);
  });

  it("when a call is repeated, or another answer is wanted", async () => {
    const { model, calls } = wrapped(
      { text: ["One."] },
      { text: ["Two."], usage: [90, 4] },
      { text: ["Another."] },
    );
    const first: ModelMessage[] = [{ role: "user", content: "I love you" }];
    await generateText({ model, messages: first });
    const { points } = session.state.affinity;
    const { providerMetadata } = await generateText({ model, messages: first });
    expect(said()).toEqual([
      ["user", "I love you"],
      ["assistant", "One."],
      ["assistant", "Two."],
    ]);
    expect(session.state.affinity).toMatchObject({ points, total_messages: 1 });
    const last = session.history().at(-1);
    expect(providerMetadata?.luminora).toMatchObject({ turn: last?.id });
    const { model: named, turn } = runOf(session.history().at(-2));
    expect(runOf(last)).toMatchObject({ turn, model: named, usage: { input_tokens: 90, output_tokens: 4 } });
    // The model was asked as if nobody had answered.
    expect(calls[1]?.prompt.slice(1)).toEqual(calls[0]?.prompt.slice(1));
    await streamText({ model, messages: first }).text;
    expect(said().at(-1)).toEqual(["assistant", "Another."]);
    expect(session.state.affinity.total_messages).toBe(1);
  });

  it("when two equal calls run at the same time", async () => {
    const { model } = wrapped({ text: ["One."] });
    await Promise.all([generateText({ model, prompt: "Hi" }), generateText({ model, prompt: "Hi" })]);
    expect(said().filter(([role]) => role === "user")).toHaveLength(1);
    expect(session.state.affinity.total_messages).toBe(1);
  });

  it("and the same words again count again", async () => {
    const { model } = wrapped({ text: ["Mm."] });
    const messages: ModelMessage[] = [];
    for (const times of [1, 2, 3]) {
      messages.push({ role: "user", content: "yes" });
      await generateText({ model, messages });
      // And another answer to the same.
      await generateText({ model, messages });
      expect(said().filter(([role]) => role === "user")).toHaveLength(times);
      expect(said()).toHaveLength(3 * times);
      messages.push({ role: "assistant", content: "Mm." });
    }
    expect(session.state.affinity.total_messages).toBe(3);
  });

  it("and so they do where the application shows the end of a longer conversation", async () => {
    const { model } = wrapped({ text: ["Mm."] });
    await generateText({ model, prompt: "Hello" });
    for (const times of [1, 2, 3]) {
      await generateText({ model, prompt: "go on" });
      expect(said().filter(([, text]) => text === "go on")).toHaveLength(times);
    }
  });
});

describe("a turn that waits for tools", () => {
  const question: ModelMessage = { role: "user", content: "How is the sea?" };

  /** The conversation after its first step, with the result of its tool. */
  const withResult = (step: { response: { messages: ModelMessage[] } }): ModelMessage[] => [
    question,
    ...step.response.messages,
    {
      role: "tool",
      content: [
        {
          type: "tool-result",
          toolCallId: look.id,
          toolName: "look",
          output: { type: "text", value: "calm" },
        },
      ],
    },
  ];

  it("goes on in another call of the application", async () => {
    const { model, calls } = wrapped({ text: ["I look."], calls: [look] }, { text: ["Calm."] });
    const first = await generateText({ model, messages: [question], tools: elsewhere });
    expect(session.history()).toEqual([]);
    await generateText({ model, messages: withResult(first), tools: elsewhere });
    expect(said()).toEqual([
      ["user", "How is the sea?"],
      ["assistant", "I look.\n\nCalm."],
    ]);
    expect(calls[1]?.prompt[0]).toEqual(calls[0]?.prompt[0]);
  });

  it("goes on in another process", async () => {
    const { model, calls } = wrapped({ text: ["I look."], calls: [look] }, { text: ["Calm."] });
    const first = await generateText({ model, messages: [question], tools: elsewhere });
    const other = await Luminora.open({ storage });
    session = await other.createSession({ session: session.id, user: "diego" });
    const again = wrapLanguageModel({
      model: streamingModel({ text: ["Calm."] }).model,
      middleware: luminoraMiddleware(session),
    });
    await generateText({ model: again, messages: withResult(first), tools: elsewhere });
    expect(calls).toHaveLength(1);
    expect(said()).toEqual([
      ["user", "How is the sea?"],
      ["assistant", "I look.\n\nCalm."],
    ]);
  });

  it("holds nobody up: tools may talk to the session", async () => {
    const { model } = wrapped({ text: ["I look."], calls: [look] }, { text: ["Calm."] });
    const talking = tool({
      inputSchema,
      async execute() {
        await session.setMood("shy");
        const { text } = await session.send("Psst.", { model: scriptedModel({ replies: ["Yes?"] }) });
        return text;
      },
    });
    await streamText({ model, messages: [question], tools: { look: talking }, stopWhen: stepCountIs(2) })
      .text;
    expect(said().map(([, text]) => text)).toEqual(["Psst.", "Yes?", "How is the sea?", "I look.\n\nCalm."]);
  });

  it("is stored when the conversation goes on behind it", async () => {
    const { model } = wrapped({ text: ["I look."], calls: [look] }, { text: ["Good night."] });
    const first = await generateText({ model, messages: [question], tools });
    const goodNight: ModelMessage = { role: "user", content: "Good night!" };
    await generateText({ model, messages: [question, ...first.response.messages, goodNight] });
    expect(said().map(([, text]) => text)).toEqual([
      ...["How is the sea?", "I look.", "Good night!", "Good night."],
    ]);
  });

  it("is stored without an answer when it only used tools", async () => {
    const { model } = wrapped({ calls: [look] }, { text: ["Good night."] });
    const first = await generateText({ model, messages: [question], tools });
    const goodNight: ModelMessage = { role: "user", content: "Good night!" };
    await generateText({ model, messages: [question, ...first.response.messages, goodNight] });
    expect(said()).toEqual([
      ["user", "How is the sea?"],
      ["user", "Good night!"],
      ["assistant", "Good night."],
    ]);
  });

  it("is stored without an answer when nothing is said behind its tools either", async () => {
    const { model } = wrapped({ calls: [look] }, {});
    await generateText({ model, messages: [question], tools, stopWhen: stepCountIs(2) });
    expect(said()).toEqual([["user", "How is the sea?"]]);
    const filtered = wrapped({ calls: [look] }, { finish: "content-filter" });
    await generateText({ model: filtered.model, prompt: "And now?", tools, stopWhen: stepCountIs(2) });
    expect(said()).toHaveLength(1);
  });

  it("is dropped when the conversation goes on without it", async () => {
    const { model } = wrapped({ text: ["I look."], calls: [look] }, { text: ["Good night."] });
    await generateText({ model, messages: [question], tools });
    await generateText({ model, prompt: "Good night!" });
    expect(said().map(([, text]) => text)).toEqual(["Good night!", "Good night."]);
  });

  it("is dropped when the object is closed", async () => {
    const { model } = wrapped({ text: ["I look."], calls: [look] });
    await generateText({ model, messages: [question], tools });
    const before = await stored();
    storage.close = async () => {};
    await luminora.close();
    expect(await stored()).toBe(before);
  });

  it("does not wait for what the provider does itself", async () => {
    const { model } = streamingModel({ text: ["Calm."] });
    const own = wrapLanguageModel({
      model,
      middleware: [
        luminoraMiddleware(session),
        {
          specificationVersion: "v4",
          async wrapGenerate({ doGenerate }) {
            const { content, ...result } = await doGenerate();
            const call = { type: "tool-call", toolCallId: "s-1", toolName: "search", input: "{}" } as const;
            return { ...result, content: [{ ...call, providerExecuted: true }, ...content] };
          },
        },
      ],
    });
    await generateText({ model: own, messages: [question], tools: { search: tools.look } });
    expect(said()).toHaveLength(2);
  });
});

describe("options", () => {
  it("a session may be chosen at each call", async () => {
    const sessions = new Map([["diego", session]]);
    sessions.set("ana", await luminora.createSession({ template: "dr_luna", user: "ana" }));
    const { model, calls } = streamingModel({ text: ["Hello."] });
    const middleware = luminoraMiddleware(
      async ({ providerOptions }) => sessions.get(providerOptions?.luminora?.user) ?? session,
    );
    const anybody = wrapLanguageModel({ model, middleware });
    await generateText({ model: anybody, prompt: "Hi", providerOptions: { luminora: { user: "ana" } } });
    expect(sessions.get("ana")?.history()).toHaveLength(2);
    expect(session.history()).toHaveLength(0);
    expect(calls[0]?.prompt[0]?.content).toContain("Luna");
  });

  it("the temperature is the personality's, unless the call has one", async () => {
    const { model, calls } = streamingModel({ text: ["Hello."] });
    const own = (options: object) =>
      wrapLanguageModel({ model, middleware: luminoraMiddleware({ session, ...options }) });
    await generateText({ model: own({}), prompt: "a" });
    await generateText({ model: own({}), prompt: "b", temperature: 0.1 });
    await generateText({ model: own({}), prompt: "c", topP: 0.9 });
    await generateText({ model: own({ temperature: false }), prompt: "d" });
    const temperatures = calls.map(({ temperature }) => temperature);
    expect(temperatures[0]).toBe(session.preview("a").temperature);
    expect(temperatures.slice(1)).toEqual([0.1, undefined, undefined]);
  });

  it("domain and mask go with the turn", async () => {
    const { model } = streamingModel({ text: ["Hello."] });
    const options = { session, domain: "sea", mask: { temperature: 0.2 } };
    const { providerMetadata } = await generateText({
      model: wrapLanguageModel({ model, middleware: luminoraMiddleware(options) }),
      prompt: "Hi",
    });
    const committed = providerMetadata?.luminora as { run: string } | undefined;
    expect(session.explain(committed?.run ?? "")).toMatchObject({ run: { domain: "sea" } });
  });
});

describe("memory", () => {
  it("what the message recalls is told to the model, and named", async () => {
    await session.send("The spare key is under the blue flowerpot.", { model: scriptedModel() });
    const other = await luminora.createSession({ template: "alicia", user: "diego" });
    const { model, calls } = streamingModel({ text: ["Under the flowerpot."] });
    const { providerMetadata } = await generateText({
      model: wrapLanguageModel({ model, middleware: luminoraMiddleware(other) }),
      prompt: "Where is the spare key?",
    });
    expect(calls[0]?.prompt[0]?.content).toContain("blue flowerpot");
    const committed = providerMetadata?.luminora as { memories: { text: string }[] } | undefined;
    expect(committed?.memories).toMatchObject([{ text: "The spare key is under the blue flowerpot." }]);
  });

  it("is asked once for a turn, however many steps it has", async () => {
    const embedder = fakeEmbedder({ dimensions: 8 });
    const asked: string[] = [];
    const counted = {
      ...embedder,
      embed: async (...[texts, options]: Parameters<typeof embedder.embed>) => {
        if (options?.kind === "query") asked.push(...texts);
        return await embedder.embed(texts, options);
      },
    };
    await luminora.close();
    luminora = await Luminora.open({ storage: memoryStorage(), embedder: counted });
    session = await luminora.createSession({ template: "alicia", user: "diego" });
    await session.send("The sea was wild yesterday.");
    await luminora.embed({ user: "diego" });
    asked.length = 0;
    const { model } = wrapped({ calls: [look] }, { calls: [{ ...look, id: "call-2" }] }, { text: ["Calm."] });
    await streamText({ model, prompt: "How is the sea?", tools, stopWhen: stepCountIs(3) }).text;
    expect(asked).toEqual(["How is the sea?"]);
  });

  it("a model that finds facts is the same one, asked for itself", async () => {
    await luminora.close();
    luminora = await Luminora.open({ storage: memoryStorage(), memory: { extractor: "model" } });
    session = await luminora.createSession({ template: "alicia", user: "diego" });
    const { model, calls } = wrapped({ text: ["Noted."] }, { text: ['{"facts":[],"episodes":[]}'] });
    await streamText({ model, prompt: "My favourite tea is lapsang." }).text;
    await expect.poll(() => calls.length).toBe(2);
    expect(calls[1]?.responseFormat).toMatchObject({ type: "json" });
    expect(said()).toHaveLength(2);
  });
});

function texts(prompt: readonly { role: string; content: unknown }[] = []): string[] {
  return prompt
    .filter(({ role }) => role !== "system")
    .flatMap(({ content }) => (content as { text?: string }[]).map(({ text = "" }) => text));
}
