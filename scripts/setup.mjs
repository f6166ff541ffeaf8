// Sets up what the other commands need, each part only when it is missing: `node scripts/setup.mjs`.

import { dirname } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { withPath } from "./setup/command.mjs";
import { nodePackages } from "./setup/node-packages.mjs";
import { elapsed, Failure, main, say } from "./setup/report.mjs";
import { wasmTarget } from "./setup/wasm-target.mjs";
import { wasmTools } from "./setup/wasm-tools.mjs";

/** The repository. */
export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

const OLDEST_NODE = 20;

/**
 * Node packages, a compiler for wasm, wasm-pack and wasm-bindgen.
 *
 * @returns {Promise<{ wasm: NodeJS.ProcessEnv }>} the environment for wasm builds
 */
export async function setup() {
  if (Number.parseInt(process.versions.node, 10) < OLDEST_NODE) {
    throw new Failure(`Node ${process.versions.node} is too old: ${OLDEST_NODE} or later is needed`);
  }
  await nodePackages(ROOT);
  const folders = [...(await wasmTarget()), ...(await wasmTools(ROOT))];
  return { wasm: withPath(folders) };
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  await main(async () => {
    await setup();
    say(`everything is set up (${elapsed()})`);
  });
}
