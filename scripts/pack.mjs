// Checks what would be published, and packs it: `npm run pack` leaves a tarball in build/.

import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { ENTRIES } from "./build/entries.mjs";
import { build } from "./build.mjs";
import { quiet } from "./setup/command.mjs";
import { Failure, main, say } from "./setup/report.mjs";
import { ROOT, setup } from "./setup.mjs";

const PKG = join(ROOT, "pkg");

/** Fails when the exports map leads nowhere, or the tarball lacks a file or has one too many. */
export async function checkPackage() {
  const { exports } = JSON.parse(readFileSync(join(PKG, "package.json"), "utf8"));
  const published = await publishedFiles();
  const problems = [];
  for (const [name, target] of Object.entries(exports)) {
    for (const file of targets(target)) {
      if (!matches(published, file))
        problems.push(`exports["${name}"] leads to ${file}, which is not published`);
    }
    if (typeof target === "object" && Object.keys(target)[0] !== "types") {
      problems.push(`exports["${name}"] must name its types first`);
    }
  }
  for (const entry of ENTRIES) {
    if (!targets(exports[entry.export]).includes(`./${entry.file}`)) {
      problems.push(`exports["${entry.export}"] does not lead to ${entry.file}`);
    }
  }
  for (const name of ["README.md", "LICENSE", "THIRD_PARTY.md", "package.json"]) {
    if (!published.includes(name)) problems.push(`${name} is not published`);
  }
  problems.push(
    ...published.filter((name) => !mayBePublished(name)).map((name) => `${name} must not be published`),
  );
  if (problems.length > 0) throw new Failure("the package is not fit to publish", problems);
  say(`the exports map leads to published files; ${published.length} files in the tarball`);
}

async function publishedFiles() {
  const [{ files }] = JSON.parse(await quiet("npm", ["pack", "--dry-run", "--json"], { cwd: PKG }));
  return files.map(({ path }) => path.replaceAll("\\", "/"));
}

function targets(target) {
  if (target === undefined) return [];
  return typeof target === "string" ? [target] : Object.values(target).flatMap(targets);
}

function matches(published, target) {
  const [before, after] = target.replace("./", "").split("*");
  if (after === undefined) return published.includes(before);
  return published.some((name) => name.startsWith(before) && name.endsWith(after));
}

function mayBePublished(name) {
  return (
    /^[\w.-]+\.js$/.test(name) ||
    /^types\/.+\.d\.ts$/.test(name) ||
    /^(personalities|packs|schemas)\/[\w.-]+\.json$/.test(name) ||
    ["package.json", "README.md", "LICENSE", "THIRD_PARTY.md", "core.wasm", "personalities.json"].includes(
      name,
    )
  );
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  await main(async () => {
    await build(await setup());
    await checkPackage();
    const target = join(ROOT, "build");
    if (!existsSync(target)) mkdirSync(target);
    const name = await quiet("npm", ["pack", "--pack-destination", target], { cwd: PKG });
    say(`packed into build/${name.trim()}`);
  });
}
