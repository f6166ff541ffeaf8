// The size of what is published, against its budget: `npm run size`.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { loadedBy, METAFILE, presentEntries } from "./build/bundle.mjs";
import { build } from "./build.mjs";
import { Failure, main, say } from "./setup/report.mjs";
import { ROOT, setup } from "./setup.mjs";

// The most that a file may have, in KB (1000 bytes) after brotli. For a script: with all that it loads at once.
const BUDGETS_KB = {
  "core.wasm": 343,
  "index.js": 25.6,
  "ai-sdk.js": 14,
  "embedders.js": 8,
  "postgres.js": 6,
};

/** Prints the table; fails when something is above its budget. */
export function checkSize() {
  const rows = measured();
  const cells = rows.map(({ name, raw, gzip, brotli }) => [
    name,
    kb(raw),
    kb(gzip),
    kb(brotli),
    BUDGETS_KB[name] ? kb(BUDGETS_KB[name] * 1000) : "",
  ]);
  printTable([["KB", "raw", "gzip", "brotli", "budget"], ...cells]);
  const above = rows.filter(({ name, brotli }) => brotli > (BUDGETS_KB[name] ?? Infinity) * 1000);
  if (above.length === 0) return;
  throw new Failure(`above the size budget: ${above.map(({ name }) => name).join(", ")}`, [
    "make it smaller, or raise the budget in scripts/size.mjs in a commit that says why",
  ]);
}

function measured() {
  const rows = [{ name: "core.wasm", ...sizes([join(ROOT, "pkg", "core.wasm")]) }];
  if (!existsSync(join(ROOT, METAFILE))) return rows;
  const metafile = JSON.parse(readFileSync(join(ROOT, METAFILE), "utf8"));
  for (const { file } of presentEntries(ROOT)) {
    const files = loadedBy(metafile, `pkg/${file}`).map((path) => join(ROOT, path));
    rows.push({ name: file, ...sizes(files) });
  }
  return rows;
}

// Each file is compressed by itself, as a server sends it.
function sizes(files) {
  const total = { raw: 0, gzip: 0, brotli: 0 };
  for (const file of files) {
    const bytes = readFileSync(file);
    total.raw += bytes.length;
    total.gzip += gzipSync(bytes, { level: 9 }).length;
    const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
    total.brotli += brotliCompressSync(bytes, { params }).length;
  }
  return total;
}

function kb(bytes) {
  return (bytes / 1000).toFixed(1);
}

function printTable(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  for (const row of rows) {
    say(
      row
        .map((cell, column) => (column === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[column])))
        .join("  "),
    );
  }
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  await main(async () => {
    await build(await setup());
    checkSize();
  });
}
