import { setImmediate as turn } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import {
  type Embedder,
  type EmbedProgress,
  embedAll,
  embedder,
  type Values,
} from "../../js/embedders/index.ts";
import { LuminoraError } from "../../js/errors.ts";

/** What each text is worth: its length, so that an order can be checked. */
const vectorOf = (text: string) => [text.length, 1];

/** An embedder whose calls end when the test says so. */
function manual(options: Partial<Embedder> = {}) {
  interface Call {
    readonly texts: readonly string[];
    readonly kind: string | undefined;
    readonly signal: AbortSignal;
    answer(vectors?: readonly Values[]): Promise<void>;
    fail(error: unknown): Promise<void>;
  }
  const calls: Call[] = [];
  const made = embedder({
    ...{ id: "manual", maxBatch: 1, ...options },
    embed: (texts, { kind, signal }) =>
      new Promise((resolve, reject) => {
        calls.push({
          ...{ texts, kind, signal },
          async answer(vectors = texts.map(vectorOf)) {
            resolve(vectors);
            await turn();
          },
          async fail(error) {
            reject(error);
            await turn();
          },
        });
      }),
  });
  return { made, calls, asked: () => calls.map(({ texts }) => texts.join(" ")) };
}

/** An embedder that answers at once, and remembers the calls. */
function prompt(options: Partial<Embedder> = {}) {
  const calls: (readonly string[])[] = [];
  const made = embedder({
    ...{ id: "prompt", ...options },
    embed(texts) {
      calls.push(texts);
      return texts.map(vectorOf);
    },
  });
  return { made, calls };
}

describe("embedAll", () => {
  it("gives a vector for each text, in their order", async () => {
    const texts = Array.from({ length: 101 }, (_, index) => "x".repeat(index + 1));
    for (const maxBatch of [1, 2, 7, 100, 101, 500]) {
      const { made, calls } = prompt({ maxBatch });
      const vectors = await embedAll(made, texts);
      expect(vectors.map(([length]) => length)).toEqual(texts.map(({ length }) => length));
      expect(calls).toHaveLength(Math.ceil(101 / maxBatch));
      expect(Math.max(...calls.map(({ length }) => length))).toBe(Math.min(maxBatch, 101));
    }
  });

  it("of no texts is a list of no vectors, and no call", async () => {
    const { made, calls } = prompt();
    expect(await embedAll(made, [])).toEqual([]);
    expect(calls).toEqual([]);
  });

  it("keeps to the bytes of a call, counted in UTF-8; a text above them goes alone", async () => {
    const { made, calls } = prompt({ maxBatchBytes: 10 });
    await embedAll(made, ["aaaa", "bbbb", "cc", "d", "ééééé", "e", "a text that is too large", "f"]);
    expect(calls).toEqual([
      ["aaaa", "bbbb", "cc"],
      ["d"],
      ["ééééé"],
      ["e"],
      ["a text that is too large"],
      ["f"],
    ]);
  });

  it("has limits also where the embedder names none", async () => {
    const { made, calls } = prompt();
    await embedAll(
      made,
      Array.from({ length: 70 }, (_, index) => `text ${index}`),
    );
    expect(calls.map(({ length }) => length)).toEqual([32, 32, 6]);
    const large = prompt();
    await embedAll(
      large.made,
      ["a", "b", "c"].map((letter) => letter.repeat(40_000)),
    );
    expect(large.calls.map(({ length }) => length)).toEqual([2, 1]);
  });

  it("embeds equal texts once, and tells of each of them", async () => {
    const { made, calls } = prompt({ maxBatch: 2 });
    const told: [readonly number[], number[]][] = [];
    const progress: EmbedProgress[] = [];
    const vectors = await embedAll(made, ["tea", "sea", "tea", "wind", "tea"], {
      onVectors: (indices, each) => void told.push([indices, each.map(([length]) => length as number)]),
      onProgress: (step) => void progress.push(step),
    });
    expect(calls).toEqual([["tea", "sea"], ["wind"]]);
    expect(vectors.map(([length]) => length)).toEqual([3, 3, 3, 4, 3]);
    expect(told).toEqual([
      [
        [0, 2, 4, 1],
        [3, 3, 3, 3],
      ],
      [[3], [4]],
    ]);
    expect(progress).toEqual([
      { done: 4, total: 5 },
      { done: 5, total: 5 },
    ]);
  });

  it("has two calls in flight, and begins the next when one ends", async () => {
    const { made, calls, asked } = manual();
    const all = embedAll(made, ["a", "bb", "ccc", "dddd"]);
    await turn();
    expect(asked()).toEqual(["a", "bb"]);
    await calls[1]?.answer();
    expect(asked()).toEqual(["a", "bb", "ccc"]);
    await calls[2]?.answer();
    await calls[3]?.answer();
    expect(asked()).toEqual(["a", "bb", "ccc", "dddd"]);
    await calls[0]?.answer();
    expect((await all).map(([length]) => length)).toEqual([1, 2, 3, 4]);
  });

  it("has one at a time where the embedder wants no more", async () => {
    const { made, calls, asked } = manual({ parallel: false });
    const all = embedAll(made, ["a", "bb"]);
    await turn();
    expect(asked()).toEqual(["a"]);
    await calls[0]?.answer();
    expect(asked()).toEqual(["a", "bb"]);
    await calls[1]?.answer();
    expect(await all).toHaveLength(2);
  });

  it("waits for the promise of onVectors before the next call", async () => {
    const { made, calls, asked } = manual({ parallel: false });
    let kept = () => {};
    const onVectors = () => new Promise<void>((resolve) => (kept = resolve));
    const all = embedAll(made, ["a", "bb"], { onVectors });
    await turn();
    await calls[0]?.answer();
    expect(asked()).toEqual(["a"]);
    kept();
    await turn();
    expect(asked()).toEqual(["a", "bb"]);
    await calls[1]?.answer();
    kept();
    await all;
  });

  it("passes on the kind and the signal", async () => {
    const { made, calls } = manual();
    const { signal } = new AbortController();
    const all = embedAll(made, ["a"], { kind: "document", signal });
    await turn();
    expect(calls[0]).toMatchObject({ kind: "document" });
    expect(calls[0]?.signal).toBe(signal);
    await calls[0]?.answer();
    await all;
  });
});

describe("embedAll that fails", () => {
  it("throws what the embedder threw, begins nothing more, and has handed over what was paid for", async () => {
    const { made, calls, asked } = manual();
    const kept: number[] = [];
    const all = outcome(
      embedAll(made, ["a", "bb", "ccc", "dddd", "eeeee"], {
        onVectors: (indices) => void kept.push(...indices),
      }),
    );
    await turn();
    await calls[0]?.answer();
    expect(asked()).toEqual(["a", "bb", "ccc"]);
    const refused = new LuminoraError("model_rate_limited", "Wait.", { retryAfterMs: 5000 });
    await calls[1]?.fail(refused);
    // One is still in flight, and was paid for too.
    expect(asked()).toEqual(["a", "bb", "ccc"]);
    await calls[2]?.answer();
    expect(await all).toBe(refused);
    expect(kept).toEqual([0, 2]);
    expect(asked()).toEqual(["a", "bb", "ccc"]);
  });

  it("gives an error of the package for whatever an embedder of somebody else throws or answers", async () => {
    const foreign = (embed: () => unknown) => ({ id: "foreign", embed }) as unknown as Embedder;
    for (const [embed, code] of [
      [() => Promise.reject(new TypeError("no")), "model_unavailable"],
      [
        () => {
          throw { status: 401 };
        },
        "model_auth",
      ],
      [async () => undefined, "model_bad_response"],
      [async () => [[1]], "model_bad_response"],
      [async () => [[1], [Number.NaN]], "model_bad_response"],
      [async () => [[1], [1, 2]], "dimension"],
    ] as const) {
      expect(await outcome(embedAll(foreign(embed), ["a", "b"]))).toMatchObject({ code });
    }
    const declared = { ...foreign(async () => [[1, 2]]), dimensions: 3 };
    expect(await outcome(embedAll(declared, ["a"]))).toMatchObject({ code: "dimension" });
  });

  it("refuses vectors of two lengths in two calls: dimension, and keeps those of the first", async () => {
    let size = 2;
    const drifting = {
      id: "drifting",
      maxBatch: 1,
      parallel: false,
      embed: async () => [new Float32Array(size++)],
    };
    const kept: number[] = [];
    const failed = await outcome(
      embedAll(drifting, ["a", "b", "c"], { onVectors: (indices) => void kept.push(...indices) }),
    );
    expect(failed).toMatchObject({ code: "dimension", message: expect.stringContaining("3 values where 2") });
    expect(kept).toEqual([0]);
  });

  it("throws what a callback threw, and asks no more", async () => {
    for (const name of ["onVectors", "onProgress"]) {
      const { made, calls } = prompt({ maxBatch: 1, parallel: false });
      const full = new Error("the disk is full");
      const fail = () => {
        throw full;
      };
      expect(await outcome(embedAll(made, ["a", "b"], { [name]: fail }))).toBe(full);
      expect(calls).toHaveLength(1);
    }
  });

  it("refuses what is no text, or blank, before anything is sent", async () => {
    const { made, calls } = prompt({ maxBatch: 1 });
    for (const [texts, code, path] of [
      ["tea", "wrong_type", "/texts"],
      [["tea", 5], "wrong_type", "/texts/1"],
      [new Array(1), "wrong_type", "/texts/0"],
      [["tea", "sea", " \t"], "invalid_argument", "/texts/2"],
    ] as const) {
      expect(await outcome(embedAll(made, texts as never))).toMatchObject({ code, path });
    }
    expect(calls).toEqual([]);
  });
});

describe("embedAll that is aborted", () => {
  const aborted = { code: "aborted" };

  it("before: asks nothing", async () => {
    const { made, calls } = prompt();
    expect(await outcome(embedAll(made, ["a"], { signal: AbortSignal.abort() }))).toMatchObject(aborted);
    expect(calls).toEqual([]);
  });

  it("during calls: ends at once, whether the embedder heeds its signal or not", async () => {
    const abort = new AbortController();
    const { made, calls, asked } = manual();
    const all = outcome(embedAll(made, ["a", "b", "c"], { signal: abort.signal }));
    await turn();
    expect(calls).toHaveLength(2);
    abort.abort();
    expect(await all).toMatchObject(aborted);
    expect(asked()).toEqual(["a", "b"]);
    const deaf = { id: "deaf", embed: () => new Promise<never>(() => {}) };
    expect(await outcome(embedAll(deaf, ["a"], { signal: AbortSignal.timeout(10) }))).toMatchObject(aborted);
  });

  it("between calls: begins no other one, and what came before has been handed over", async () => {
    const abort = new AbortController();
    const { made, calls } = prompt({ maxBatch: 1, parallel: false });
    const kept: number[] = [];
    const all = embedAll(made, ["a", "b", "c"], {
      signal: abort.signal,
      onVectors(indices) {
        kept.push(...indices);
        if (kept.length === 2) abort.abort();
      },
    });
    expect(await outcome(all)).toMatchObject(aborted);
    expect(kept).toEqual([0, 1]);
    expect(calls).toHaveLength(2);
  });

  it("asks nothing more of an embedder that knows no signals either", async () => {
    let calls = 0;
    const deaf = { id: "deaf", maxBatch: 1, parallel: false, embed: async () => [Float32Array.of(++calls)] };
    expect(await outcome(embedAll(deaf, ["a"], { signal: AbortSignal.abort() }))).toMatchObject(aborted);
    expect(calls).toBe(0);
    const abort = new AbortController();
    const { signal } = abort;
    const all = embedAll(deaf, ["a", "b"], { signal, onVectors: () => abort.abort() });
    expect(await outcome(all)).toMatchObject(aborted);
    expect(calls).toBe(1);
  });

  it("after the last call: has nothing left to end", async () => {
    const abort = new AbortController();
    const { made } = prompt();
    const onVectors = () => abort.abort();
    expect(await embedAll(made, ["a"], { signal: abort.signal, onVectors })).toHaveLength(1);
  });
});

/** What the call rejects with. */
async function outcome(call: Promise<unknown>): Promise<unknown> {
  return await call.then(
    () => expect.fail("it did not fail"),
    (error: unknown) => error,
  );
}
