// Debian packages a Rust compiler and the source of std, but no std for wasm: it is built here, once.

import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { basename, join } from "node:path";
import { cached } from "./cache.mjs";
import { ask, quiet } from "./command.mjs";
import { step } from "./report.mjs";

/** What must be installed. Without `lld-22` the compiler's `rust-lld` is a dangling link. */
export const SYSROOT_PACKAGES = ["rustc-web", "cargo-web", "rust-web-src", "rust-web-llvm", "lld-22"];

const RUSTC = "/usr/bin/rustc";
const CARGO = "/usr/bin/cargo";
const RUSTLIB = "/usr/lib/rustlib";
// Raised when the recipe below changes, so that older sysroots are built anew.
const RECIPE = 1;

/**
 * A sysroot for Debian's compiler that has std for `target`, built when it is not in the cache. Its `bin/`
 * holds `rustc`, `rustdoc` and `cargo`: first on PATH, it serves any build without flags.
 *
 * @param {string} target
 * @returns {Promise<string>} the folder of the sysroot
 */
export async function debianSysroot(target) {
  const stamp = `${ask(RUSTC, ["-V"])}\nrecipe ${RECIPE}\n`;
  const isReady = (folder) => {
    const file = join(folder, "stamp");
    return existsSync(file) && readFileSync(file, "utf8") === stamp;
  };
  return cached(`sysroot-${target}`, isReady, (folder) =>
    step(`Rust std for ${target} from Debian's source (once, about 2 minutes)`, async (progress) => {
      const libraries = await buildStd(join(folder, "std"), target, progress);
      assemble(folder, target, libraries);
      rmSync(join(folder, "std"), { recursive: true });
      writeFileSync(join(folder, "stamp"), stamp);
    }),
  );
}

// Cargo builds std only as a dependency of some crate, so an empty one is made for it.
async function buildStd(crate, target, progress) {
  mkdirSync(join(crate, "src"), { recursive: true });
  writeFileSync(join(crate, "src", "lib.rs"), "#![no_std]\n");
  writeFileSync(
    join(crate, "Cargo.toml"),
    '[package]\nname = "dummy"\nversion = "0.0.0"\nedition = "2021"\n\n[workspace]\n',
  );
  const env = {
    ...process.env,
    // The feature is unstable, the compiler is not a nightly.
    RUSTC_BOOTSTRAP: "1",
    RUSTC,
    CARGO_TARGET_DIR: join(crate, "target"),
    // Link-time optimisation across std needs its bitcode.
    CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS: "-Cembed-bitcode=yes",
  };
  for (const name of ["RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS", "RUSTC_WRAPPER", "RUSTC_WORKSPACE_WRAPPER"]) {
    delete env[name];
  }
  const parts = "-Zbuild-std=std,panic_abort,panic_unwind,test,proc_macro";
  await quiet(CARGO, ["build", "--release", "--target", target, parts], { cwd: crate, env, progress });
  const built = join(crate, "target", target, "release", "deps");
  return readdirSync(built)
    .filter((name) => name.endsWith(".rlib") && !name.startsWith("libdummy-"))
    .map((name) => join(built, name));
}

function assemble(sysroot, target, libraries) {
  const host = ask(RUSTC, ["--print", "host-tuple"]) ?? "";
  const rustlib = join(sysroot, "lib", "rustlib");
  const lib = join(rustlib, target, "lib");
  mkdirSync(lib, { recursive: true });
  symlinkSync(join(RUSTLIB, host), join(rustlib, host));
  symlinkSync(join(RUSTLIB, "src"), join(rustlib, "src"));
  for (const library of libraries) renameSync(library, join(lib, basename(library)));

  const bin = join(sysroot, "bin");
  mkdirSync(bin);
  for (const program of ["rustc", "rustdoc"]) {
    const wrapper = join(bin, program);
    // The sysroot is renamed when it is complete, so the wrapper finds it from its own place.
    writeFileSync(
      wrapper,
      `#!/bin/sh\nexec /usr/bin/${program} --sysroot "$(dirname "$(dirname "$0")")" "$@"\n`,
    );
    chmodSync(wrapper, 0o755);
  }
  symlinkSync(CARGO, join(bin, "cargo"));
}
