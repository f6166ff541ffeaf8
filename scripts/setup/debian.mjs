// Packages of Debian. Its derivatives have other ones under the same names, so they do not count.

import { existsSync, readFileSync } from "node:fs";
import { ask, quiet, which } from "./command.mjs";

/** Whether this is a Debian system. */
export function isDebian() {
  const release = "/etc/os-release";
  return (
    existsSync(release) && /^ID="?debian"?$/m.test(readFileSync(release, "utf8")) && Boolean(which("apt-get"))
  );
}

/** Whether this process may install packages. */
export function mayInstall() {
  return process.getuid?.() === 0;
}

/** Those of `packages` that are not installed. */
export function missingPackages(packages) {
  return packages.filter(
    (name) => !ask("dpkg", ["--status", name])?.includes("Status: install ok installed"),
  );
}

/** The command with which a person installs `packages`. */
export function installCommand(packages) {
  return `apt-get install --no-install-recommends ${packages.join(" ")}`;
}

/** Installs `packages`; only root may. */
export async function installPackages(packages, progress) {
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  await quiet("apt-get", ["update"], { env, progress });
  await quiet("apt-get", ["install", "-y", "--no-install-recommends", ...packages], { env, progress });
}
