import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { chromium } from "playwright-core";
import { serve } from "../../scripts/serve.mjs";
import type { Samples } from "./inside/append.ts";
import { type Row, summary } from "./measure.ts";

const turns = 400;
const program = process.env.CHROME_PATH ?? "/usr/bin/chromium";

/** What it takes in Chromium until a turn is on the disk. */
export async function appendRows(): Promise<Row[]> {
  if (!existsSync(program)) {
    const what = `a turn in IndexedDB: no Chromium at ${program}; set CHROME_PATH`;
    return [{ what, times: { median: 0, p95: 0 } }];
  }
  const folder = await mkdtemp(join(tmpdir(), "luminora-bench-"));
  await build({
    entryPoints: [join("tests", "bench", "inside", "append.ts")],
    outfile: join(folder, "append.js"),
    bundle: true,
    format: "esm",
    external: ["luminoracore"],
  });
  const map = { imports: { luminoracore: "/luminoracore/index.js" } };
  await writeFile(
    join(folder, "index.html"),
    `<!doctype html><script type="importmap">${JSON.stringify(map)}</script>
     <script type="module">globalThis.inside = await import("./append.js");</script>`,
  );
  const server = await serve([
    ["/luminoracore/", "pkg"],
    ["/", folder],
  ]);
  // With a profile on the disk, as people have it.
  const context = await chromium.launchPersistentContext(join(folder, "profile"), {
    executablePath: program,
    args: ["--no-sandbox"],
  });
  try {
    const page = await context.newPage();
    // A page that is isolated has a clock of 5 microseconds; of others it is 100.
    await page.route("**/index.html", async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, headers: { ...response.headers(), ...isolated } });
    });
    await page.goto(`${server.url}/index.html`);
    await page.waitForFunction(() => "inside" in globalThis);
    const { ours, changed, bare, single, bytes, records } = await page.evaluate(
      (count) => (globalThis as unknown as Inside).inside.measureAppend(count),
      turns,
    );
    // The first ones open the databases.
    const [times, update, value, put] = [ours, changed, bare, single].map((samples) =>
      summary(samples.slice(20)),
    );
    if (!times || !update) throw new Error("nothing was measured");
    const what = "a turn in IndexedDB, until it is on the disk";
    const changing = "the same, with another version of a record that is there";
    const bytesOf = `${records} records, ${bytes} bytes`;
    return [
      { what, times, counterpart: put, note: `goal of both: ratio 1.3; beside: idb puts the ${bytesOf}` },
      { what, times, counterpart: value, note: "beside: idb puts the same bytes as one text" },
      { what: changing, times: update, counterpart: value, note: "beside: the same put" },
    ];
  } finally {
    await context.close();
    await server.close();
    await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }
}

const isolated = {
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
};

interface Inside {
  readonly inside: { measureAppend(count: number): Promise<Samples> };
}
