// The folder that keeps built tools between clones, and the lock that lets two commands share it.

import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Failure, say } from "./report.mjs";

/** The cache folder: `$LUMINORACORE_CACHE`, else `luminoracore/` in the user's cache folder. */
export function cacheFolder() {
  const folder = resolve(
    process.env.LUMINORACORE_CACHE ||
      join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "luminoracore"),
  );
  // wasm-pack takes a sysroot whose path has this word for rustup's own, and asks rustup about it.
  if (folder.includes("rustup")) {
    throw new Failure(`the cache folder ${folder} must not have "rustup" in its path`, [
      "set LUMINORACORE_CACHE to another folder",
    ]);
  }
  mkdirSync(folder, { recursive: true });
  return folder;
}

/**
 * Makes the cache entry `name` unless `isReady(folder)`, and returns its folder. `fill(folder)` works in a
 * folder beside it that is renamed when it is complete, so that a killed run leaves nothing half done.
 */
export async function cached(name, isReady, fill) {
  const folder = join(cacheFolder(), name);
  if (isReady(folder)) return folder;
  return locked(name, async () => {
    if (isReady(folder)) return folder;
    const staging = `${folder}.partial`;
    rmSync(staging, { recursive: true, force: true });
    mkdirSync(staging, { recursive: true });
    await fill(staging);
    rmSync(folder, { recursive: true, force: true });
    renameSync(staging, folder);
    return folder;
  });
}

/** Does `work` while no other command does any under the same name, whatever clone it belongs to. */
export async function locked(name, work) {
  const lock = join(cacheFolder(), `${name}.lock`);
  mkdirSync(dirname(lock), { recursive: true });
  let announced = false;
  while (!acquire(lock)) {
    if (!announced) say(`  waiting for another command, which holds ${lock}`);
    announced = true;
    await sleep(500);
  }
  try {
    return await work();
  } finally {
    rmSync(lock, { force: true });
  }
}

function acquire(lock) {
  try {
    writeFileSync(lock, String(process.pid), { flag: "wx" });
    return true;
  } catch (error) {
    if (error.code !== "EEXIST") throw error;
  }
  if (ownerIsAlive(lock)) return false;
  rmSync(lock, { force: true });
  return acquire(lock);
}

function ownerIsAlive(lock) {
  try {
    const owner = Number(readFileSync(lock, "utf8"));
    // Without a number it is between its creation and its first byte, or its owner died there.
    if (!owner) return Date.now() - statSync(lock).mtimeMs < 5_000;
    process.kill(owner, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}
