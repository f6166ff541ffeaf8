import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { loadedBy } from "../../scripts/build/bundle.mjs";
import { incremental } from "../../scripts/build/incremental.mjs";
import { temporaryFolder } from "./folder.ts";

describe("a build step", () => {
  let root: string;
  const work = vi.fn(async () => writeFile(join(root, "out"), "built"));
  const run = (environment = ["compiler 1"]) =>
    incremental({ root, name: "step", inputs: ["src", "absent"], environment, outputs: ["out"], work });

  beforeEach(async () => {
    root = await temporaryFolder();
    work.mockClear();
    await mkdir(join(root, "src"));
    await writeFile(join(root, "src", "a"), "1");
    expect(await run()).toBe(true);
  });

  it("is skipped while nothing changed, whatever the times of its files", async () => {
    await writeFile(join(root, "src", "a"), "1");
    expect(await run()).toBe(false);
  });

  it.each<[string, () => Promise<unknown>]>([
    ["a changed file", () => writeFile(join(root, "src", "a"), "2")],
    ["a new file", () => writeFile(join(root, "src", "b"), "")],
    ["a file that was absent", () => writeFile(join(root, "absent"), "")],
    ["a lost output", () => rm(join(root, "out"))],
  ])("runs again for %s", async (_, change) => {
    await change();
    expect(await run()).toBe(true);
    expect(await run()).toBe(false);
  });

  it("runs again for another compiler", async () => {
    expect(await run(["compiler 2"])).toBe(true);
  });

  it("runs again after it failed", async () => {
    await writeFile(join(root, "src", "a"), "2");
    work.mockRejectedValueOnce(new Error("does not compile"));
    await expect(run()).rejects.toThrow("does not compile");
    expect(await run()).toBe(true);
  });
});

describe("what a script loads", () => {
  const output = (...imports: object[]) => ({ imports, exports: [], inputs: {}, bytes: 0 });
  const metafile = {
    inputs: {},
    outputs: {
      "index.js": output(
        { path: "shared.js", kind: "import-statement" },
        { path: "later.js", kind: "dynamic-import" },
      ),
      "shared.js": output({ path: "node:fs", kind: "import-statement", external: true }),
      "later.js": output({ path: "index.js", kind: "import-statement" }),
    },
  } as Parameters<typeof loadedBy>[0];

  it("is itself and its chunks, without what it imports later", () => {
    expect(loadedBy(metafile, "index.js")).toEqual(["index.js", "shared.js"]);
  });

  it("is everything when asked for what comes later too", () => {
    expect(loadedBy(metafile, "index.js", { lazily: true })).toEqual(["index.js", "shared.js", "later.js"]);
  });
});
