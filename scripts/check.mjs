// All that must hold before a change is merged, which is what CI runs: `npm run check`. With `--no-tests`, all but
// the tests.

import { join } from "node:path";
import { build } from "./build.mjs";
import { checkPackage } from "./pack.mjs";
import { ask, show } from "./setup/command.mjs";
import { elapsed, main, say, step, warn } from "./setup/report.mjs";
import { ROOT, setup } from "./setup.mjs";
import { checkSize } from "./size.mjs";
import { test } from "./test.mjs";

await main(async () => {
  const environments = await setup();
  await build(environments);
  await rust();
  await javascript();
  if (!process.argv.includes("--no-tests")) await test(environments);
  say("\n— package");
  await checkPackage();
  checkSize();
  say(`\neverything holds (${elapsed()})`);
});

async function rust() {
  await tool("cargo fmt", "cargo", ["fmt", "--all", "--check"]);
  if (!ask("cargo", ["clippy", "--version"])) {
    // Some distributions package the compiler alone; the continuous integration has the whole of it.
    return warn("clippy is not installed: its lints are not checked");
  }
  // The binding crate compiles natively as well, which is enough for lints; the build compiles it for wasm.
  const clippy = ["clippy", "--workspace", "--all-targets", "--features", "luminoracore/typescript"];
  await tool("cargo clippy", "cargo", [...clippy, "--", "-D", "warnings"]);
}

async function javascript() {
  const bin = (name, ...path) => join(ROOT, "node_modules", name, ...path);
  const tsc = bin("typescript", "bin", "tsc");
  await tool("tsc", process.execPath, [tsc, "--noEmit"]);
  await tool("tsc (scripts)", process.execPath, [tsc, "--noEmit", "-p", "scripts"]);
  await tool("biome", process.execPath, [
    bin("@biomejs", "biome", "bin", "biome"),
    "check",
    "--error-on-warnings",
  ]);
}

async function tool(name, program, args) {
  await step(name, () => show(program, args, { cwd: ROOT }));
}
