import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openHarness } from "../browser/harness.ts";
import { type Consumer, installTarball, root } from "./consumer.ts";

// The same lines everywhere: what a reader of the README would try first.
const conversation = `
  const luminora = await Luminora.open({
    storage: memoryStorage(),
    model: scriptedModel({ replies: ["Hello, Diego.", "Thank you!"] }),
  });
  const session = await luminora.createSession({ template: "alicia", user: "diego" });
  const before = session.state.affinity.points;
  let streamed = "";
  for await (const delta of session.send("Hi, I am Diego.")) streamed += delta;
  const reply = await session.send("You are wonderful, I love talking to you!");
  const answer = {
    streamed,
    text: reply.text,
    gained: session.state.affinity.points - before,
    turns: (await session.history()).length,
    mood: typeof session.state.mood.current,
  };
  await luminora.close();
`;

const expected = { streamed: "Hello, Diego.", text: "Thank you!", turns: 4, mood: "string" };

let consumer: Consumer;

beforeAll(async () => {
  consumer = await installTarball();
});

afterAll(() => consumer?.remove());

function expectConversation(json: string): void {
  const answer = JSON.parse(json);
  expect(answer).toMatchObject(expected);
  expect(answer.gained).toBeGreaterThan(0);
}

async function expectInBrowser(path: string): Promise<void> {
  const harness = await openHarness({ mounts: [["/consumer/", consumer.folder]] });
  try {
    const page = await harness.open(path);
    // A page that fails has its say in `close` below: it knows why.
    const answer = page.waitForFunction(() => document.title.startsWith("{"), undefined, { timeout: 10_000 });
    await answer.catch(() => undefined);
    const title = await page.title();
    await harness.close();
    expectConversation(title);
  } finally {
    await harness.close();
  }
}

describe("the installed package in Node", () => {
  it("holds a conversation", async () => {
    await consumer.write(
      "talk.mjs",
      `import { Luminora, memoryStorage, scriptedModel } from "luminoracore";
       ${conversation}
       console.log(JSON.stringify(answer));`,
    );
    expectConversation(await consumer.node("talk.mjs"));
  });

  it("holds a conversation with the wasm inline", async () => {
    await consumer.write(
      "talk-inline.mjs",
      `import { Luminora, memoryStorage, scriptedModel } from "luminoracore/inline";
       ${conversation}
       console.log(JSON.stringify(answer));`,
    );
    expectConversation(await consumer.node("talk-inline.mjs"));
  });

  it("continues a conversation from files in another process", async () => {
    const lines = (send: string) => `
      import { Luminora, scriptedModel } from "luminoracore";
      import { fileStorage } from "luminoracore/node";
      const luminora = await Luminora.open({ storage: fileStorage("records"), model: scriptedModel() });
      ${send}
      await luminora.close();`;
    await consumer.write(
      "first.mjs",
      lines(`
        const session = await luminora.createSession({ template: "alicia", user: "diego" });
        await session.send("You are wonderful!");
        console.log(JSON.stringify({ id: session.id, state: session.state }));`),
    );
    const first = JSON.parse(await consumer.node("first.mjs"));
    await consumer.write(
      "second.mjs",
      lines(`
        const session = await luminora.createSession({ session: ${JSON.stringify(first.id)}, user: "diego" });
        console.log(JSON.stringify({ id: session.id, state: session.state }));`),
    );
    expect(JSON.parse(await consumer.node("second.mjs"))).toEqual(first);
  });

  it("gives its data and its wasm as files", async () => {
    await consumer.write(
      "files.mjs",
      `import { readFileSync } from "node:fs";
       import { createRequire } from "node:module";
       const bytes = readFileSync(new URL(import.meta.resolve("luminoracore/core.wasm")));
       const alicia = createRequire(import.meta.url)("luminoracore/personalities/alicia.json");
       console.log(JSON.stringify({ wasm: WebAssembly.validate(bytes), name: typeof alicia.persona.name }));`,
    );
    expect(JSON.parse(await consumer.node("files.mjs"))).toEqual({ wasm: true, name: "string" });
  });

  it("embeds texts without the core", async () => {
    await consumer.write(
      "embed.mjs",
      `import { embedAll, embedder, ollamaEmbedder } from "luminoracore/embedders";
       import { fakeEmbedder } from "luminoracore/testing";
       const mine = embedder({ id: "mine", embed: (texts) => texts.map(({ length }) => [length, 1]) });
       const vectors = await embedAll(mine, ["tea", "the sea", "tea"]);
       const { id, maxBatch } = ollamaEmbedder({ model: "nomic-embed-text" });
       const [fake] = await fakeEmbedder({ dimensions: 8 }).embed(["a"]);
       console.log(JSON.stringify({ lengths: vectors.map(([length]) => length), id, maxBatch, fake: [...fake] }));`,
    );
    expect(JSON.parse(await consumer.node("embed.mjs"))).toEqual({
      ...{ lengths: [3, 7, 3], id: "ollama/nomic-embed-text", maxBatch: 32, fake: [0, 0, 0, 0, -1, 0, 0, 0] },
    });
  });

  it("works with the AI SDK both ways, without it", async () => {
    await consumer.write(
      "ai-sdk.mjs",
      `import { chrome, Luminora, memoryStorage, webllm } from "luminoracore";
       import { aiSdkEmbedder, chatMessages, fromAiSdk, LuminoraChatTransport, luminoraMiddleware } from "luminoracore/ai-sdk";
       const finish = { finishReason: { unified: "stop" }, usage: { inputTokens: { total: 9 }, outputTokens: { total: 1 } } };
       const model = {
         specificationVersion: "v3", provider: "mine", modelId: "small",
         doGenerate: async () => ({ content: [{ type: "text", text: "Thank you." }], warnings: [], ...finish }),
         doStream: async () => ({
           stream: new ReadableStream({
             start(controller) {
               controller.enqueue({ type: "text-delta", id: "1", delta: "Hello." });
               controller.enqueue({ type: "finish", ...finish });
               controller.close();
             },
           }),
         }),
       };
       const luminora = await Luminora.open({ storage: memoryStorage(), model: fromAiSdk(model) });
       const session = await luminora.createSession({ template: "alicia", user: "diego" });
       await session.send("Hi");
       const prompt = [{ role: "user", content: [{ type: "text", text: "You're pretty" }] }];
       const { providerMetadata } = await luminoraMiddleware(session).wrapGenerate({ model, params: { prompt } });
       const messages = [{ id: "1", role: "user", parts: [{ type: "text", text: "Bye" }] }];
       const chunks = await new LuminoraChatTransport(session).sendMessages({ trigger: "submit-message", messages });
       let last;
       for await (const chunk of chunks) last = chunk;
       console.log(JSON.stringify({
         said: chatMessages(session.history()).map(({ parts }) => parts[0].text),
         mood: providerMetadata.luminora.state.mood.current,
         last: last.type,
         kinds: [chrome().kind, webllm({ chat: { completions: { create() {} } } }, { model: "small" }).kind],
         embedder: typeof aiSdkEmbedder,
       }));
       await luminora.close();`,
    );
    expect(JSON.parse(await consumer.node("ai-sdk.mjs"))).toEqual({
      said: ["Hi", "Hello.", "You're pretty", "Thank you.", "Bye", "Hello."],
      ...{ mood: "shy", last: "finish", kinds: ["chrome", "webllm"], embedder: "function" },
    });
  });

  it("has no top-level await", async () => {
    const { default: esbuild } = await import("esbuild");
    const { exports } = (await import(join(root, "pkg", "package.json"), { with: { type: "json" } })).default;
    for (const name of Object.keys(exports).filter((name) => !/[*]|\.wasm$|\.json$/.test(name))) {
      const entry = name.replace(/^\./, "luminoracore");
      await consumer.write("entry.mjs", `export * from "${entry}";`);
      // This format has no place for it: the bundler refuses.
      await esbuild.build({
        absWorkingDir: consumer.folder,
        entryPoints: ["entry.mjs"],
        bundle: true,
        format: "iife",
        platform: "node",
        write: false,
        logLevel: "silent",
      });
    }
  });
});

describe("the installed package in a page without a bundler", () => {
  it("holds a conversation", async () => {
    await consumer.write(
      "index.html",
      `<!doctype html><html lang="en"><title>consumer</title>
       <script type="module">
         import { Luminora, memoryStorage, scriptedModel } from "./node_modules/luminoracore/index.js";
         ${conversation}
         document.title = JSON.stringify(answer);
       </script></html>`,
    );
    await expectInBrowser("/consumer/index.html");
  });
});

describe("the installed package in an app built with Vite", () => {
  it("holds a conversation", async () => {
    await consumer.write(
      "app.html",
      `<!doctype html><html lang="en"><title>consumer</title><script type="module" src="/app.js"></script></html>`,
    );
    await consumer.write(
      "app.js",
      `import { Luminora, memoryStorage, scriptedModel } from "luminoracore";
       async function talk() {
         ${conversation}
         document.title = JSON.stringify(answer);
       }
       talk();`,
    );
    const { build } = await import("vite");
    await build({
      root: consumer.folder,
      base: "./",
      configFile: false,
      logLevel: "error",
      build: { outDir: "dist", rolldownOptions: { input: join(consumer.folder, "app.html") } },
    });
    await expectInBrowser("/consumer/dist/app.html");
  });
});

describe("the installed package in TypeScript", () => {
  const source = `
    import { Luminora, LuminoraError, memoryStorage, type RecordText, type Storage, scriptedModel } from "luminoracore";
    import { Luminora as Inline } from "luminoracore/inline";
    import { Luminora as Slim } from "luminoracore/slim";
    import { chatMessages, fromAiSdk, LuminoraChatTransport, luminoraMiddleware } from "luminoracore/ai-sdk";
    import { aiSdkEmbedder, type Embedder, embedAll, embedder, openaiEmbedder } from "luminoracore/embedders";
    import { indexedDbStorage } from "luminoracore/indexeddb";
    import { fileStorage } from "luminoracore/node";
    import { createTables, type PostgresOptions, postgresStorage } from "luminoracore/postgres";
    import { fakeClock, fakeEmbedder, seededRandom, storageConformance } from "luminoracore/testing";

    export async function talk(): Promise<string> {
      const luminora = await Luminora.open({ storage: memoryStorage(), model: scriptedModel({ replies: ["Hi."] }) });
      const session = await luminora.createSession({ template: "alicia", user: "diego" });
      for await (const delta of session.send("Hello")) delta satisfies string;
      const reply = await session.send("Hello again");
      session.state.affinity.points satisfies number;
      session.state.mood.current satisfies string;
      // @ts-expect-error: the types are not \`any\`
      session.state.affinity.points satisfies string;
      // @ts-expect-error: unknown options are refused
      await Luminora.open({ storge: memoryStorage() });
      return reply.text;
    }

    export async function embed(): Promise<number | undefined> {
      const mine: Embedder = embedder({ id: "mine", embed: async (texts) => texts.map(() => [1, 2]) });
      const [vector] = await embedAll(mine, ["tea"], { kind: "query", onProgress: ({ done }) => done.toFixed() });
      vector satisfies Float32Array | undefined;
      // @ts-expect-error: the key is no part of an embedder
      openaiEmbedder({ model: "text-embedding-3-small", apiKey: "key" }).apiKey;
      return vector?.[0];
    }

    export async function chat(session: Awaited<ReturnType<Luminora["createSession"]>>): Promise<string> {
      const { wrapStream } = luminoraMiddleware({ session, domain: "sea" });
      const transport = new LuminoraChatTransport(session, { errorText: ({ code }) => code });
      const messages = chatMessages(session.history());
      messages[0]?.parts[0]?.text satisfies string | undefined;
      const stream = await transport.sendMessages({ trigger: "submit-message", messages });
      for await (const chunk of stream) if (chunk.type === "text-delta") return chunk.delta;
      // @ts-expect-error: the name of a model is no model
      fromAiSdk("openai/gpt-5");
      return typeof wrapStream;
    }

    export async function database(pool: { query(text: string, values?: unknown[]): Promise<{ rows: object[] }> }) {
      const options: PostgresOptions = { prefix: "app.luminora_", pollEvery: 1000 };
      await createTables((text, params) => pool.query(text, params), { partitions: 16 });
      // @ts-expect-error: rows are in an object
      postgresStorage(async () => []);
      return postgresStorage((text, params) => pool.query(text, params), options);
    }

    export async function keep(storage: Storage, head: Omit<RecordText, "text">) {
      const { append, scan, owners, erase, close } = storage;
      const five: Storage = { append, scan, owners, erase, close };
      // @ts-expect-error: the text is all of the record
      await five.appendTexts?.("diego", [head]);
      await storage.appendTexts?.("diego", [{ ...head, text: "{}" }], { replace: true });
    }

    export const others = [
      Inline, Slim, LuminoraError, indexedDbStorage, fileStorage, fakeClock, seededRandom, storageConformance,
      aiSdkEmbedder, fakeEmbedder,
    ];
  `;

  for (const [module, moduleResolution] of [
    ["NodeNext", "NodeNext"],
    ["ESNext", "Bundler"],
  ] as const) {
    it(`type-checks with module resolution ${moduleResolution}`, async () => {
      await consumer.write("consumer.ts", source);
      await consumer.write(
        "tsconfig.json",
        JSON.stringify({
          compilerOptions: {
            ...{ module, moduleResolution, target: "ES2022", lib: ["ES2022", "DOM", "DOM.AsyncIterable"] },
            ...{ strict: true, skipLibCheck: false, noEmit: true, types: [] },
          },
          files: ["consumer.ts"],
        }),
      );
      await consumer
        .node(join(root, "node_modules", "typescript", "bin", "tsc"), "-p", ".")
        .catch((error: { stdout?: string }) => expect.fail(error.stdout ?? String(error)));
    });
  }
});
