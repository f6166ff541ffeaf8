import { describe, expect, it } from "vitest";
import { fakeEmbedder } from "../../js/testing/index.ts";

const dot = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, at) => sum + value * (b[at] ?? 0), 0);

async function vectors(...texts: string[]): Promise<Float32Array[]> {
  return [...(await fakeEmbedder().embed(texts))];
}

describe("the fake embedder", () => {
  it("gives each text the same vector everywhere, of length 1", async () => {
    // The hashes of "a" and "b" are 0xaf63dc4c8601ec8c and 0xaf63df4c8601f1a5: places 4 and 5 of 8, both negative.
    const small = fakeEmbedder({ dimensions: 8 });
    const [a, both, thrice] = await small.embed(["a", "a b", "a, A a b"]);
    expect([...(a ?? [])]).toEqual([0, 0, 0, 0, -1, 0, 0, 0]);
    const half = -Math.fround(Math.SQRT1_2);
    expect([...(both ?? [])]).toEqual([0, 0, 0, 0, half, half, 0, 0]);
    expect(thrice?.[4]).toBeCloseTo(-3 / Math.sqrt(10), 6);
    expect(thrice?.[5]).toBeCloseTo(-1 / Math.sqrt(10), 6);
    const [long] = await vectors("She sold the house by the sea, and bought a boat.");
    expect(dot(long as Float32Array, long as Float32Array)).toBeCloseTo(1, 5);
  });

  it("makes texts the more similar, the more words they share", async () => {
    const [asked, near, far] = (await vectors(
      "where does her sister live",
      "her sister has come to live in Porto",
      "a cup of green tea in the morning",
    )) as [Float32Array, Float32Array, Float32Array];
    expect(dot(asked, near)).toBeGreaterThan(0.3);
    expect(Math.abs(dot(asked, far))).toBeLessThan(0.2);
  });

  it("knows words of any script, in any case and composition, and no punctuation", async () => {
    const [one, two, accented, decomposed, nothing] = (await vectors(
      "Привет, МИР!",
      "привет мир",
      "Café",
      "cafe\u0301",
      "?!",
    )) as Float32Array[];
    expect(one).toEqual(two);
    expect(accented).toEqual(decomposed);
    expect(nothing).toEqual(new Float32Array(256));
  });

  it("is an embedder like any other, and remembers what it was asked", async () => {
    const fake = fakeEmbedder({ dimensions: 16, maxBatch: 2 });
    expect(fake).toMatchObject({ version: 1, id: "fake/16", dimensions: 16, maxBatch: 2, calls: [] });
    expect(fakeEmbedder({ id: "mine" })).toMatchObject({ id: "mine", dimensions: 256 });
    const [vector] = await fake.embed(["tea"], { kind: "query" });
    expect(vector).toHaveLength(16);
    await fake.embed(["sea"]);
    expect(fake.calls).toEqual([{ texts: ["tea"], kind: "query" }, { texts: ["sea"] }]);
    await expect(fake.embed(["tea"], { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: "aborted",
    });
    expect(fake.calls).toHaveLength(2);
    expect(() => fakeEmbedder({ dimensions: 0 })).toThrow(expect.objectContaining({ code: "out_of_range" }));
  });
});
