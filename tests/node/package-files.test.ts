import { readdirSync } from "node:fs";
import { join } from "node:path";
import { transform } from "esbuild";
import { expect, it } from "vitest";
import { file, root } from "../shared/cases.ts";

const scripts = readdirSync(join(root, "pkg")).filter((name) => name.endsWith(".js"));

it("no published script awaits at its top level", async () => {
  expect(scripts).toContain("index.js");
  for (const name of scripts) {
    // This format has no place for it: the bundler refuses.
    await transform(file(`pkg/${name}`), { format: "iife", logLevel: "silent" });
  }
  await expect(transform("await 0", { format: "iife", logLevel: "silent" })).rejects.toThrow(
    "Top-level await",
  );
});
