// js/ -> pkg/*.js: the facade as ES modules that share their common parts.

import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Failure } from "../setup/report.mjs";
import { ENTRIES } from "./entries.mjs";
import { incremental } from "./incremental.mjs";

/** Where the bundler's account of what went into which file is kept, relative to the repository. */
export const METAFILE = "build/bundle.json";

/** The entries whose source exists. */
export function presentEntries(root) {
  return ENTRIES.filter((entry) => existsSync(join(root, entry.source)));
}

/** @param {string} root the repository */
export async function buildBundle(root) {
  const entries = presentEntries(root);
  if (entries.length === 0) return;
  await incremental({
    root,
    name: "JavaScript",
    inputs: [
      "scripts/build/bundle.mjs",
      "scripts/build/entries.mjs",
      "js",
      "build/wasm",
      "tsconfig.json",
      "package-lock.json",
    ],
    outputs: [...entries.map((entry) => `pkg/${entry.file}`), METAFILE],
    work: () => bundle(root, entries),
  });
}

async function bundle(root, entries) {
  const { build } = await import("esbuild");
  const outdir = join(root, "pkg");
  mkdirSync(outdir, { recursive: true });
  const { metafile, outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: entries.map((entry) => ({ in: entry.source, out: entry.file.replace(/\.js$/, "") })),
    outdir,
    // Beside the entries: `new URL("./core.wasm", import.meta.url)` must mean the same in every file.
    chunkNames: "[name]-[hash]",
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "neutral",
    mainFields: ["module", "main"],
    conditions: ["import"],
    external: ["node:*"],
    target: "es2022",
    minify: true,
    // Maps without a link: they explain a stack trace from a report, and are not published.
    sourcemap: "external",
    // What the entry `./inline` embeds.
    loader: { ".wasm": "binary" },
    legalComments: "none",
    metafile: true,
    write: false,
    logLevel: "silent",
  }).catch((error) => {
    throw new Failure(explain(error));
  });
  refuseNodeImports(entries, metafile);

  const current = new Set(outputFiles.map((file) => file.path));
  for (const name of readdirSync(outdir)) {
    if (/\.js(\.map)?$/.test(name) && !current.has(join(outdir, name))) rmSync(join(outdir, name));
  }
  for (const file of outputFiles) writeFileSync(file.path, file.contents);
  writeFileSync(join(root, METAFILE), JSON.stringify(metafile));
}

// A browser has no such modules, and some bundlers fail on the mere mention of one.
function refuseNodeImports(entries, metafile) {
  for (const entry of entries.filter(({ environment }) => environment === "browser")) {
    for (const file of loadedBy(metafile, `pkg/${entry.file}`, { lazily: true })) {
      const found = metafile.outputs[file].imports.find(({ path }) => path.startsWith("node:"));
      if (found) throw new Failure(`${entry.source} is for browsers, but its bundle imports ${found.path}`);
    }
  }
}

/**
 * The output files that an output file loads, with itself: at once, or also those it would import later.
 *
 * @param {import("esbuild").Metafile} metafile
 * @param {string} file
 * @param {{ lazily?: boolean }} [options]
 * @returns {string[]}
 */
export function loadedBy(metafile, file, { lazily = false } = {}) {
  const found = new Set([file]);
  for (const path of found) {
    for (const { path: imported, kind, external } of metafile.outputs[path]?.imports ?? []) {
      if (!external && (lazily || kind === "import-statement")) found.add(imported);
    }
  }
  return [...found];
}

function explain(error) {
  const lines = (error.errors ?? []).map(({ text, location }) =>
    location ? `${location.file}:${location.line}:${location.column + 1}: ${text}` : text,
  );
  return lines.length > 0 ? `the bundle could not be built\n${lines.join("\n")}` : error.message;
}
