import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type BrowserContext, chromium } from "playwright-core";
import { browser as findBrowser } from "../../scripts/setup/browser.mjs";

/** What Chromium needs to run without a screen and to make no call of its own. */
const flags = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--remote-debugging-port=0",
];

const startTimeout = 30_000;

/** A Chromium that the test started itself, so that it can also kill it. */
export interface Chromium {
  readonly context: BrowserContext;
  /** Ends every process of the browser with SIGKILL. */
  kill(): Promise<void>;
  /** Lets the browser end by itself. */
  close(): Promise<void>;
}

/** Starts a Chromium whose data is in the folder `profile`. */
export async function startChromium(root: string, profile: string): Promise<Chromium> {
  const portFile = join(profile, "DevToolsActivePort");
  // After a kill, the file of the dead browser is still there.
  await rm(portFile, { force: true });
  const program = await findBrowser(root);
  // A process group of its own: a kill reaches the helpers as well.
  const child = spawn(program, [...flags, `--user-data-dir=${profile}`, "about:blank"], {
    stdio: "ignore",
    detached: process.platform !== "win32",
  });
  const exited = once(child, "exit");
  const kill = async () => {
    signalGroup(child);
    await exited;
  };
  try {
    const port = await debuggingPort(portFile, child);
    const browser = await chromium.connectOverCDP(`http://127.0.0.1:${port}`);
    const context = browser.contexts()[0];
    if (!context) throw new Error("Chromium has no default context");
    return {
      context,
      kill,
      async close() {
        const session = await browser.newBrowserCDPSession();
        // The answer may not come any more.
        await session.send("Browser.close").catch(() => undefined);
        await Promise.race([exited, sleep(5_000)]);
        await kill();
      },
    };
  } catch (error) {
    await kill();
    throw error;
  }
}

async function debuggingPort(file: string, child: ChildProcess): Promise<string> {
  for (const begun = Date.now(); Date.now() - begun < startTimeout; await sleep(30)) {
    if (child.exitCode !== null) throw new Error(`Chromium ended with exit code ${child.exitCode}`);
    const [port, path] = (await readFile(file, "utf8").catch(() => "")).split("\n");
    if (port && path) return port;
  }
  throw new Error("Chromium did not start in time");
}

function signalGroup(child: ChildProcess): void {
  try {
    if (child.pid === undefined || process.platform === "win32") child.kill("SIGKILL");
    else process.kill(-child.pid, "SIGKILL");
  } catch {
    // The last process of the group has ended already.
  }
}
