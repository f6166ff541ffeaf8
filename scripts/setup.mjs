// Sets up what the other commands need, each part only when it is missing: `node scripts/setup.mjs`.

import { dirname } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { nodePackages } from "./setup/node-packages.mjs";
import { elapsed, main, say } from "./setup/report.mjs";
import { wasmTarget } from "./setup/wasm-target.mjs";
import { wasmEnvironment, wasmTools } from "./setup/wasm-tools.mjs";

/** The repository. */
export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

/**
 * Node packages, a compiler for wasm, wasm-pack and wasm-bindgen.
 *
 * @returns {Promise<{ wasm: NodeJS.ProcessEnv }>} the environment for wasm builds
 */
export async function setup() {
  await nodePackages(ROOT);
  const compiler = await wasmTarget();
  const tools = await wasmTools(ROOT);
  return { wasm: wasmEnvironment(ROOT, compiler, tools) };
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  await main(async () => {
    await setup();
    say(`everything is set up (${elapsed()})`);
  });
}
