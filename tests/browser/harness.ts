import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BrowserContext, Page } from "playwright-core";
import { serve } from "../../scripts/serve.mjs";
import { type Chromium, startChromium } from "./chromium.ts";

const root = join(import.meta.dirname, "..", "..");

/** What `openHarness` may be told. */
export interface HarnessOptions {
  /** Folders to serve besides the usual ones, by prefix; they win over those. */
  readonly mounts?: [prefix: string, folder: string][];
}

/** A server of the built package and the test pages, and a Chromium with a profile of its own. */
export interface Harness {
  /** Origin of the server, without a slash at the end. */
  readonly url: string;
  /** The browser's context: its tabs share their databases, as those of one person do. A new one after `restart`. */
  readonly context: BrowserContext;
  /** Opens `path` in a new tab. What goes wrong in it fails `close`, unless `expectErrors`. */
  open(path: string, options?: { expectErrors?: boolean }): Promise<Page>;
  /** Kills the browser with SIGKILL, as a crash does. `restart` brings it back. */
  kill(): Promise<void>;
  /** Starts the browser again on the same profile and origin, after a `kill` or instead of one. */
  restart(): Promise<void>;
  /**
   * Ends browser and server and removes the profile; a second call does nothing.
   *
   * @throws Error when a tab logged an error or left one uncaught
   */
  close(): Promise<void>;
}

/**
 * Starts Chromium and a server on a free port: `pkg/` under `/luminoracore/`, this folder under `/tests/`, the web
 * page under `/`.
 */
export async function openHarness(options: HarnessOptions = {}): Promise<Harness> {
  const server = await serve([
    ...(options.mounts ?? []),
    ["/luminoracore/", join(root, "pkg")],
    ["/tests/", import.meta.dirname],
    ["/", join(root, "build", "www")],
    ["/", join(root, "www")],
  ]);
  const profile = await mkdtemp(join(tmpdir(), "luminora-profile-"));
  const problems: string[] = [];
  let closed = false;
  let chromium: Chromium | undefined = await startChromium(root, profile);
  const running = () => {
    if (!chromium) throw new Error("the browser was killed: call restart first");
    return chromium;
  };

  return {
    url: server.url,
    get context() {
      return running().context;
    },
    async open(path, { expectErrors = false } = {}) {
      const page = await running().context.newPage();
      if (!expectErrors) watch(page, problems);
      await page.goto(new URL(path, server.url).href);
      return page;
    },
    async kill() {
      await running().kill();
      chromium = undefined;
    },
    async restart() {
      await chromium?.close();
      chromium = await startChromium(root, profile);
    },
    async close() {
      if (closed) return;
      closed = true;
      await chromium?.close();
      await server.close();
      // Chromium's last helpers may still be writing.
      await rm(profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
      if (problems.length > 0) throw new Error(`errors in the browser:\n${problems.join("\n")}`);
    },
  };
}

function watch(page: Page, problems: string[]): void {
  page.on("pageerror", (error) => problems.push(`${page.url()}: uncaught: ${error.stack ?? error.message}`));
  page.on("console", (message) => {
    const { url } = message.location();
    // A page without an icon is no error of the page.
    if (message.type() !== "error" || url.endsWith("/favicon.ico")) return;
    problems.push(`${page.url()}: console: ${message.text()} ${url}`);
  });
}
