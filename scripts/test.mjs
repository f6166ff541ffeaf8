// Runs every test, setting up and building first: `npm test`.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "./build.mjs";
import { browser } from "./setup/browser.mjs";
import { show } from "./setup/command.mjs";
import { postgres } from "./setup/postgres.mjs";
import { elapsed, main, say } from "./setup/report.mjs";
import { ROOT, setup } from "./setup.mjs";

/**
 * @param {{ wasm: NodeJS.ProcessEnv }} environments from `setup`
 */
export async function test(environments) {
  const programs = { CHROME_PATH: await browser(ROOT), POSTGRES_BIN: await postgres() };
  await build(environments);

  say("\n— core, native");
  // The feature adds the check that the generated files are up to date.
  await show("cargo", ["test", "--quiet", "--features", "typescript"], { cwd: ROOT });
  for (const suite of ["scripts", "node", "browser", "packaging"]) {
    say(`\n— ${suite} suite`);
    await runSuite(suite, { ...process.env, ...programs });
  }
}

async function runSuite(suite, env) {
  const config = join("tests", suite, "vitest.config.ts");
  if (!existsSync(join(ROOT, config))) return say("  none yet");
  const vitest = join(ROOT, "node_modules", "vitest", "vitest.mjs");
  await show(process.execPath, [vitest, "run", "--config", config], { cwd: ROOT, env });
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  await main(async () => {
    await test(await setup());
    say(`\nall tests pass (${elapsed()})`);
  });
}
