// js/ -> pkg/types/: the declarations of the published package.

import { rmSync } from "node:fs";
import { join } from "node:path";
import { quiet } from "../setup/command.mjs";
import { presentEntries } from "./bundle.mjs";
import { incremental } from "./incremental.mjs";

/** @param {string} root the repository */
export async function buildTypes(root) {
  const entries = presentEntries(root);
  if (entries.length === 0) return;
  await incremental({
    root,
    name: "type declarations",
    inputs: ["js", "build/wasm/core.d.ts", "tsconfig.json", "tsconfig.types.json", "package-lock.json"],
    outputs: entries.map((entry) => entry.source.replace(/^js/, "pkg/types").replace(/\.ts$/, ".d.ts")),
    work: async (progress) => {
      rmSync(join(root, "pkg", "types"), { recursive: true, force: true });
      const tsc = join(root, "node_modules", "typescript", "bin", "tsc");
      await quiet(process.execPath, [tsc, "-p", "tsconfig.types.json"], { cwd: root, progress });
    },
  });
}
