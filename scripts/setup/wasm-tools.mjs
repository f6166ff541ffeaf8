// wasm-pack and wasm-bindgen, from PATH, the cache, the projects' releases, or their sources.

import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { cached } from "./cache.mjs";
import { ask, quiet } from "./command.mjs";
import { downloadRelease } from "./prebuilt.mjs";
import { Failure, say, step } from "./report.mjs";

const EXECUTABLE = process.platform === "win32" ? ".exe" : "";

/**
 * Makes sure that both tools are there in the wanted versions, and returns the folders that must come before
 * others on PATH: none for a tool that PATH finds already.
 *
 * @param {string} root the repository
 * @returns {Promise<string[]>}
 */
export async function wasmTools(root) {
  const folders = [];
  for (const tool of wantedTools(root)) {
    if (ask(tool.program, ["--version"]) !== `${tool.program} ${tool.version}`) {
      folders.push(await obtain(tool));
    }
  }
  return folders;
}

function wantedTools(root) {
  const wasmBindgen = lockedVersion(root, "wasm-bindgen");
  return [
    {
      crate: "wasm-bindgen-cli",
      program: "wasm-bindgen",
      version: wasmBindgen,
      // Without --locked: its lock file names a version that has been withdrawn.
      install: ["--no-default-features"],
      releases: `https://github.com/wasm-bindgen/wasm-bindgen/releases/download/${wasmBindgen}`,
      archive: (platform) => `wasm-bindgen-${wasmBindgen}-${platform}`,
    },
    {
      crate: "wasm-pack",
      program: "wasm-pack",
      version: "0.15.1",
      install: ["--locked"],
      releases: "https://github.com/wasm-bindgen/wasm-pack/releases/download/v0.15.1",
      archive: (platform) => `wasm-pack-v0.15.1-${platform}`,
    },
  ];
}

// The command-line tool and the library speak a private protocol: their versions must be equal.
function lockedVersion(root, name) {
  const lock = readFileSync(join(root, "Cargo.lock"), "utf8");
  const version = new RegExp(`name = "${name}"\\r?\\nversion = "([^"]+)"`).exec(lock)?.[1];
  if (!version) throw new Failure(`Cargo.lock names no ${name}`);
  return version;
}

async function obtain(tool) {
  const program = tool.program + EXECUTABLE;
  return cached(
    `${tool.crate}-${tool.version}`,
    (folder) => existsSync(join(folder, program)),
    async (folder) => {
      const obstacle = await download(tool, folder, program);
      if (!obstacle) return;
      say(`  no prebuilt ${tool.crate} (${obstacle}); building it from source`);
      await compile(tool, folder, program);
    },
  );
}

// Returns why there is no prebuilt program, and nothing when there is one.
async function download(tool, folder, program) {
  try {
    await step(`${tool.crate} ${tool.version}: prebuilt release`, async () => {
      await downloadRelease(tool, folder, program);
      runs(join(folder, program), tool);
    });
    return undefined;
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    return error.message;
  }
}

async function compile(tool, folder, program) {
  const env = {
    ...process.env,
    // The tools run for seconds and compile for minutes: half the optimisation is the better bargain.
    CARGO_PROFILE_RELEASE_OPT_LEVEL: "1",
    CARGO_PROFILE_RELEASE_DEBUG: "0",
    CARGO_TARGET_DIR: join(folder, "target"),
  };
  // Meant for the project's own code, these could break the build of a tool.
  for (const name of ["RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS", "CARGO_BUILD_TARGET"]) delete env[name];
  const args = [
    "install",
    tool.crate,
    "--version",
    tool.version,
    ...tool.install,
    "--root",
    join(folder, "root"),
  ];
  await step(`${tool.crate} ${tool.version}: cargo install (once, 2 to 4 minutes)`, (progress) =>
    quiet("cargo", args, { env, progress }),
  );
  renameSync(join(folder, "root", "bin", program), join(folder, program));
  rmSync(join(folder, "root"), { recursive: true, force: true });
  rmSync(join(folder, "target"), { recursive: true, force: true });
  runs(join(folder, program), tool);
}

function runs(path, tool) {
  const answer = ask(path, ["--version"]);
  if (answer !== `${tool.program} ${tool.version}`) {
    throw new Failure(`${path} is not ${tool.crate} ${tool.version}: it answers ${answer ?? "nothing"}`);
  }
}
