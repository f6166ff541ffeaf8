// js/ -> pkg/types/: the declarations of the published package.

import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { quiet } from "../setup/command.mjs";
import { Failure } from "../setup/report.mjs";
import { presentEntries } from "./bundle.mjs";
import { filesBelow, incremental } from "./incremental.mjs";

// The address in `from "./a.ts"`, `import "./a.ts"` and `import("./a.ts")`.
const RELATIVE_IMPORT = /(\bfrom\s*|\bimport\s*\(?\s*)"(\.{1,2}\/[^"]+)"/g;

/** @param {string} root the repository */
export async function buildTypes(root) {
  const entries = presentEntries(root).map(({ source }) =>
    source.replace(/^js/, "pkg/types").replace(/\.ts$/, ".d.ts"),
  );
  if (entries.length === 0) return;
  await incremental({
    root,
    name: "type declarations",
    inputs: [
      "scripts/build/types.mjs",
      "scripts/build/entries.mjs",
      "js",
      "build/wasm/core.d.ts",
      "tsconfig.json",
      "tsconfig.types.json",
      "package-lock.json",
    ],
    outputs: entries,
    work: async (progress) => {
      const folder = join(root, "pkg", "types");
      rmSync(folder, { recursive: true, force: true });
      const tsc = join(root, "node_modules", "typescript", "bin", "tsc");
      await quiet(process.execPath, [tsc, "-p", "tsconfig.types.json"], { cwd: root, progress });
      publish(
        folder,
        entries.map((entry) => join(root, entry)),
      );
    },
  });
}

// The compiler declares every module and names them by their sources. A consumer resolves `./a.js` to `./a.d.ts`,
// and needs only what the entries lead to.
function publish(folder, entries) {
  const reached = new Set(entries);
  for (const file of reached) {
    const declarations = readFileSync(file, "utf8").replace(RELATIVE_IMPORT, (_, before, address) => {
      const module = address.replace(/\.[jt]s$/, "");
      const declared = join(dirname(file), `${module}.d.ts`);
      if (!existsSync(declared)) {
        throw new Failure(
          `the declarations of the package refer to ${address} in ${file}, which is not published`,
        );
      }
      reached.add(declared);
      return `${before}"${module}.js"`;
    });
    writeFileSync(file, declarations);
  }
  for (const file of filesBelow(folder)) {
    if (!reached.has(file)) rmSync(file);
  }
}
