import { describe, expect, it } from "vitest";
import { LuminoraError } from "../../js/errors.ts";
import { manualModel } from "../../js/models/manual.ts";
import { isCallable } from "../../js/models/model.ts";
import { openaiCompatible } from "../../js/models/openai-compatible.ts";
import { scriptedModel } from "../../js/models/scripted.ts";
import { abortable, systemClock, systemRandom, systemSleep } from "../../js/ports.ts";
import { fakeClock } from "../../js/testing/fake-clock.ts";
import { seededRandom } from "../../js/testing/seeded-random.ts";

describe("LuminoraError", () => {
  it("is an Error with a code, and only the details it was given", () => {
    const cause = new Error("disk");
    const error = new LuminoraError("storage", "It failed.", {
      hint: "Try again.",
      cause,
      retryAfterMs: undefined,
    });
    expect(error).toBeInstanceOf(Error);
    expect(`${error}`).toBe("LuminoraError: It failed.");
    expect({ ...error }).toEqual({ code: "storage", path: "", hint: "Try again." });
    expect(error.cause).toBe(cause);
    expect("cause" in new LuminoraError("storage", "It failed.")).toBe(false);
  });

  it("is recognised when another copy of the package threw it", async () => {
    const copy: typeof import("../../js/errors.ts") = await import("../../js/errors.ts?copy" as string);
    expect(copy.LuminoraError).not.toBe(LuminoraError);
    expect(LuminoraError.isInstance(new copy.LuminoraError("aborted", ""))).toBe(true);
    expect(
      [new Error(), { code: "aborted" }, null, undefined, "aborted"].some(LuminoraError.isInstance),
    ).toBe(false);
  });
});

describe("the ports of the environment", () => {
  it("tell the time and give bytes", () => {
    expect(Math.abs(systemClock() - Date.now())).toBeLessThan(1000);
    expect(systemRandom(32)).toHaveLength(32);
    const draws = Array.from({ length: 1_000 }, (_, count) => systemRandom(8 + (count % 56)));
    expect(new Set(draws.map((bytes) => bytes.subarray(0, 8).join())).size).toBe(1_000);
    expect(systemRandom(65_536)).toHaveLength(65_536);
    expect(new Set(draws.map(({ buffer }) => buffer)).size).toBe(1_000);
  });

  it("sleep until the time is over or the signal cuts it", async () => {
    await systemSleep(1, new AbortController().signal);
    const sleep = systemSleep(60_000, AbortSignal.timeout(5));
    await expect(sleep).rejects.toMatchObject({ code: "aborted" });
  });

  it("abort what takes no signal, and pass on what fails by itself", async () => {
    const forever = new Promise<never>(() => {});
    await expect(abortable(forever, AbortSignal.abort())).rejects.toMatchObject({ code: "aborted" });
    const { signal } = new AbortController();
    await expect(abortable(Promise.resolve(7), signal)).resolves.toBe(7);
    await expect(abortable(Promise.reject(new Error("own")), signal)).rejects.toThrow("own");
  });
});

describe("the ports for tests", () => {
  it("a fake clock moves only when told, also by a sleep", async () => {
    const clock = fakeClock(1000);
    clock.advance(5);
    expect(clock()).toBe(1005);
    await clock.sleep(10, new AbortController().signal);
    expect([clock(), clock.sleeps]).toEqual([1015, [10]]);
    clock.set(0);
    expect(clock()).toBe(0);
    await expect(clock.sleep(1, AbortSignal.abort())).rejects.toMatchObject({ code: "aborted" });
  });

  it("seeded bytes are the same for the same seed, in all versions of this package", () => {
    expect([...seededRandom(0)(8)]).toEqual([...seededRandom()(8)]);
    expect([...seededRandom(1)(8)]).not.toEqual([...seededRandom(2)(8)]);
    const random = seededRandom(7);
    expect([...random(3), ...random(5)]).toEqual([...seededRandom(7)(8)]);
    expect([...seededRandom(7)(4)]).toEqual([9, 101, 234, 71]);
    const counts = new Uint32Array(256);
    for (const byte of seededRandom(3)(65_536)) counts[byte] = (counts[byte] ?? 0) + 1;
    expect(Math.min(...counts)).toBeGreaterThan(150);
  });
});

describe("the models that the core plays itself", () => {
  it("declare themselves", () => {
    expect(scriptedModel()).toMatchObject({ kind: "scripted", id: "scripted", seed: 0 });
    expect(manualModel()).toEqual({ kind: "manual", id: "manual" });
    expect([scriptedModel(), manualModel()].some(isCallable)).toBe(false);
    expect(isCallable(openaiCompatible({ baseURL: "http://localhost", model: "small" }))).toBe(true);
  });

  it("give prepared replies in order, each once", () => {
    const replies = ["one", "two"];
    const model = scriptedModel({ replies, seed: 7 });
    replies.push("three");
    expect([model.nextReply(), model.nextReply(), model.nextReply()]).toEqual(["one", "two", undefined]);
    expect(model.seed).toBe(7);
  });

  it("take no seed that is not a whole number from 0", () => {
    for (const seed of [-1, 0.5, Number.NaN, 2 ** 53]) {
      expect(() => scriptedModel({ seed })).toThrow(
        expect.objectContaining({ code: "out_of_range", path: "/seed" }),
      );
    }
  });
});
