// A Chromium for the browser tests.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { quiet, which } from "./command.mjs";
import { installCommand, installPackages, isDebian, mayInstall } from "./debian.mjs";
import { Failure, step } from "./report.mjs";

const PROGRAMS = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];
const APPLICATIONS = [
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  join(process.env.PROGRAMFILES ?? "C:\\Program Files", "Google\\Chrome\\Application\\chrome.exe"),
];

/**
 * The path of a Chromium or Chrome: `CHROME_PATH`, Playwright's, the system's, else one that is installed now.
 *
 * @param {string} root the repository
 * @returns {Promise<string>}
 */
export async function browser(root) {
  if (process.env.CHROME_PATH) {
    if (existsSync(process.env.CHROME_PATH)) return process.env.CHROME_PATH;
    throw new Failure(`CHROME_PATH names no file: ${process.env.CHROME_PATH}`);
  }
  const found = (await playwrightBrowser(root)) ?? systemBrowser();
  if (found) return found;

  const obstacles = [];
  for (const install of [installFromDebian, installFromPlaywright]) {
    try {
      await install(root);
      const installed = systemBrowser() ?? (await playwrightBrowser(root));
      if (installed) return installed;
    } catch (error) {
      obstacles.push(error.message.split("\n")[0]);
    }
  }
  throw new Failure("no Chromium for the browser tests", [
    "install Chromium or Chrome, or set CHROME_PATH to one",
    ...obstacles,
  ]);
}

async function playwrightBrowser(root) {
  const module = pathToFileURL(join(root, "node_modules", "playwright-core", "index.mjs")).href;
  const { chromium } = await import(module);
  const path = chromium.executablePath();
  return path && existsSync(path) ? path : undefined;
}

function systemBrowser() {
  for (const program of PROGRAMS) {
    const path = which(program);
    if (path) return path;
  }
  return APPLICATIONS.find((path) => existsSync(path));
}

async function installFromDebian() {
  if (!isDebian()) throw new Error("Debian's packages are for Debian only");
  if (!mayInstall()) throw new Error(`or, as root: ${installCommand(["chromium"])}`);
  await step("Chromium from Debian's packages", (progress) => installPackages(["chromium"], progress));
}

async function installFromPlaywright(root) {
  await step("Chromium from Playwright", (progress) =>
    quiet("npx", ["playwright-core", "install", "chromium"], { cwd: root, progress }),
  );
}
