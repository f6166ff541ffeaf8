// Build steps that are skipped while nothing they read has changed.

import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { say, step } from "../setup/report.mjs";

/**
 * Runs `work` unless it already ran with the same inputs and its outputs are still there.
 *
 * @param {object} part
 * @param {string} part.root the repository
 * @param {string} part.name
 * @param {string[]} part.inputs files and folders, the script of the step among them; absent ones count as empty
 * @param {string[]} [part.environment] what else the result depends on, such as compiler versions
 * @param {string[]} part.outputs files that must exist
 * @param {(progress: (text: string) => void, fingerprint: string) => Promise<void>} part.work gets the
 *   hash of all inputs in hexadecimal
 * @returns {Promise<boolean>} whether it ran
 */
export async function incremental({ root, name, inputs, environment = [], outputs, work }) {
  const stamp = join(root, "build", "stamps", name.replaceAll(/\W+/g, "-"));
  const wanted = fingerprint(root, inputs, environment);
  const present = outputs.every((path) => existsSync(join(root, path)));
  if (present && existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) {
    say(`• ${name}: unchanged`);
    return false;
  }
  await step(name, (progress) => work(progress, wanted));
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, wanted);
  return true;
}

/** Every file below `path` in a fixed order; `path` itself when it is a file, nothing when it is absent. */
export function filesBelow(path) {
  if (!existsSync(path)) return [];
  if (statSync(path).isFile()) return [path];
  return readdirSync(path, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) =>
      entry.isDirectory() ? filesBelow(join(path, entry.name)) : [join(path, entry.name)],
    );
}

function fingerprint(root, inputs, environment) {
  const hash = createHash("sha256");
  for (const value of environment) hash.update(`${value}\0`);
  for (const file of inputs.flatMap((path) => filesBelow(join(root, path)))) {
    const content = readFileSync(file);
    hash.update(`${relative(root, file).split(sep).join("/")}\0${content.length}\0`).update(content);
  }
  return hash.digest("hex");
}
