import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type HarnessOptions, openHarness } from "./harness.ts";

// Every other browser test leans on this: an error that it does not report would hide theirs.
describe("the harness", () => {
  let folder: string;
  let options: HarnessOptions;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "luminora-pages-"));
    options = { mounts: [["/pages/", folder]] };
    await page("quiet.html", "localStorage.visits = Number(localStorage.visits ?? 0) + 1;");
    await page("throws.html", "throw new Error('a broken page');");
    await page("logs.html", "console.error('something is wrong');");
  });

  afterAll(() => rm(folder, { recursive: true }));

  const page = (name: string, script: string) =>
    writeFile(
      join(folder, name),
      `<!doctype html><title>test</title><script type="module">${script}</script>`,
    );

  it("serves the wasm of the built package with its media type", async () => {
    const harness = await openHarness();
    const response = await fetch(`${harness.url}/luminoracore/core.wasm`);
    await harness.close();
    expect(response.headers.get("content-type")).toBe("application/wasm");
    expect(new Uint8Array(await response.arrayBuffer()).slice(0, 4)).toEqual(
      new Uint8Array([0x00, 0x61, 0x73, 0x6d]),
    );
  });

  it("serves no file outside its folders", async () => {
    const harness = await openHarness();
    const statuses = await Promise.all(
      ["/luminoracore/../Cargo.toml", "/luminoracore/%2e%2e/Cargo.toml", "/tests/..%2f..%2fCargo.toml"].map(
        async (path) => (await fetch(harness.url + path)).status,
      ),
    );
    await harness.close();
    expect(statuses).toEqual([404, 404, 404]);
  });

  it("fails on an uncaught error", async () => {
    const harness = await openHarness(options);
    await harness.open("/pages/throws.html");
    await expect(harness.close()).rejects.toThrow("a broken page");
  });

  it("fails on a logged error", async () => {
    const harness = await openHarness(options);
    await harness.open("/pages/logs.html");
    await expect(harness.close()).rejects.toThrow("something is wrong");
  });

  it("lets expected errors pass", async () => {
    const harness = await openHarness(options);
    await harness.open("/pages/throws.html", { expectErrors: true });
    await harness.close();
  });

  it("comes back on the same profile and origin after a kill", async () => {
    const harness = await openHarness(options);
    const visits = async () => {
      const tab = await harness.open("/pages/quiet.html");
      return tab.evaluate("localStorage.visits");
    };
    expect(await visits()).toBe("1");
    await harness.restart();
    expect(await visits()).toBe("2");
    await harness.kill();
    await expect(harness.open("/pages/quiet.html")).rejects.toThrow("killed");
    await harness.restart();
    // What came just before the kill may be lost, which is what a kill is for; what came before that is not.
    expect(Number(await visits())).toBeGreaterThanOrEqual(2);
    await harness.close();
  });
});
