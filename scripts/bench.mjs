// Measures the built package: its speed beside plain JavaScript that does the same work (`npm run bench`), or how well
// memory is found again (`npm run retrieval -- --data FOLDER`).

import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { buildWasm } from "./build/wasm.mjs";
import { build } from "./build.mjs";
import { show } from "./setup/command.mjs";
import { elapsed, main, say } from "./setup/report.mjs";
import { ROOT, setup } from "./setup.mjs";

/** Bundles a benchmark, which is TypeScript, and runs it in a process of its own. */
export async function bench(entry, options = []) {
  const esbuild = await import("esbuild");
  const outfile = join(ROOT, "build", "bench", "main.js");
  await esbuild.build({
    absWorkingDir: ROOT,
    entryPoints: [`tests/bench/${entry}.ts`],
    outfile,
    bundle: true,
    format: "esm",
    platform: "node",
    target: "node20",
    // The built package as its users load it.
    packages: "external",
    logLevel: "error",
  });
  say("");
  await show(process.execPath, [outfile, ...options], { cwd: process.cwd() });
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  await main(async () => {
    const environments = await setup();
    await build(environments);
    const [what, ...options] = process.argv.slice(2);
    if (what === "--retrieval") {
      await bench("retrieval/main", options);
    } else {
      await buildWasm(ROOT, environments.wasm, "measure");
      await bench("main");
      await bench("large");
    }
    say(`\nmeasured (${elapsed()})`);
  });
}
