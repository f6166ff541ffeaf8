import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
// A batch file on Windows, which only a shell starts.
const shell = process.platform === "win32";

/** The repository. */
export const root = join(import.meta.dirname, "..", "..");

/** A project of somebody else that has installed the packed tarball, and nothing but it. */
export interface Consumer {
  readonly folder: string;
  /** Writes a file of the project. */
  write(name: string, content: string): Promise<void>;
  /** Runs Node in the project and resolves to its standard output; a failure carries its standard error. */
  node(...args: string[]): Promise<string>;
  remove(): Promise<void>;
}

/** Packs `pkg/` as for publishing and installs the tarball into an empty folder. */
export async function installTarball(): Promise<Consumer> {
  const folder = await mkdtemp(join(tmpdir(), "luminora-consumer-"));
  const write = (name: string, content: string) => writeFile(join(folder, name), content);
  const { stdout } = await run("npm", ["pack", "--json", "--pack-destination", folder], {
    cwd: join(root, "pkg"),
    shell,
  });
  const [{ filename }] = JSON.parse(stdout) as [{ filename: string }];
  await write("package.json", JSON.stringify({ name: "consumer", private: true, type: "module" }));
  // Offline: the package must not need a second one.
  await run("npm", ["install", "--offline", "--no-audit", "--no-fund", `./${filename}`], {
    cwd: folder,
    shell,
  });
  return {
    folder,
    write,
    async node(...args) {
      return (await run(process.execPath, args, { cwd: folder })).stdout;
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
