import { existsSync } from "node:fs";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { cached, cacheFolder, locked } from "../../scripts/setup/cache.mjs";
import { temporaryFolder } from "./folder.ts";

const isReady = (folder: string) => existsSync(join(folder, "file"));
const fill = (folder: string) => writeFile(join(folder, "file"), "made");

describe("the cache of built tools", () => {
  beforeEach(async () => vi.stubEnv("LUMINORACORE_CACHE", await temporaryFolder()));

  it("makes an entry once", async () => {
    const make = vi.fn(fill);
    const first = await cached("tool", isReady, make);
    expect(await cached("tool", isReady, make)).toBe(first);
    expect(make).toHaveBeenCalledOnce();
    expect(await readFile(join(first, "file"), "utf8")).toBe("made");
  });

  it("makes an entry once when two want it at the same time", async () => {
    const make = vi.fn(async (folder: string) => {
      await sleep(50);
      await fill(folder);
    });
    await Promise.all([cached("tool", isReady, make), cached("tool", isReady, make)]);
    expect(make).toHaveBeenCalledOnce();
  });

  it("keeps nothing of a failure, and can try again", async () => {
    const fails = async (folder: string) => {
      await fill(folder);
      throw new Error("no compiler");
    };
    await expect(cached("tool", isReady, fails)).rejects.toThrow("no compiler");
    expect(existsSync(join(cacheFolder(), "tool"))).toBe(false);
    await cached("tool", isReady, fill);
    expect(await readdir(cacheFolder())).toEqual(["tool"]);
  });

  it("takes over the lock of a command that was killed", async () => {
    // No process has this number: it is above what any system gives out.
    await writeFile(join(cacheFolder(), "tool.lock"), "2000000000");
    expect(await locked("tool", async () => "done")).toBe("done");
  });

  it("refuses a folder that wasm-pack would mistake for rustup's", () => {
    vi.stubEnv("LUMINORACORE_CACHE", "/somewhere/.rustup/cache");
    expect(() => cacheFolder()).toThrow("rustup");
  });
});
