import { existsSync } from "node:fs";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { serve } from "../../scripts/serve.mjs";
import { bytes } from "./documents.ts";
import { measureLater, type Row, summary } from "./measure.ts";

const runs = 15;
const program = process.env.CHROME_PATH ?? "/usr/bin/chromium";

/** How long it takes until the wasm module can be called: compile and instantiate. */
export async function readyRows(): Promise<Row[]> {
  const wasm = bytes("pkg", "core.wasm");
  const imports = placeholders(new WebAssembly.Module(wasm));
  const inNode = await measureLater(runs, async () =>
    WebAssembly.instantiate(await WebAssembly.compile(wasm), imports),
  );
  const rows: Row[] = [
    { what: "ready in Node: compile and instantiate", times: inNode, note: "goal 30,000" },
  ];
  const inChromium = existsSync(program) ? await readyInChromium() : undefined;
  rows.push(
    inChromium ?? {
      what: `ready in Chromium: none at ${program}; set CHROME_PATH`,
      times: { median: 0, p95: 0 },
    },
  );
  return rows;
}

/** In a page of its own for every run: an engine keeps what it compiled for a page. */
async function readyInChromium(): Promise<Row> {
  const server = await serve([["/", join(process.cwd(), "pkg")]]);
  const browser = await chromium.launch({ executablePath: program, args: ["--no-sandbox"] });
  try {
    const samples: number[] = [];
    for (let run = 0; run < runs; run++) {
      const page = await browser.newPage();
      await page.goto(`${server.url}/package.json`);
      samples.push(await page.evaluate(readyOnce));
      await page.close();
    }
    return {
      what: "ready in Chromium: compile and instantiate",
      times: summary(samples),
      note: "goal 30,000",
    };
  } finally {
    await browser.close();
    await server.close();
  }
}

/** Runs in the page, so it can call nothing from here. */
async function readyOnce(): Promise<number> {
  const wasm = await (await fetch("/core.wasm")).arrayBuffer();
  const begun = performance.now();
  const module = await WebAssembly.compile(wasm);
  const compiled = performance.now() - begun;
  const imports: WebAssembly.Imports = {};
  for (const { module: from, name, kind } of WebAssembly.Module.imports(module)) {
    imports[from] ??= {};
    if (kind === "function") imports[from][name] = () => undefined;
  }
  const again = performance.now();
  await WebAssembly.instantiate(module, imports);
  return (compiled + performance.now() - again) * 1000;
}

function placeholders(module: WebAssembly.Module): WebAssembly.Imports {
  const imports: WebAssembly.Imports = {};
  for (const { module: from, name, kind } of WebAssembly.Module.imports(module)) {
    imports[from] ??= {};
    if (kind === "function") imports[from][name] = () => undefined;
  }
  return imports;
}
