import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it } from "vitest";
import { openaiCompatible } from "../../js/models/openai-compatible.ts";
import type { Part } from "../../js/models/part.ts";
import { abortable, type Sleep } from "../../js/ports.ts";
import { failure } from "../shared/failure.ts";
import { type Answer, delta, done, finish, modelServer, stream } from "../shared/model-server.ts";

/** A port that sleeps until it is told that the time has passed. */
function handSleep() {
  const asleep: { milliseconds: number; wake: () => void }[] = [];
  const sleep: Sleep = (milliseconds, signal) => {
    let sleeper = { milliseconds, wake: () => {} };
    const sleeping = new Promise<void>((resolve) => {
      sleeper = { milliseconds, wake: resolve };
    });
    asleep.push(sleeper);
    return abortable(sleeping, signal).finally(() => asleep.splice(asleep.indexOf(sleeper), 1));
  };
  return {
    sleep,
    /** How long each sleeper of now was asked to sleep. */
    asleep: () => asleep.map(({ milliseconds }) => milliseconds),
    /** Lets the time of one sleep pass. */
    async pass() {
      for (const { wake } of [...asleep]) wake();
      await rest();
    },
  };
}

/** Until everything has happened that can happen by itself. */
async function rest(): Promise<void> {
  for (let round = 0; round < 20; round++) await new Promise((resolve) => setImmediate(resolve));
}

const silent: Answer = () => {};

function ask(baseURL: string, stallSleep: Sleep, onPart: (part: Part) => void | Promise<void> = () => {}) {
  const controller = new AbortController();
  const model = openaiCompatible({ baseURL, model: "small", stallTimeout: 8000, stallSleep });
  const reading = (async () => {
    const messages = [{ role: "user", content: "Hi" }] as const;
    const { signal } = controller;
    for await (const part of model.call({ system: "", messages, temperature: 1, signal })) await onPart(part);
  })();
  const outcome = reading.then(
    () => "complete",
    (error) => error,
  );
  return { reading, outcome, abort: () => controller.abort() };
}

async function waitFor(condition: () => boolean): Promise<void> {
  while (!condition()) await rest();
}

describe("a server that keeps silent", () => {
  it("before its answer is given up after four quarters of the time, and not asked again", async () => {
    await using server = await modelServer(silent);
    const { sleep, asleep, pass } = handSleep();
    const { outcome, reading } = ask(server.baseURL, sleep);
    await waitFor(() => server.received.length > 0);
    for (let quarter = 0; quarter < 3; quarter++) {
      expect(asleep()).toEqual([2000]);
      await pass();
    }
    expect(await Promise.race([outcome, rest()])).toBeUndefined();
    await pass();
    const error = await failure(reading);
    expect(error).toMatchObject({ code: "model_unavailable", message: expect.stringContaining("8 s") });
    expect(server.received).toHaveLength(1);
    expect(asleep()).toEqual([]);
  });

  it("in the middle of it is given up once a whole time is over since the last byte", async () => {
    let more = (_: string) => {};
    let gone = false;
    await using server = await modelServer((response, request) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      more = (text) => void response.write(text);
      request.socket.on("close", () => {
        gone = true;
      });
      more(delta({ content: "Hel" }));
    });
    const { sleep, asleep, pass } = handSleep();
    let heard = 0;
    const { outcome } = ask(server.baseURL, sleep, () => void heard++);
    await waitFor(() => heard === 1);
    for (let quarter = 0; quarter < 3; quarter++) await pass();
    more(": still here\n\n");
    await rest();
    // The quarter that was under way, and three whole ones.
    for (let quarter = 0; quarter < 4; quarter++) await pass();
    expect(await Promise.race([outcome, rest()])).toBeUndefined();
    await pass();
    expect(await outcome).toMatchObject({ code: "model_unavailable" });
    await waitFor(() => gone);
    expect(asleep()).toEqual([]);
  });
});

describe("what is not silence", () => {
  it("a caller who takes his time", async () => {
    await using server = await modelServer((response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write(delta({ content: "Hel" }));
      setTimeout(() => response.end(delta({ content: "lo" }) + finish("stop") + done), 20);
    });
    const { sleep, asleep, pass } = handSleep();
    let goOn = () => {};
    let parts = 0;
    const { outcome } = ask(server.baseURL, sleep, async () => {
      if (parts++ > 0) return;
      await new Promise<void>((resolve) => {
        goOn = resolve;
      });
    });
    await waitFor(() => parts === 1);
    // Nobody waits for the server: the sleep that was under way ends, and no other begins.
    for (let quarter = 0; quarter < 9; quarter++) await pass();
    expect(asleep()).toEqual([]);
    goOn();
    expect(await outcome).toBe("complete");
    expect(asleep()).toEqual([]);
  });

  it("a complete answer, and an abort: no timer is left", async () => {
    const { sleep, asleep } = handSleep();
    await using server = await modelServer(stream(delta({ content: "Hi" }), finish("stop"), done), silent);
    expect(await ask(server.baseURL, sleep).outcome).toBe("complete");
    expect(asleep()).toEqual([]);
    const { outcome, abort } = ask(server.baseURL, sleep);
    await waitFor(() => server.received.length === 2);
    abort();
    expect(await outcome).toMatchObject({ code: "aborted" });
    expect(asleep()).toEqual([]);
  });

  it("any time at all, with Infinity: nothing is measured", async () => {
    await using server = await modelServer(stream(delta({ content: "Hi" }), finish("stop"), done));
    const stallSleep = () => Promise.reject(new Error("it slept"));
    const model = openaiCompatible({
      baseURL: server.baseURL,
      model: "small",
      stallTimeout: Infinity,
      stallSleep,
    });
    const { signal } = new AbortController();
    const parts: Part[] = [];
    for await (const part of model.call({ system: "", messages: [], temperature: 1, signal }))
      parts.push(part);
    expect(parts).toHaveLength(2);
  });
});

it("a time that is no time is refused", () => {
  for (const stallTimeout of [0, -1, Number.NaN]) {
    expect(() => openaiCompatible({ baseURL: "http://localhost", model: "small", stallTimeout })).toThrow(
      expect.objectContaining({ code: "out_of_range", path: "/stallTimeout" }),
    );
  }
});

it("a connection is used again for the next call", async () => {
  let connections = 0;
  const server = createServer((request, response) => {
    request.resume().on("end", () => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write(delta({ content: "Hi" }) + finish("stop") + done);
      // As servers do: the end of the body comes after the end marker.
      setTimeout(() => response.end(), 5);
    });
  });
  server.on("connection", () => connections++);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const baseURL = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  const model = openaiCompatible({ baseURL, model: "small" });
  const { signal } = new AbortController();
  try {
    for (let turn = 0; turn < 5; turn++) {
      for await (const _ of model.call({ system: "", messages: [], temperature: 1, signal }));
      // The time in which a person reads.
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect(connections).toBe(1);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});
