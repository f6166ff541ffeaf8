// A model behind HTTP beside the bare loop that a page would write, on the same server, one after the other.

import assert from "node:assert/strict";
import { Worker } from "node:worker_threads";
import { anthropic, google, Luminora, llama, type Model, openaiCompatible } from "luminoracore";
import { type Row, summary, type Times } from "./measure.ts";

const turns = 200;
const chunks = 1000;
const streams = 12;
const word = "word ";

/** What a turn takes, and each piece of a stream, with the server and the network in it. */
export async function providerRows(): Promise<Row[]> {
  const { port, stop } = await startServer();
  const origin = `http://127.0.0.1:${port}`;
  const compatible = (options: Options) => openaiCompatible({ baseURL: `${origin}/v1`, ...options });
  const factories: [name: string, make: (options: Options) => Model][] = [
    ["openaiCompatible", compatible],
    ["anthropic", (options) => anthropic({ baseURL: origin, ...options })],
    ["google", (options) => google({ baseURL: `${origin}/v1beta`, ...options })],
    ["llama", (options) => llama({ baseURL: origin, ...options })],
  ];
  try {
    const rows: Row[] = [];
    for (const [name, make] of factories)
      rows.push(...(await rowsOf(name, (pieces) => reading(make, pieces))));
    const luminora = await Luminora.open();
    const session = await luminora.createSession({ template: "alicia", user: "diego" });
    const sending = (pieces: number) => {
      const asked: Asked = {};
      const model = compatible({ model: `${pieces}`, fetch: noting(asked) });
      const send = async (call: number) =>
        (await session.send(`Drawing number ${call} is on the table.`, { model })).text;
      return { asked, work: send };
    };
    const whole = ", with all that a turn does";
    rows.push(...(await rowsOf("session.send", sending, [whole, "; goal 50"])));
    await luminora.close();
    return rows;
  } finally {
    await stop();
  }
}

type Options = { model: string; fetch?: typeof globalThis.fetch };

async function rowsOf(
  name: string,
  ours: (pieces: number) => Ours,
  goals = ["; goal 1,000", "; goal 50"],
): Promise<Row[]> {
  const turn = await sideBySide(turns, ours(1), 1);
  const piece = await sideBySide(streams, ours(chunks), chunks);
  return [
    { what: `a turn, ${name}`, ...turn, note: `${added(turn)}${goals[0]}` },
    { what: `a streamed piece, ${name}`, ...piece, note: `${added(piece)}${goals[1]}` },
  ];
}

type Answering = (call: number) => Promise<string>;

/** What was asked last: the other loop asks the same. */
interface Asked {
  url?: string;
  body?: string;
}

interface Ours {
  readonly work: Answering;
  readonly asked: Asked;
}

/** Both in turn, so that neither has the better moments. */
async function sideBySide(count: number, { work, asked }: Ours, pieces: number) {
  const samples: [number[], number[]] = [[], []];
  for (let call = -5; call < count; call++) {
    for (const [which, answering] of [work, bare(asked)].entries()) {
      const begun = performance.now();
      const text = await answering(call);
      const taken = ((performance.now() - begun) * 1000) / pieces;
      assert.equal(text.trim(), word.repeat(pieces).trim());
      // The first calls load and warm up.
      if (call >= 0) samples[which]?.push(taken);
    }
  }
  return { times: summary(samples[0]), counterpart: summary(samples[1]) };
}

function added({ times, counterpart }: { times: Times; counterpart: Times }): string {
  return `adds ${(times.median - counterpart.median).toFixed(1)}`;
}

function noting(asked: Asked): typeof globalThis.fetch {
  return (url, init) => {
    Object.assign(asked, { url, body: init?.body });
    return fetch(url, init);
  };
}

function reading(make: (options: Options) => Model, pieces: number): Ours {
  const asked: Asked = {};
  const model = make({ model: `${pieces}`, fetch: noting(asked) });
  const { signal } = new AbortController();
  const messages = [{ role: "user", content: "Hi" }] as const;
  const work = async () => {
    let text = "";
    for await (const part of model.call({ system: "You are Luna.", messages, temperature: 0.7, signal })) {
      if (part.type === "text-delta") text += part.text;
    }
    return text;
  };
  return { asked, work };
}

/** No keys, no errors, no time limits, no other borders than those of the server. */
function bare(asked: Asked): Answering {
  return async () => {
    const headers = { "content-type": "application/json" };
    const { url = "", body = "" } = asked;
    const response = await fetch(url, { method: "POST", headers, body });
    const reader = (response.body as ReadableStream<Uint8Array>).getReader();
    const decoder = new TextDecoder();
    let [text, rest] = ["", ""];
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return text;
      const lines = (rest + decoder.decode(value, { stream: true })).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) {
        const json = line.startsWith("data: ") ? line.slice(6) : line;
        if (!json.startsWith("{")) continue;
        const { choices, delta, candidates, message } = JSON.parse(json);
        text +=
          choices?.[0]?.delta?.content ??
          delta?.text ??
          candidates?.[0]?.content.parts[0].text ??
          message?.content ??
          "";
      }
    }
  };
}

/** A server in a thread of its own: what it does is no part of what is measured. */
async function startServer(): Promise<{ port: number; stop: () => Promise<unknown> }> {
  const worker = new Worker(`(${serve})(${JSON.stringify(word)})`, { eval: true });
  const port = await new Promise<number>((resolve, reject) => {
    worker.once("message", resolve);
    worker.once("error", reject);
  });
  return { port, stop: () => worker.terminate() };
}

/** Runs in the thread, so it can call nothing from here. */
async function serve(word: string): Promise<void> {
  const { createServer } = await import("node:http");
  const { parentPort } = await import("node:worker_threads");
  const event = (value: unknown) => `data: ${JSON.stringify(value)}\n\n`;
  const named = (type: string, fields: object = {}) => event({ type, ...fields });
  const line = (value: unknown) => `${JSON.stringify(value)}\n`;
  const protocols = [
    {
      path: /completions/,
      piece: event({ id: "c", choices: [{ index: 0, delta: { content: word }, finish_reason: null }] }),
      begin: "",
      end: `${event({ choices: [{ index: 0, delta: {}, finish_reason: "stop" }] })}data: [DONE]\n\n`,
    },
    {
      path: /messages/,
      begin: named("message_start", { message: { usage: { input_tokens: 1 } } }),
      piece: named("content_block_delta", { index: 0, delta: { type: "text_delta", text: word } }),
      end: named("message_delta", { delta: { stop_reason: "end_turn" } }) + named("message_stop"),
    },
    {
      path: /Content/,
      begin: "",
      piece: event({ candidates: [{ content: { parts: [{ text: word }] }, index: 0 }] }),
      end: event({ candidates: [{ content: { parts: [{ text: "" }] }, finishReason: "STOP" }] }),
    },
    {
      path: /chat$|chat\?/,
      begin: "",
      piece: line({ message: { role: "assistant", content: word }, done: false }),
      end: line({ message: { content: "" }, done: true, done_reason: "stop" }),
    },
  ];
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    const url = request.url ?? "";
    // The bare loop says it in the address; ours as the name of the model, wherever that is.
    const count = Number(
      /pieces=(\d+)|models\/(\d+)/.exec(url)?.slice(1).find(Boolean) ?? JSON.parse(body).model,
    );
    const protocol = protocols.find(({ path }) => path.test(url));
    if (!protocol) return void response.writeHead(404).end();
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write(protocol.begin || "\n");
    for (let piece = 0; piece < count; piece++) {
      response.write(protocol.piece);
      await new Promise((resolve) => setImmediate(resolve));
    }
    response.end(protocol.end);
  });
  server.listen(0, "127.0.0.1", () => parentPort?.postMessage((server.address() as { port: number }).port));
}
