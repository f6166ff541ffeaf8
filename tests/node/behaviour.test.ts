import { inspect } from "node:util";
import { anthropic, Luminora, type Model, memoryStorage, openaiCompatible } from "luminoracore";
import { describe, expect, it, vi } from "vitest";
import { canonical } from "../shared/canonical.ts";
import { revealed } from "../shared/failing-model.ts";
import { type Answer, event, modelServer, stream } from "../shared/model-server.ts";
import { contentsOf, everything } from "../shared/recording.ts";

const key = "sk-secret-0123456789abcdef";

/** What a provider says: its events for a text, and the model that asks it. */
interface Provider {
  model(baseURL: string): Model;
  events(text: string): string[];
}

const providers: Record<string, Provider> = {
  openaiCompatible: {
    model: (baseURL) => openaiCompatible({ baseURL, model: "small", apiKey: key }),
    events: (text) => [
      event({ choices: [{ delta: { content: text } }] }),
      event({ choices: [{ delta: {}, finish_reason: "stop" }] }),
      event("[DONE]"),
    ],
  },
  anthropic: {
    model: (baseURL) => anthropic({ baseURL: new URL(baseURL).origin, model: "small", apiKey: key }),
    events: (text) => [
      event({ type: "message_start", message: { usage: { input_tokens: 9 } } }) +
        event({ type: "content_block_delta", index: 0, delta: { type: "text_delta", text } }),
      event({ type: "message_delta", delta: { stop_reason: "end_turn" }, usage: { output_tokens: 2 } }),
      event({ type: "message_stop" }),
    ],
  },
};

const found = JSON.stringify({
  facts: [
    { category: "personal_info", key: "name", value: "Ana", confidence: 0.95, quote: "My name is Ana" },
  ],
  episodes: [],
});

/** Refuses, and repeats every header that it was sent. */
const refuses: Answer = (response, { headers }) => {
  const message = `no access for ${JSON.stringify(headers)}`;
  response
    .writeHead(401)
    .end(JSON.stringify({ type: "error", error: { type: "authentication_error", message } }));
};

for (const [name, { model, events }] of Object.entries(providers)) {
  describe(name, () => {
    /** Answers, and says what it found when it is asked for that. */
    const answers: Answer = stream(...events("Good evening, Ana."));
    const extracts: Answer = stream(...events(found));

    it("row 76: a key is in no record, snapshot, error, prompt or console", async () => {
      const outputs = (["log", "info", "warn", "error", "debug"] as const).map((method) =>
        vi.spyOn(console, method).mockImplementation(() => {}),
      );
      await using server = await modelServer(answers, extracts, refuses);
      const storage = memoryStorage();
      const luminora = await Luminora.open({
        storage,
        model: model(server.baseURL),
        memory: { extractor: "model" },
      });
      const session = await luminora.createSession({ template: "alicia", user: "ana" });
      const sending = session.send("My name is Ana");
      const reply = await sending;
      const learned = await sending.learned;
      expect(reply.text).toBe("Good evening, Ana.");
      expect(learned).toMatchObject({ run: expect.any(String) });
      expect(learned.error).toBeUndefined();
      const error: unknown = await session.send("And now?").then(
        () => undefined,
        (reason: unknown) => reason,
      );
      expect(error).toMatchObject({ code: "model_auth" });

      const said = outputs.flatMap((output) => output.mock.calls);
      for (const output of outputs) output.mockRestore();
      const places = {
        records: canonical(await everything(storage)),
        snapshot: await session.exportSnapshot(),
        error: revealed(error) + JSON.stringify(error) + inspect(error, { depth: 9, showHidden: true }),
        prompts: JSON.stringify(server.received.map(({ body, url }) => [url, body])),
        preview: canonical(session.preview("And then?")),
        explanation: canonical(session.explain(reply.run)),
        memories: canonical(luminora.memories({ user: "ana" })),
        console: inspect(said, { depth: 9 }),
        session: inspect(session, { depth: 9, showHidden: true }),
      };
      for (const [place, text] of Object.entries(places)) {
        expect(text.includes("sk-secret"), place).toBe(false);
      }
      // It was really used: the reply, what it taught, and the refusal.
      expect(server.received).toHaveLength(3);
      for (const { headers } of server.received) expect(Object.values(headers).join()).toContain(key);
      await luminora.close();
    });

    it("row 77: an abort in mid-stream is told as aborted, and the storage is what it was", async () => {
      const hangs: Answer = async (response, request) => {
        response.writeHead(200, { "content-type": "text/event-stream" }).write(events("Good eve")[0]);
        await new Promise((resolve) => request.on("close", resolve));
      };
      await using server = await modelServer(answers, hangs, answers);
      const storage = memoryStorage();
      const luminora = await Luminora.open({ storage, model: model(server.baseURL) });
      const session = await luminora.createSession({ template: "alicia", user: "ana" });
      await session.send("My name is Ana");
      const before = await contentsOf(storage);
      const state = canonical(session.state);
      const controller = new AbortController();
      let streamed = "";
      const sending = (async () => {
        for await (const delta of session.send("You're pretty", { signal: controller.signal })) {
          streamed += delta;
          controller.abort();
        }
      })();
      await expect(sending).rejects.toMatchObject({ code: "aborted" });
      expect(streamed).toBe("Good eve");
      expect(await contentsOf(storage)).toBe(before);
      expect(session.history()).toHaveLength(2);
      expect(canonical({ ...session.state, mood: undefined })).toBe(
        canonical({ ...JSON.parse(state), mood: undefined }),
      );
      expect((await session.send("Are you there?")).text).toBe("Good evening, Ana.");
      await luminora.close();
    });
  });
}
