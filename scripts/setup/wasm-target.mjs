// A Rust compiler for wasm32-unknown-unknown: the one that is there, rustup's target, or Debian's packages.

import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { ask, quiet, which } from "./command.mjs";
import { installCommand, installPackages, isDebian, mayInstall, missingPackages } from "./debian.mjs";
import { debianSysroot, SYSROOT_PACKAGES } from "./debian-sysroot.mjs";
import { Failure, step } from "./report.mjs";

const TARGET = "wasm32-unknown-unknown";

/**
 * Makes sure that something can compile for wasm, and returns the folders that must come first on PATH for it.
 * Native builds keep the ordinary PATH: the two can be different compilers.
 *
 * @returns {Promise<string[]>}
 */
export async function wasmTarget() {
  requireCargo();
  if (hasTarget()) return [];

  const obstacles = [];
  if (!which("rustup")) {
    obstacles.push(`rustup is not installed; with it: rustup target add ${TARGET}`);
  } else if (process.env.RUSTUP_AUTO_INSTALL === "0") {
    obstacles.push(
      `rustup may not install anything here (RUSTUP_AUTO_INSTALL=0); else: rustup target add ${TARGET}`,
    );
  } else {
    try {
      await step(`Rust target ${TARGET}: rustup target add`, (progress) =>
        quiet("rustup", ["target", "add", TARGET], { progress }),
      );
      if (hasTarget()) return [];
      obstacles.push(`rustup added ${TARGET}, but the rustc on PATH is another one`);
    } catch (error) {
      obstacles.push(error.message);
    }
  }

  const debian = await debianToolchain(obstacles);
  if (debian) return debian;
  throw new Failure(`no Rust compiler here can build for ${TARGET}`, obstacles);
}

function requireCargo() {
  if (which("cargo") && which("rustc")) return;
  throw new Failure("Rust is missing: cargo and rustc must be on PATH", [
    "install rustup as its site says, or your system's packages of Rust 1.85 or later",
  ]);
}

function hasTarget() {
  const folder = ask("rustc", ["--print", "target-libdir", "--target", TARGET]);
  return (
    folder !== undefined &&
    existsSync(folder) &&
    readdirSync(folder).some((name) => /^libcore-.*\.rlib$/.test(name))
  );
}

async function debianToolchain(obstacles) {
  if (!isDebian()) return undefined;
  const missing = missingPackages(SYSROOT_PACKAGES);
  if (missing.length > 0 && !mayInstall()) {
    obstacles.push(`Debian's packages would do; as root: ${installCommand(missing)}`);
    return undefined;
  }
  if (missing.length > 0) {
    try {
      await step(`Debian packages for ${TARGET}: ${missing.join(" ")}`, (progress) =>
        installPackages(missing, progress),
      );
    } catch (error) {
      obstacles.push(error.message);
      return undefined;
    }
  }
  return [join(await debianSysroot(TARGET), "bin")];
}
