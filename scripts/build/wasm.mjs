// src/ -> build/wasm/: the binding crate, compiled and optimised by wasm-pack.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ask, quiet, withPath } from "../setup/command.mjs";
import { incremental } from "./incremental.mjs";

/** The optimised wasm file, relative to the repository. */
export const CORE_WASM = "build/wasm/core_bg.wasm";

/**
 * @param {string} root the repository
 * @param {NodeJS.ProcessEnv} environment from `setup`
 */
export async function buildWasm(root, environment) {
  // wasm-opt of the npm package binaryen.
  const env = withPath([join(root, "node_modules", ".bin")], environment);
  const binaryen = JSON.parse(readFileSync(join(root, "node_modules", "binaryen", "package.json"), "utf8"));
  await incremental({
    root,
    name: "wasm core",
    inputs: ["src", "Cargo.toml", "Cargo.lock"],
    versions: [ask("rustc", ["-vV"], { env }), ask("wasm-pack", ["--version"], { env }), binaryen.version],
    outputs: [CORE_WASM, "build/wasm/core.js", "build/wasm/core.d.ts"],
    work: (progress) =>
      quiet(
        "wasm-pack",
        [
          ...["build", join(root, "src", "wasm"), "--release", "--target", "web", "--mode", "no-install"],
          ...["--no-pack", "--out-dir", join(root, "build", "wasm"), "--out-name", "core"],
        ],
        { cwd: root, env, progress },
      ),
  });
}
