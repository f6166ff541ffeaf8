import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "playwright-core";
import type { Harness } from "./harness.ts";

const root = join(import.meta.dirname, "..", "..");

/** Opens the page on a desktop, and without the pace of the scripted replies. */
export async function openPage(harness: Harness, options?: { expectErrors?: boolean }): Promise<Page> {
  const page = await harness.open("/", options);
  await page.setViewportSize({ width: 1280, height: 860 });
  await page.emulateMedia({ reducedMotion: "reduce" });
  await page.locator("main:not([hidden])").waitFor();
  return page;
}

/** Begins a conversation. */
export async function choose(page: Page, name: string): Promise<void> {
  await page.getByRole("button", { name: `Talk to ${name}` }).click();
  await page.locator("#message:focus").waitFor();
}

/** Says something and waits for the end of the turn. */
export async function say(page: Page, text: string): Promise<void> {
  await page.locator("#message").fill(text);
  await page.locator("#message").press("Enter");
  await idle(page);
}

/** Waits for the end of the turn. */
export async function idle(page: Page): Promise<void> {
  await page.locator("#send").waitFor();
}

/** Erases everything. */
export async function erase(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Your data" }).click();
  await page.getByRole("button", { name: "Erase everything…" }).click();
  await page.getByRole("button", { name: "Erase everything", exact: true }).click();
  await page.getByText("Everything is erased").waitFor();
}

/** Presses Tab until the focus is on the control with this name. */
export async function tabTo(page: Page, name: string, key = "Tab"): Promise<void> {
  for (let presses = 0; presses < 30; presses++) {
    await page.keyboard.press(key);
    const focused = await page.evaluate(
      () => document.activeElement?.getAttribute("aria-label") ?? document.activeElement?.textContent?.trim(),
    );
    if (focused === name) return;
  }
  throw new Error(`${name} cannot be reached with ${key}`);
}

/** Brings axe into the page, past its policy. */
export async function bringAxe(page: Page): Promise<void> {
  await page.evaluate(await readFile(join(root, "node_modules", "axe-core", "axe.min.js"), "utf8"));
}

/** What axe holds to be serious or critical, as one line each. */
export async function serious(page: Page): Promise<string[]> {
  const { violations } = await page.evaluate(() =>
    (globalThis as unknown as { axe: { run(): Promise<import("axe-core").AxeResults> } }).axe.run(),
  );
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`));
}

/** Pixels by which the page is wider than the screen. */
export async function overflow(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}

/** What the page's database holds: its records, and its caches as text. */
export function stored(page: Page): Promise<{ records: { kind: string }[]; caches: string[] }> {
  return page.evaluate(async () => {
    const database = await new Promise<IDBDatabase>((resolve, reject) => {
      const request = indexedDB.open("luminoracore");
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
    const all = <T>(name: string) =>
      new Promise<T[]>((resolve, reject) => {
        const request = database.transaction(name).objectStore(name).getAll();
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
    const [batches, caches] = await Promise.all([
      all<{ text: string }>("batches"),
      all<Uint8Array>("caches"),
    ]);
    database.close();
    const records = batches.flatMap(({ text }) => JSON.parse(text));
    return { records, caches: caches.map((bytes) => new TextDecoder().decode(bytes)) };
  });
}
