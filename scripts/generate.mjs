// The files that are generated from Rust: `npm run generate` writes the TypeScript types, the index of the bundled
// personalities and the fold table anew. The same tests, without the variable, fail when one is out of date.

import { pathToFileURL } from "node:url";
import { show } from "./setup/command.mjs";
import { main, say } from "./setup/report.mjs";
import { ROOT } from "./setup.mjs";

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  await main(async () => {
    const env = { ...process.env, UPDATE_GENERATED: "1" };
    await show("cargo", ["test", "--quiet", "--features", "typescript", "generated"], { cwd: ROOT, env });
    say("src/text/fold.table and js/generated/ are up to date");
  });
}
