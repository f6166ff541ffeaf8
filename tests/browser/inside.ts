import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import type { Page } from "playwright-core";
import { afterAll, beforeAll } from "vitest";
import { type Harness, openHarness } from "./harness.ts";

/** A browser whose tabs hold a module of `tests/browser/inside/` as the global `inside`. */
export interface Inside {
  readonly harness: Harness;
  /** Opens a tab in which `inside` is ready: call it in `page.evaluate`. `origin`: another name of the same server. */
  open(options?: { expectErrors?: boolean; origin?: string }): Promise<Page>;
  /** Ends the browser; see {@link Harness.close}. */
  close(): Promise<void>;
}

/** Where the entries of the package are served; what an application writes into its page. */
export const importMap = {
  imports: {
    luminoracore: "/luminoracore/index.js",
    "luminoracore/ai-sdk": "/luminoracore/ai-sdk.js",
    "luminoracore/embedders": "/luminoracore/embedders.js",
    "luminoracore/indexeddb": "/luminoracore/indexeddb.js",
    "luminoracore/postgres": "/luminoracore/postgres.js",
    "luminoracore/testing": "/luminoracore/testing.js",
    "@electric-sql/pglite": "/pglite/index.js",
  },
};

/**
 * One tab for all tests of a file, which is open while they run.
 *
 * @param options `expectErrors`: Chromium itself logs every status and every refused connection as an error
 * @returns the tab; not before the tests run
 */
export function tabForAll(options: { expectErrors?: boolean } = {}): () => Page {
  let browser: Inside | undefined;
  let tab: Page;
  beforeAll(async () => {
    browser = await openInside();
    tab = await browser.open(options);
  });
  afterAll(() => browser?.close());
  return () => tab;
}

/** Starts a browser for tests that run their own code inside the browser, with the built package. */
export async function openInside(module = "index.ts"): Promise<Inside> {
  const folder = await mkdtemp(join(tmpdir(), "luminora-inside-"));
  await build({
    entryPoints: [join(import.meta.dirname, "inside", module)],
    outfile: join(folder, "inside.js"),
    bundle: true,
    format: "esm",
    target: "es2022",
    // The package itself is what is tested: the page loads it by the import map.
    external: ["luminoracore", "luminoracore/*", "@electric-sql/pglite"],
    logLevel: "silent",
  });
  await writeFile(
    join(folder, "index.html"),
    `<!doctype html><title>inside</title>
     <script type="importmap">${JSON.stringify(importMap)}</script>
     <script type="module">globalThis.inside = await import("./inside.js");</script>`,
  );
  const pglite = dirname(fileURLToPath(import.meta.resolve("@electric-sql/pglite")));
  const harness = await openHarness({
    mounts: [
      ["/inside/", folder],
      ["/pglite/", pglite],
    ],
  });
  return {
    harness,
    async open({ origin = harness.url, ...options } = {}) {
      const page = await harness.open(`${origin}/inside/index.html`, options);
      await page.waitForFunction(() => "inside" in globalThis);
      return page;
    },
    async close() {
      await rm(folder, { recursive: true, force: true });
      await harness.close();
    },
  };
}
