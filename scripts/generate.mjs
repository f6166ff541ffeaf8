// The TypeScript types that are generated from the Rust types: `npm run generate` writes js/generated/.

import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join, relative } from "node:path";
import { pathToFileURL } from "node:url";
import { filesBelow } from "./build/incremental.mjs";
import { quiet } from "./setup/command.mjs";
import { Failure, main, say, step } from "./setup/report.mjs";
import { ROOT } from "./setup.mjs";

const GENERATED = join(ROOT, "js", "generated");

/** Fails when js/generated/ is not what the Rust types say. */
export async function checkGenerated() {
  const fresh = join(ROOT, "build", "generated");
  await generate(fresh);
  const differing = [...new Set([...names(fresh), ...names(GENERATED)])].filter(
    (name) => read(join(fresh, name)) !== read(join(GENERATED, name)),
  );
  if (differing.length === 0) return;
  throw new Failure("js/generated/ does not match the Rust types", ["run: npm run generate", ...differing]);
}

// With the feature `typescript` the derived tests named `export_bindings_…` write one file for each type.
async function generate(folder) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const env = {
    ...process.env,
    TS_RS_EXPORT_DIR: folder,
    TS_RS_IMPORT_EXTENSION: "ts",
    // Every number that crosses the boundary is within the exact range of a double.
    TS_RS_LARGE_INT: "number",
  };
  await step("TypeScript types from Rust", (progress) =>
    quiet("cargo", ["test", "--lib", "--features", "typescript", "export_bindings"], {
      cwd: ROOT,
      env,
      progress,
    }),
  );
}

function names(folder) {
  return filesBelow(folder).map((file) => relative(folder, file));
}

function read(file) {
  return existsSync(file) ? readFileSync(file, "utf8").replaceAll("\r\n", "\n") : undefined;
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  await main(async () => {
    await generate(GENERATED);
    say(`${names(GENERATED).length} files in js/generated/`);
  });
}
