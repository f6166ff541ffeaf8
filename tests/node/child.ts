import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build, type Plugin } from "esbuild";
import { root } from "../shared/cases.ts";

/**
 * Bundles a script that stands beside the tests, so that Node can run it as a process of its own.
 *
 * @param name the script, without `.ts`
 * @param folder where the bundle is put
 * @returns its path
 */
export async function bundleScript(name: string, folder: string): Promise<string> {
  const outfile = join(folder, `${name}.mjs`);
  await build({
    entryPoints: [join(import.meta.dirname, `${name}.ts`)],
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    plugins: [builtPackage],
    // What pg may be given in the place of its own connection.
    external: ["pg-native"],
    // What is CommonJS asks for Node's own modules by it.
    banner: {
      js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);',
    },
  });
  return outfile;
}

/** The built package is loaded as it is. */
const builtPackage: Plugin = {
  name: "built package",
  setup({ onResolve }) {
    onResolve({ filter: /^luminoracore/ }, ({ path }) => ({
      path: pathToFileURL(join(root, "pkg", path.endsWith("/node") ? "node.js" : "index.node.js")).href,
      external: true,
    }));
  },
};

/** A process that says what it has done, until it is killed. */
export interface Child {
  /** Everything it has said. */
  said(): string;
  /** What it has acknowledged: the whole lines of what it has said. */
  acknowledged(): string[];
  /** Resolves once what it has said is enough; refused when it ends before. */
  until(isEnough: () => boolean): Promise<void>;
  /** Resolves when it has ended, with its exit code where nobody killed it. */
  readonly ended: Promise<number | null>;
  /** Kills it by SIGKILL, and resolves when it is gone; refused when it ended by itself. */
  kill(): Promise<void>;
}

/** Starts a bundled script. */
export function startChild(script: string, ...args: string[]): Child {
  const child = spawn(process.execPath, [script, ...args], { stdio: ["ignore", "pipe", "inherit"] });
  let text = "";
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    text += chunk;
  });
  const ended = once(child, "close").then(() => child.exitCode);
  return {
    said: () => text,
    acknowledged: () => text.split("\n").slice(0, -1),
    async until(isEnough) {
      const enough = new Promise<void>((resolve) => {
        const look = () => isEnough() && resolve();
        child.stdout.on("data", look);
        look();
      });
      const isOver = await Promise.race([enough, ended.then(() => !isEnough())]);
      if (isOver) throw new Error(`the process ended too early, with ${child.signalCode ?? child.exitCode}`);
    },
    ended,
    async kill() {
      child.kill("SIGKILL");
      await ended;
      if (child.signalCode !== "SIGKILL") throw new Error(`the process ended by itself: ${child.exitCode}`);
    },
  };
}
