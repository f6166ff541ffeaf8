// src/ -> build/wasm/: the binding crate, compiled and optimised by wasm-pack; -> build/wasm-measure/ with what only
// benchmarks ask for.

import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { cached, cacheFolder, locked } from "../setup/cache.mjs";
import { ask, quiet, withPath } from "../setup/command.mjs";
import { incremental } from "./incremental.mjs";

/** The optimised wasm file, relative to the repository. */
export const CORE_WASM = "build/wasm/core.wasm";

// The wasm, what the bundler makes of an import of it, and the glue that the facade imports.
const FILES = ["core.wasm", "core.wasm.d.ts", "core.js", "core.d.ts"];
const WASM_DECLARATION = `/** The bytes of the core. */
declare const bytes: Uint8Array<ArrayBuffer>;
export default bytes;
`;
const BUILDS_KEPT = 12;

/**
 * A build is also kept in the cache folder, under the hash of all that went into it: a fresh clone of known
 * sources, or a switch back to a branch, need not compile.
 *
 * @param {string} root the repository
 * @param {NodeJS.ProcessEnv} environment from `setup`
 * @param {string} [feature] of the crate, for a build of its own
 */
export async function buildWasm(root, environment, feature) {
  // wasm-opt of the npm package binaryen.
  const env = withPath([join(root, "node_modules", ".bin")], environment);
  const binaryen = JSON.parse(readFileSync(join(root, "node_modules", "binaryen", "package.json"), "utf8"));
  const target = `build/${feature === undefined ? "wasm" : `wasm-${feature}`}`;
  await incremental({
    root,
    name: feature === undefined ? "wasm core" : `wasm core to ${feature}`,
    inputs: ["src", "Cargo.toml", "Cargo.lock", "scripts/build/wasm.mjs"],
    environment: [
      ask("rustc", ["-vV"], { env }) ?? "",
      ask("wasm-pack", ["--version"], { env }) ?? "",
      ask("wasm-bindgen", ["--version"], { env }) ?? "",
      binaryen.version,
      feature ?? "",
      ...Object.entries(env).flatMap(([name, value]) => (affectsCargo(name) ? [`${name}=${value}`] : [])),
    ],
    outputs: FILES.map((name) => `${target}/${name}`),
    work: async (progress, fingerprint) => {
      const isReady = (folder) => FILES.every((name) => existsSync(join(folder, name)));
      const built = await cached(join("builds", fingerprint.slice(0, 24)), isReady, async (folder) => {
        await locked("target", () => compile(root, folder, feature, env, progress));
      });
      rmSync(join(root, target), { recursive: true, force: true });
      mkdirSync(join(root, target), { recursive: true });
      for (const name of FILES) cpSync(join(built, name), join(root, target, name));
      forgetOldBuilds(built);
    },
  });
}

const TARGET = "wasm32-unknown-unknown";

async function compile(root, folder, feature, env, progress) {
  const out = join(folder, "wasm-pack");
  const args = ["build", join(root, "src", "wasm"), "--release", "--target", "web", "--mode", "no-install"];
  args.push("--no-pack", "--out-dir", out, "--out-name", "core");
  // Messages of panics name source files; where the dependencies lie on this machine is nobody's business.
  const cargoHome = env.CARGO_HOME ?? join(homedir(), ".cargo");
  const remap = JSON.stringify(`--remap-path-prefix=${cargoHome}=cargo`);
  // The kernels of the vector index; every browser since 2023 has these instructions.
  const vectors = JSON.stringify("-Ctarget-feature=+simd128");
  // What the compiler rewrites in loops and computes before branches, so that less is computed twice, is larger; and
  // engines do the same with what they find.
  const plainly = JSON.stringify("-Cllvm-args=-disable-lsr -enable-pre=false -enable-load-pre=false");
  args.push("--", "--config", `target.${TARGET}.rustflags=[${remap},${vectors},${plainly}]`);
  if (feature) args.push("--features", feature);
  // In the cache folder as well: a clone then compiles the project and not its dependencies. Apart from native
  // builds: with two compilers in one folder, each build would undo the other's.
  const CARGO_TARGET_DIR = join(cacheFolder(), "target");
  const cargo = { cwd: root, env: { ...env, CARGO_TARGET_DIR }, progress };
  // Another clone may have left the project's own crates there, and cargo tells clones apart by time alone.
  await quiet(
    "cargo",
    [
      "clean",
      "--release",
      "--target",
      TARGET,
      "-p",
      "luminoracore",
      "-p",
      "luminoracore-base",
      "-p",
      "luminoracore-json",
      "-p",
      "luminoracore-wasm",
    ],
    cargo,
  );
  await quiet("wasm-pack", args, cargo);
  renameSync(join(out, "core_bg.wasm"), join(folder, "core.wasm"));
  renameSync(join(out, "core.js"), join(folder, "core.js"));
  renameSync(join(out, "core.d.ts"), join(folder, "core.d.ts"));
  writeFileSync(join(folder, "core.wasm.d.ts"), WASM_DECLARATION);
  rmSync(out, { recursive: true });
}

function affectsCargo(name) {
  return /^(CARGO_PROFILE_|CARGO_BUILD_RUSTFLAGS$|CARGO_ENCODED_RUSTFLAGS$|RUSTFLAGS$|CARGO_TARGET_WASM32_)/.test(
    name,
  );
}

function forgetOldBuilds(current) {
  const now = new Date();
  utimesSync(current, now, now);
  const builds = join(cacheFolder(), "builds");
  const byAge = readdirSync(builds)
    .filter((name) => /^[0-9a-f]{24}$/.test(name))
    .map((name) => ({ path: join(builds, name), used: statSync(join(builds, name)).mtimeMs }))
    .sort((a, b) => b.used - a.used);
  for (const { path } of byAge.slice(BUILDS_KEPT)) rmSync(path, { recursive: true, force: true });
}
