import { Luminora, type Model, type Part, type Session } from "luminoracore";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { answerOf, everything, recordingStorage } from "../shared/recording.ts";

// What the model does in the next call.
let parts: (signal: AbortSignal) => AsyncIterable<Part>;
const model: Model = { kind: "test", id: "test", call: ({ signal }) => parts(signal) };
const recording = () => recordingStorage();

let kept: ReturnType<typeof recording>;
let luminora: Luminora;
let session: Session;
const unhandled: unknown[] = [];
const keep = (reason: unknown) => unhandled.push(reason);

beforeEach(async () => {
  process.on("unhandledRejection", keep);
  kept = recording();
  luminora = await Luminora.open({ storage: kept.storage, model });
  session = await luminora.createSession({ template: "alicia", user: "diego" });
  parts = async function* () {
    yield* answerOf("Hel", "lo");
  };
});

afterEach(async () => {
  await luminora.close();
  await new Promise((resolve) => setImmediate(resolve));
  process.off("unhandledRejection", keep);
  expect(unhandled.splice(0)).toEqual([]);
});

async function collect(stream: AsyncIterable<string>): Promise<string[]> {
  const deltas: string[] = [];
  for await (const delta of stream) deltas.push(delta);
  return deltas;
}

/** A gate that a model waits at, so that the test decides when it goes on. */
function gate() {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open, opened };
}

describe("a reply", () => {
  it("can be awaited", async () => {
    const reply = await session.send("Hi");
    expect(reply).toMatchObject({
      text: "Hello",
      session: session.id,
      state: { affinity: { total_messages: 1 } },
    });
    expect(reply.user_turn && reply.turn && reply.run).toBeTruthy();
  });

  it("can be iterated over, delta by delta as they come", async () => {
    const { open, opened } = gate();
    parts = async function* () {
      yield { type: "text-delta", text: "Hel" };
      await opened;
      yield* answerOf("lo");
    };
    const iterator = session.send("Hi")[Symbol.asyncIterator]();
    expect(await iterator.next()).toEqual({ value: "Hel", done: false });
    expect(session.history()).toEqual([]);
    open();
    expect(await iterator.next()).toEqual({ value: "lo", done: false });
    expect(await iterator.next()).toEqual({ value: undefined, done: true });
    expect(session.history()).toHaveLength(2);
  });

  it("can be both, in either order, also late", async () => {
    const first = session.send("Hi");
    expect(await collect(first)).toEqual(["Hel", "lo"]);
    expect((await first).text).toBe("Hello");
    const second = session.send("Hi");
    expect((await second).text).toBe("Hello");
    expect(await collect(second)).toEqual(["Hel", "lo"]);
    expect(session.history()).toHaveLength(4);
  });

  it("begins by itself, read or not", async () => {
    session.send("Hi");
    await session.send("Hi again");
    expect(session.history()).toHaveLength(4);
  });
});

describe("a loop that is left early", () => {
  it("aborts the turn: nothing is stored, and the next send works", async () => {
    let signal: AbortSignal | undefined;
    parts = async function* (given) {
      signal = given;
      yield { type: "text-delta", text: "Hel" };
      await new Promise((_, reject) => given.addEventListener("abort", () => reject(new Error("gone"))));
    };
    const before = await everything(kept.storage);
    const stream = session.send("Hi");
    for await (const delta of stream) {
      expect(delta).toBe("Hel");
      break;
    }
    await expect(stream).rejects.toMatchObject({ code: "aborted" });
    expect(signal?.aborted).toBe(true);
    expect(await everything(kept.storage)).toEqual(before);
    parts = async function* () {
      yield* answerOf("Hello");
    };
    expect((await session.send("Hi")).text).toBe("Hello");
  });

  it("does not take back what is stored", async () => {
    const stream = session.send("Hi");
    await stream;
    for await (const _ of stream) break;
    expect(session.history()).toHaveLength(2);
  });
});

describe("an error", () => {
  const failure = new Error("the model broke");
  const failing = async function* (): AsyncGenerator<Part> {
    yield { type: "text-delta", text: "Hel" };
    throw failure;
  };

  it("reaches whoever awaits and whoever iterates, after what came before it", async () => {
    parts = failing;
    const stream = session.send("Hi");
    const deltas: string[] = [];
    const reading = (async () => {
      for await (const delta of stream) deltas.push(delta);
    })();
    await expect(reading).rejects.toBe(failure);
    await expect(stream).rejects.toBe(failure);
    expect(deltas).toEqual(["Hel"]);
    expect(session.history()).toEqual([]);
  });

  async function* hello(): AsyncGenerator<Part> {
    yield* answerOf("Hello");
  }

  it("that nobody waits for brings nothing down, and the next send works", async () => {
    let calls = 0;
    parts = () => (calls++ === 0 ? failing() : hello());
    session.send("Hi");
    expect((await session.send("Hi")).text).toBe("Hello");
  });
});

describe("an abort", () => {
  it("beforehand calls no model", async () => {
    let calls = 0;
    parts = async function* () {
      calls++;
      yield* answerOf("Hello");
    };
    const sent = session.send("Hi", { signal: AbortSignal.abort() });
    await expect(sent).rejects.toMatchObject({ code: "aborted" });
    expect(calls).toBe(0);
    expect(session.history()).toEqual([]);
  });

  it("ends a call whose model does not heed it", async () => {
    parts = async function* () {
      yield { type: "text-delta", text: "Hel" };
      await new Promise(() => {});
    };
    const abort = new AbortController();
    const sent = session.send("Hi", { signal: abort.signal });
    const iterator = sent[Symbol.asyncIterator]();
    await iterator.next();
    abort.abort();
    await expect(sent).rejects.toMatchObject({ code: "aborted" });
    parts = async function* () {
      yield* answerOf("Hello");
    };
    expect((await session.send("Hi")).text).toBe("Hello");
  });

  it("while the answer is being stored comes too late", async () => {
    const abort = new AbortController();
    const { append } = kept.storage;
    kept.storage.append = async (...args) => {
      abort.abort();
      await append.apply(kept.storage, args);
    };
    expect((await session.send("Hi", { signal: abort.signal })).text).toBe("Hello");
    expect(session.history()).toHaveLength(2);
  });
});
