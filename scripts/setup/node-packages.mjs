// The development packages of package-lock.json.

import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { quiet } from "./command.mjs";
import { step } from "./report.mjs";

/**
 * Installs `node_modules` when it is absent or belongs to another lock file.
 *
 * @param {string} root the repository
 */
export async function nodePackages(root) {
  const lock = readFileSync(join(root, "package-lock.json"));
  const wanted = createHash("sha256").update(lock).digest("hex");
  const stamp = join(root, "node_modules", ".luminoracore-lock");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return;
  // Not `npm ci`: it refuses a lock file without the packages for other systems, and a registry mirror that does
  // not carry them makes just that.
  await step("Node packages: npm install", (progress) =>
    quiet("npm", ["install", "--no-save", "--no-audit", "--no-fund"], { cwd: root, progress }),
  );
  writeFileSync(stamp, wanted);
}
