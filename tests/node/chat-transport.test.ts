import { setTimeout as sleep } from "node:timers/promises";
import {
  AbstractChat,
  type ChatInit,
  type ChatState,
  type ChatStatus,
  type ChatTransport,
  type UIMessage,
  uiMessageChunkSchema,
} from "ai";
import {
  Luminora,
  LuminoraError,
  type Model,
  manualModel,
  memoryStorage,
  type Part,
  type Session,
  type Storage,
  scriptedModel,
} from "luminoracore";
import {
  type ChatChunk,
  chatMessages,
  LuminoraChatTransport,
  type LuminoraMetadata,
} from "luminoracore/ai-sdk";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { answerOf, contentsOf, recordingModel } from "../shared/recording.ts";

type Message = UIMessage<{ luminora: LuminoraMetadata }>;

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

const said = () => session.history().map(({ role, text }) => [role, text]);

/** The chat of the AI SDK, without a framework that draws it. */
class Chat extends AbstractChat<Message> {
  constructor(init: ChatInit<Message>) {
    super({ ...init, state: new State(init.messages) });
  }

  get shown() {
    return this.messages.map(({ role, parts }) => [
      role,
      ...parts.flatMap((part) => ("text" in part ? [`${part.type}: ${part.text}`] : [])),
    ]);
  }
}

class State implements ChatState<Message> {
  status: ChatStatus = "ready";
  error: Error | undefined = undefined;
  messages: Message[];

  constructor(messages: Message[] = []) {
    this.messages = messages;
  }

  pushMessage(message: Message): void {
    this.messages = [...this.messages, message];
  }

  popMessage(): void {
    this.messages = this.messages.slice(0, -1);
  }

  replaceMessage(index: number, message: Message): void {
    this.messages = this.messages.with(index, message);
  }

  snapshot = structuredClone;
}

function chatWith(model: Model | ReturnType<typeof scriptedModel>, init: ChatInit<Message> = {}): Chat {
  // As the SDK types it.
  const transport: ChatTransport<Message> = new LuminoraChatTransport(session, { model });
  return new Chat({ ...init, transport });
}

/** The chunks of one request, each as the SDK's own schema takes it. */
async function chunksOf(stream: ReadableStream<ChatChunk>): Promise<ChatChunk[]> {
  const { validate } = uiMessageChunkSchema();
  const chunks: ChatChunk[] = [];
  for await (const chunk of stream) {
    expect(await validate?.(chunk)).toMatchObject({ success: true });
    chunks.push(chunk);
  }
  return chunks;
}

const user = (text: string, id = text) => ({ id, role: "user", parts: [{ type: "text", text }] });
const submit = { trigger: "submit-message", chatId: "chat", messageId: undefined } as const;

describe("a chat with the transport", () => {
  it("talks to the session, turn after turn", async () => {
    const { model } = recordingModel(function* ({ messages }) {
      yield { type: "reasoning-delta", text: "Hm. " };
      yield { type: "reasoning-delta", text: "Nice." };
      yield* answerOf("You said ", `${messages.at(-1)?.content}`);
    });
    const chat = chatWith(model);
    await chat.sendMessage({ text: "You're pretty" });
    await chat.sendMessage({ text: "Bye" });
    expect(chat.status).toBe("ready");
    expect(chat.shown).toEqual([
      ["user", "text: You're pretty"],
      ["assistant", "reasoning: Hm. Nice.", "text: You said You're pretty"],
      ["user", "text: Bye"],
      ["assistant", "reasoning: Hm. Nice.", "text: You said Bye"],
    ]);
    const [, first] = session.history();
    expect(chat.messages[1]?.metadata?.luminora).toMatchObject({
      ...{ run: first?.run, turn: first?.id, memories: [] },
      state: { mood: { current: "shy" } },
      events: [{ type: "mood-change", to: "shy" }],
    });
  });

  it("shows what was said before, and answers the last message again", async () => {
    const usage: Part = { type: "usage", inputTokens: 12, outputTokens: 3 };
    const { model, prompts } = recordingModel(() => [usage, ...answerOf(`Answer ${prompts.length}`)]);
    await session.send("I love you", { model });
    const { points } = session.state.affinity;
    const chat = chatWith(model, { messages: chatMessages(session.history()) as Message[] });
    expect(chat.shown).toEqual([
      ["user", "text: I love you"],
      ["assistant", "text: Answer 1"],
    ]);
    await chat.regenerate();
    expect(chat.shown).toEqual([
      ["user", "text: I love you"],
      ["assistant", "text: Answer 2"],
    ]);
    expect(prompts[1]?.messages).toEqual(prompts[0]?.messages);
    expect(said()).toEqual([
      ["user", "I love you"],
      ["assistant", "Answer 1"],
      ["assistant", "Answer 2"],
    ]);
    expect(session.state.affinity).toMatchObject({ points, total_messages: 1 });
    const last = session.history().at(-1);
    expect(chat.messages[1]?.metadata?.luminora).toMatchObject({ turn: last?.id });
    // It answers the same message, and says who gave it and what it took.
    expect(session.explain(last?.run ?? "")).toMatchObject({
      run: {
        turn: session.history()[0]?.id,
        mode: "remote_llm",
        model: { kind: "test", id: "test" },
        usage: { input_tokens: 12, output_tokens: 3, estimated: false },
      },
    });
    // The same words, said again.
    await chat.sendMessage({ text: "I love you" });
    await chat.regenerate();
    expect(said().filter(([role]) => role === "user")).toHaveLength(2);
  });

  it("answers again offline, in words of the personality", async () => {
    const chat = chatWith(scriptedModel());
    await chat.sendMessage({ text: "Hello" });
    await chat.regenerate();
    expect(said().map(([role]) => role)).toEqual(["user", "assistant", "assistant"]);
    const manual = new LuminoraChatTransport(session, { model: manualModel() });
    const again = { ...submit, trigger: "regenerate-message", messages: [user("Hello")] } as const;
    expect(await chunksOf(await manual.sendMessages(again))).toContainEqual({
      ...{ type: "error", errorText: expect.stringContaining("model") },
    });
  });

  it("says anew what is edited", async () => {
    const chat = chatWith(scriptedModel({ replies: ["One.", "Two.", "Three."] }));
    await chat.sendMessage({ text: "Helo" });
    const [{ id: messageId } = { id: "" }] = chat.messages;
    await chat.sendMessage({ text: "Hello", messageId });
    expect(chat.shown).toHaveLength(2);
    expect(said().map(([, text]) => text)).toEqual(["Helo", "One.", "Hello", "Two."]);
    // Sent again as it was: only another answer.
    await chat.sendMessage({ text: "Hello", messageId });
    expect(said().map(([, text]) => text)).toEqual(["Helo", "One.", "Hello", "Two.", "Three."]);
  });

  it("stores nothing of an answer that fails; it can be tried again", async () => {
    const { model, prompts } = recordingModel(function* () {
      if (prompts.length > 1) return yield* answerOf("Good.");
      yield { type: "text-delta", text: "Go" };
      throw new LuminoraError("model_rate_limited", "Too fast.", { hint: "Wait a moment." });
    });
    const before = await stored();
    const chat = chatWith(model);
    await chat.sendMessage({ text: "Hello" });
    expect(chat.status).toBe("error");
    expect(chat.error).toMatchObject({ message: "Too fast. Wait a moment." });
    expect(await stored()).toBe(before);
    await chat.regenerate();
    expect(chat.status).toBe("ready");
    expect(said()).toEqual([
      ["user", "Hello"],
      ["assistant", "Good."],
    ]);
  });

  it("stores nothing of an answer that is stopped", async () => {
    const { model } = recordingModel(async function* () {
      yield { type: "text-delta", text: "Well" };
      await sleep(10_000, undefined, { ref: false });
    });
    const before = await stored();
    const chat = chatWith(model);
    const sent = chat.sendMessage({ text: "Hello" });
    await expect.poll(() => chat.status).toBe("streaming");
    await chat.stop();
    await sent;
    expect(chat.status).toBe("ready");
    expect(await stored()).toBe(before);
    await session.send("Hi", { model: scriptedModel({ replies: ["Hello."] }) });
    expect(said()).toHaveLength(2);
  });

  it("has no answer to go on with", async () => {
    const chat = chatWith(scriptedModel());
    await chat.resumeStream();
    expect(chat.status).toBe("ready");
    expect(chat.messages).toEqual([]);
  });

  it("refuses what it cannot do", async () => {
    const { model } = recordingModel(() => answerOf("Yes."));
    const chat = chatWith(model);
    for (const text of ["one", "two"]) await chat.sendMessage({ text });
    await chat.regenerate({ messageId: chat.messages[1]?.id ?? "" });
    expect(chat.error).toMatchObject({ code: "invalid_argument", path: "/messages" });
    const transport = new LuminoraChatTransport(session);
    const assistant = { ...user("Hi"), role: "assistant" };
    for (const messages of [[], [user("Hi"), assistant], [user(" ")]]) {
      await expect(transport.sendMessages({ ...submit, messages })).rejects.toMatchObject({
        ...{ code: "invalid_argument", path: "/messages" },
      });
    }
    expect(said()).toHaveLength(4);
  });
});

describe("the chunks of an answer", () => {
  it("begin and end as the protocol has it", async () => {
    const { model } = recordingModel(function* () {
      yield { type: "reasoning-delta", text: "Hm." };
      yield* answerOf("Oh", ".");
    });
    const transport = new LuminoraChatTransport(async () => session, { model, domain: "sea" });
    const chunks = await chunksOf(await transport.sendMessages({ ...submit, messages: [user("Hi")] }));
    expect(chunks).toMatchObject([
      { type: "start" },
      { type: "start-step" },
      { type: "reasoning-start", id: "reasoning-1" },
      { type: "reasoning-delta", id: "reasoning-1", delta: "Hm." },
      { type: "reasoning-end", id: "reasoning-1" },
      { type: "text-start", id: "text-2" },
      { type: "text-delta", id: "text-2", delta: "Oh" },
      { type: "text-delta", id: "text-2", delta: "." },
      { type: "text-end", id: "text-2" },
      { type: "finish-step" },
      { type: "finish", finishReason: "stop", messageMetadata: { luminora: { run: expect.any(String) } } },
    ]);
    const { run = "" } = session.history().at(-1) ?? {};
    expect(session.explain(run)).toMatchObject({ run: { domain: "sea" } });
  });

  it("say what went wrong, in words of the application", async () => {
    const { model } = recordingModel(function* () {
      yield* [];
      throw new LuminoraError("model_auth", "No.");
    });
    const errorText = ({ code }: LuminoraError) => `code ${code}`;
    const transport = new LuminoraChatTransport(session, { model, errorText });
    const chunks = await chunksOf(await transport.sendMessages({ ...submit, messages: [user("Hi")] }));
    expect(chunks.at(-1)).toEqual({ type: "error", errorText: "code model_auth" });
  });

  it("end with an abort when the signal says so, also before anything was asked", async () => {
    const { model, prompts } = recordingModel(() => answerOf("Oh."));
    const transport = new LuminoraChatTransport(session, { model });
    const request = { ...submit, messages: [user("Hi")], abortSignal: AbortSignal.abort() };
    const chunks = await chunksOf(await transport.sendMessages(request));
    expect(chunks.map(({ type }) => type)).toEqual(["start", "start-step", "abort"]);
    expect(prompts).toHaveLength(0);
    expect(session.history()).toEqual([]);
  });

  it("need not be read to the end: who leaves stops the answer", async () => {
    const { model } = recordingModel(async function* () {
      yield { type: "text-delta", text: "Well" };
      await sleep(10_000, undefined, { ref: false });
    });
    const transport = new LuminoraChatTransport(session, { model });
    const reader = (await transport.sendMessages({ ...submit, messages: [user("Hi")] })).getReader();
    while ((await reader.read()).value?.type !== "text-delta");
    await reader.cancel();
    // It would wait for the turn before.
    await session.send("Hi", { model: scriptedModel({ replies: ["Hello."] }) });
    expect(said()).toHaveLength(2);
  });
});
