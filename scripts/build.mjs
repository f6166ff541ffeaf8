// Builds the published package into pkg/ and the web page into build/www/: `npm run build`.

import { existsSync, lstatSync, mkdirSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { copyAssets } from "./build/assets.mjs";
import { buildBundle } from "./build/bundle.mjs";
import { buildPage } from "./build/page.mjs";
import { writeThirdParty } from "./build/third-party.mjs";
import { buildTypes } from "./build/types.mjs";
import { buildWasm } from "./build/wasm.mjs";
import { elapsed, main, say } from "./setup/report.mjs";
import { ROOT, setup } from "./setup.mjs";

/**
 * Builds everything that is out of date.
 *
 * @param {{ wasm: NodeJS.ProcessEnv }} environments from `setup`
 */
export async function build(environments) {
  await buildWasm(ROOT, environments.wasm);
  copyAssets(ROOT);
  await buildBundle(ROOT);
  await buildTypes(ROOT);
  await writeThirdParty(ROOT);
  linkPackage();
  await buildPage(ROOT);
}

// With it, `import "luminoracore"` means the built package in tests and in the page's type check.
function linkPackage() {
  const link = join(ROOT, "node_modules", "luminoracore");
  if (existsSync(join(link, "package.json"))) return;
  if (lstatSync(link, { throwIfNoEntry: false })) rmSync(link, { recursive: true });
  mkdirSync(join(ROOT, "node_modules"), { recursive: true });
  symlinkSync(process.platform === "win32" ? join(ROOT, "pkg") : "../pkg", link, "junction");
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  await main(async () => {
    await build(await setup());
    say(`pkg/ is built (${elapsed()})`);
  });
}
