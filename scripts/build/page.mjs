// www/app.ts -> build/www/app.js: the script of the web page.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { incremental } from "./incremental.mjs";

const SOURCE = "www/app.ts";

/**
 * The package stays an import of its own, which the page's import map resolves: the page runs what is published.
 *
 * @param {string} root the repository
 */
export async function buildPage(root) {
  if (!existsSync(join(root, SOURCE))) return;
  await incremental({
    root,
    name: "web page",
    inputs: ["scripts/build/page.mjs", "www", "tsconfig.json", "package-lock.json"],
    outputs: ["build/www/app.js"],
    work: async () => {
      const { build } = await import("esbuild");
      await build({
        absWorkingDir: root,
        entryPoints: [SOURCE],
        outdir: "build/www",
        bundle: true,
        format: "esm",
        target: "es2022",
        external: ["luminoracore", "luminoracore/*"],
        sourcemap: true,
        logLevel: "warning",
      });
    },
  });
}
