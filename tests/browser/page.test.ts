import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Harness, openHarness } from "./harness.ts";
import { begins, type Endpoint, openEndpoint, refuses, says } from "./page-endpoint.ts";

const root = join(import.meta.dirname, "..", "..");

let harness: Harness;

beforeEach(async () => {
  harness = await openHarness();
});

afterEach(() => harness.close());

describe("the page", () => {
  it("offers the bundled personalities, each in its language", async () => {
    const page = await openPage();
    const cards = page.locator(".card");
    const index = await readFile(join(root, "js", "generated", "personalities.json"), "utf8");
    const bundled: { name: string; language: "en" | "es" }[] = JSON.parse(index);
    expect(await cards.locator("h2").allTextContents()).toEqual(bundled.map(({ name }) => name));
    const languages = { en: "English", es: "Spanish" };
    expect(await cards.locator(".card-language").allTextContents()).toEqual(
      bundled.map(({ language }) => languages[language]),
    );
    const spanish = cards.filter({ hasText: "Abuela Esperanza" });
    expect(await spanish.locator(".card-description").getAttribute("lang")).toBe("es");
    expect(await page.locator("html").getAttribute("lang")).toBe("en");
  });

  it("shows what a turn changes, and why", async () => {
    const page = await openPage();
    await choose(page, "Alicia");
    expect(await page.locator("#mood-name").textContent()).toBe("neutral");
    await say(page, "You're pretty");

    expect(await changes(page)).toContain("Alicia is shy now: you said “pretty”");
    expect(await page.locator("#mood-name").textContent()).toBe("shy");
    expect(await page.locator("#mood-percent").textContent()).toBe("50 %");
    expect(await page.locator("#mood-history li").first().textContent()).toContain("neutral");
    const points = Number((await page.locator("#points").textContent())?.split(" ")[0]);
    expect(points).toBeGreaterThan(0);
    expect(await page.locator("#points-delta").textContent()).toContain(`up by  ${points}`);
    expect(await page.locator("#halo").getAttribute("aria-valuenow")).toBe(String(points));
    // The mood shy: directness -0.3, from 0.4.
    const directness = page.locator('[data-parameter="directness"]');
    expect(await directness.locator(".parameter-value").textContent()).toBe("0.10");
    expect(await directness.locator(".delta").textContent()).toContain("down by  0.30");
    expect(await page.locator("#applied").textContent()).toBe("Shaped by stranger level and shy mood");
    const reply = await page.locator(".turn-assistant .said").last().textContent();
    expect(await page.locator("#announcer").textContent()).toContain(`Alicia: ${reply}`);
  });

  it("reveals a scripted reply word by word, all of it at once on request or with reduced motion", async () => {
    const page = await openPage();
    await choose(page, "Alicia");
    const unhurried = await revealTime(page, "Hello");
    await page.emulateMedia({ reducedMotion: "no-preference" });
    const paced = await revealTime(page, "Hello");
    expect(paced).toBeGreaterThan(200);
    expect(unhurried).toBeLessThan(paced);

    await page.locator("#message").fill("Hello");
    await page.keyboard.press("Enter");
    await page.locator("#pending .delta-text").first().waitFor();
    await page.getByRole("button", { name: "Skip" }).click();
    await idle(page);
    expect(await page.locator(".turn").count()).toBe(6);
  });

  it("shows what people and models say as text, never as markup", async () => {
    const page = await openPage();
    await choose(page, "Alicia");
    const text = '<img src="x" onerror="document.title = 1"><b>hello</b>';
    await say(page, text);
    expect(await page.locator(".turn-user .said").textContent()).toBe(text);
    expect(await page.locator("#transcript :is(img, b)").count()).toBe(0);
  });

  it("goes on where it was when the tab comes back", async () => {
    const first = await openPage();
    await choose(first, "Alicia");
    await say(first, "You're pretty");
    await say(first, "I drew a boat");
    const before = await shown(first);
    await first.close();

    const second = await openPage();
    await second.locator("#conversation").waitFor();
    expect(await shown(second)).toEqual(before);
    await second.getByRole("link", { name: "Back to all personalities" }).click();
    await second.getByRole("button", { name: "Continue with Alicia" }).click();
    await second.locator("#conversation").waitFor();
    expect(await shown(second)).toEqual(before);
    await second.goBack();
    await second.locator("#conversations").getByRole("button", { name: "You're pretty" }).click();
    await second.locator("#conversation").waitFor();
    expect((await shown(second)).turns).toEqual(before.turns);
  });

  it("keeps two tabs on one conversation alike", async () => {
    const one = await openPage();
    await choose(one, "Alicia");
    const two = await harness.open(new URL(one.url()).hash.replace(/^/, "/"));
    await two.locator("#conversation").waitFor();
    await say(one, "You're pretty");
    await two.getByText("Alicia is shy now: you said “pretty”").waitFor();
    await say(two, "Good news: I did it!");
    await one.getByText("Alicia is cheerful now").waitFor();
    expect(await shown(one)).toEqual(await shown(two));

    await erase(one);
    await two.getByText("That conversation was erased in another tab.").waitFor();
    expect(await two.locator("#earlier").isHidden()).toBe(true);
  });

  it("gives the same state back after export, erase and import", async () => {
    const page = await openPage();
    await choose(page, "Alicia");
    await say(page, "You're pretty");
    await say(page, "Thank you so much, I drew a boat for you");
    const before = await shown(page);

    await page.getByRole("button", { name: "Your data" }).click();
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "Download snapshot" }).click(),
    ]);
    expect(download.suggestedFilename()).toMatch(/^alicia-\d{4}-\d\d-\d\d\.json$/);
    const file = await download.path();
    await page.keyboard.press("Escape");

    await erase(page);
    expect(await page.locator("#data-result").textContent()).toContain("Everything is erased");
    expect(await page.locator("#start").isVisible()).toBe(true);
    expect(await page.evaluate(() => Object.keys(localStorage))).toEqual([]);

    await page.getByLabel("Snapshot file").setInputFiles(file);
    await page.getByText("the conversation is open behind this panel").waitFor();
    const after = await shown(page);
    expect({ ...after, changes: [] }).toEqual({ ...before, changes: [] });

    await page.getByLabel("Snapshot file").setInputFiles(file);
    await page.getByRole("heading", { name: "Replace what is here?" }).waitFor();
    await page.keyboard.press("Escape");
    await page.getByText("Nothing was changed.").waitFor();
    await page.getByLabel("Snapshot file").setInputFiles(file);
    await page.getByRole("button", { name: "Replace" }).click();
    await page.getByText("the conversation is open behind this panel").waitFor();
    expect({ ...(await shown(page)), changes: [] }).toEqual({ ...before, changes: [] });

    const changed = `${file}.changed.json`;
    await writeFile(changed, (await readFile(file, "utf8")).replace("An illustrator", "A painter"));
    await page.getByLabel("Snapshot file").setInputFiles(changed);
    await page.getByRole("heading", { name: "Import a changed file?" }).waitFor();
    await page.keyboard.press("Escape");
    await page.getByText("Nothing was changed.").waitFor();
    await writeFile(changed, "no snapshot");
    await page.getByLabel("Snapshot file").setInputFiles(changed);
    await page.locator("#data-failure").waitFor();
  });

  it("works with the keyboard alone", async () => {
    const page = await openPage();
    await tabTo(page, "Talk to Alicia");
    await page.keyboard.press("Enter");
    await page.locator("#message:focus").waitFor();
    await page.keyboard.type("Hello");
    await page.keyboard.press("Shift+Enter");
    await page.keyboard.type("you");
    await page.keyboard.press("Enter");
    await idle(page);
    expect(await page.locator(".turn-user .said").textContent()).toBe("Hello\nyou");
    expect(await page.evaluate(() => document.activeElement?.id)).toBe("message");

    await tabTo(page, "Your data", "Shift+Tab");
    await page.keyboard.press("Enter");
    await page.locator("#data[open]").waitFor();
    await page.keyboard.press("Escape");
    expect(await page.locator("#data").getAttribute("open")).toBeNull();
    expect(await page.evaluate(() => document.activeElement?.id)).toBe("open-data");
    const outline = await page
      .locator("#open-data")
      .evaluate((element) => getComputedStyle(element).outlineStyle);
    expect(outline).toBe("solid");

    await tabTo(page, "Back to all personalities");
    await page.keyboard.press("Enter");
    await page.locator("#start").waitFor();
    expect(await page.evaluate(() => document.activeElement?.textContent)).toContain("Who would you like");
  });

  it("names the hash of its import map in its policy", async () => {
    const html = await readFile(join(root, "www", "index.html"), "utf8");
    const [, map = ""] = /<script type="importmap">([\s\S]*?)<\/script>/.exec(html) ?? [];
    expect(html).toContain(`'sha256-${createHash("sha256").update(map).digest("base64")}'`);
  });
});

describe("the page with an endpoint", () => {
  const key = "sk-secret-of-the-test";
  let endpoint: Endpoint;

  beforeEach(async () => {
    endpoint = await openEndpoint(says("Hello ", "from ", "the endpoint."));
  });

  afterEach(() => endpoint.close());

  it("talks to it, and keeps the key out of everything that lasts", async () => {
    const page = await openPage();
    await choose(page, "Alicia");
    await connect(page, endpoint, key);
    await say(page, "Hello");
    expect(await page.locator(".turn-assistant .said").textContent()).toBe("Hello from the endpoint.");
    expect(endpoint.calls.map(({ url }) => url)).toEqual(["/v1/chat/completions"]);
    const [call] = endpoint.calls;
    expect(call?.headers.authorization).toBe(`Bearer ${key}`);
    expect(call?.headers.referer).toBeUndefined();
    expect(JSON.parse(call?.body ?? "{}").model).toBe("tiny");

    const kept = await page.evaluate(async () => {
      const database = await new Promise<IDBDatabase>((resolve, reject) => {
        const request = indexedDB.open("luminoracore");
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
      const records = await new Promise((resolve) => {
        const request = database.transaction("records").objectStore("records").getAll();
        request.onsuccess = () => resolve(request.result);
      });
      database.close();
      const storages = { ...localStorage, ...sessionStorage };
      return JSON.stringify([records, storages, location.href, document.documentElement.outerHTML]);
    });
    expect(kept).toContain("Hello from the endpoint.");
    expect(kept).toContain(endpoint.baseURL);
    expect(kept).not.toContain(key);

    await page.reload();
    await page.locator("#conversation").waitFor();
    expect(await page.locator("#model-name").textContent()).toBe("tiny");
    await say(page, "And now?");
    expect(endpoint.calls[1]?.headers.authorization).toBeUndefined();
  });

  it("shows a failure, keeps what was typed, and tries again", async () => {
    const page = await openPage({ expectErrors: true });
    await choose(page, "Alicia");
    await connect(page, endpoint, "wrong");
    endpoint.answer = refuses(401, "no such key: wrong");
    await say(page, "Do you hear me?");
    const failure = page.locator("#failure");
    expect(await failure.textContent()).toContain("model_auth");
    expect(await failure.textContent()).toContain("Check the API key");
    expect(await failure.textContent()).not.toContain("wrong");
    expect(await page.locator("#message").inputValue()).toBe("Do you hear me?");
    expect(await page.locator(".turn").count()).toBe(0);

    await failure.getByRole("button", { name: "Model settings" }).click();
    expect(await page.locator("#settings").getAttribute("open")).not.toBeNull();
    await page.keyboard.press("Escape");
    endpoint.answer = says("I do.");
    await failure.getByRole("button", { name: "Try again" }).click();
    await page.getByText("I do.", { exact: true }).waitFor();
    expect(await failure.isHidden()).toBe(true);
    expect(await page.locator(".turn-user .said").allTextContents()).toEqual(["Do you hear me?"]);
  });

  it("stops a reply: nothing of it is stored, and the text comes back", async () => {
    const page = await openPage();
    await choose(page, "Alicia");
    await connect(page, endpoint);
    endpoint.answer = begins("I will never");
    await page.locator("#message").fill("You're pretty");
    await page.keyboard.press("Enter");
    await page.getByText("I will never").waitFor();
    await page.locator("#message").fill("a second thought");
    await page.getByRole("button", { name: "Stop" }).click();
    await idle(page);
    expect(await page.locator(".turn").count()).toBe(0);
    expect(await page.locator("#message").inputValue()).toBe("You're pretty\na second thought");
    expect(await page.locator("#failure").isHidden()).toBe(true);
    expect(await page.locator("#mood-name").textContent()).toBe("neutral");
  });

  it("lets a reply arrive while its conversation is left and come back to", async () => {
    const page = await openPage();
    await choose(page, "Alicia");
    await connect(page, endpoint);
    const answer = endpoint.answer;
    let release = () => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    endpoint.answer = async (response) => {
      await released;
      await answer(response);
    };
    await page.locator("#message").fill("You're pretty");
    await page.keyboard.press("Enter");
    await page.locator(".waiting").waitFor();
    await page.getByRole("link", { name: "Back to all personalities" }).click();
    await page.locator("#conversations button").click();
    await page.locator("#opening").waitFor();
    release();
    await page.getByText("Hello from the endpoint.", { exact: true }).waitFor();
    expect(await page.locator(".turn .said").allTextContents()).toEqual([
      "You're pretty",
      "Hello from the endpoint.",
    ]);
    expect(await page.locator("#mood-name").textContent()).toBe("shy");
  });

  it("says what is wrong with an address", async () => {
    const page = await openPage();
    await page.getByRole("button", { name: "Model:" }).click();
    await page.getByLabel("An OpenAI-compatible endpoint").check();
    await page.getByLabel("Base URL").fill("ftp://example.org");
    await page.getByLabel("Model id").fill("tiny");
    await page.getByRole("button", { name: "Use this model" }).click();
    expect(await page.locator("#settings-failure").textContent()).toContain("invalid_argument");
    await page.keyboard.press("Escape");
    expect(await page.locator("#model-name").textContent()).toBe("offline");
  });
});

describe("axe finds nothing serious", () => {
  for (const colorScheme of ["light", "dark"] as const) {
    for (const width of [1280, 390]) {
      it(`${colorScheme}, ${width} px wide`, async () => {
        const page = await openPage({ expectErrors: true });
        await page.emulateMedia({ colorScheme });
        await page.setViewportSize({ width, height: 844 });
        const axe = await readFile(join(root, "node_modules", "axe-core", "axe.min.js"), "utf8");
        await page.evaluate(axe);

        expect(await serious(page), "start").toEqual([]);
        for (const name of ["Abuela Esperanza", "Dr. Luna", "Alicia"]) {
          await choose(page, name);
          await say(page, "You're pretty");
          if (width < 900) await page.locator("#unfold").click();
          expect(await serious(page), `conversation with ${name}`).toEqual([]);
          if (width < 900) await page.locator("#unfold").click();
          expect(await overflow(page)).toBe(0);
          if (name !== "Alicia") await page.getByRole("link", { name: "luminora" }).click();
        }
        await page.getByRole("button", { name: "Model:" }).click();
        await page.getByLabel("An OpenAI-compatible endpoint").check();
        expect(await serious(page), "settings").toEqual([]);
        await page.getByLabel("Base URL").fill("http://127.0.0.1:4/v1");
        await page.getByLabel("Model id").fill("none");
        await page.keyboard.press("Enter");
        await say(page, "Hello?");
        await page.locator("#failure").waitFor();
        expect(await serious(page), "failure").toEqual([]);
        await page.getByRole("button", { name: "Your data" }).click();
        expect(await serious(page), "data").toEqual([]);
        await page.getByRole("button", { name: "Erase everything…" }).click();
        expect(await serious(page), "confirmation").toEqual([]);
        await page.keyboard.press("Escape");
        await page.keyboard.press("Escape");
        await page.getByRole("link", { name: "luminora" }).click();
        await page.locator("#earlier").waitFor();
        expect(await serious(page), "start with conversations").toEqual([]);
        expect(await overflow(page)).toBe(0);
      });
    }
  }
});

/** Opens the page on a desktop, and without the pace of the scripted replies. */
async function openPage(options?: { expectErrors?: boolean }): Promise<Page> {
  const page = await harness.open("/", options);
  await page.setViewportSize({ width: 1280, height: 860 });
  await page.emulateMedia({ reducedMotion: "reduce" });
  await page.locator("main:not([hidden])").waitFor();
  return page;
}

async function choose(page: Page, name: string): Promise<void> {
  await page.getByRole("button", { name: `Talk to ${name}` }).click();
  await page.locator("#message:focus").waitFor();
}

/** Says something and waits for the end of the turn. */
async function say(page: Page, text: string): Promise<void> {
  await page.locator("#message").fill(text);
  await page.locator("#message").press("Enter");
  await idle(page);
}

async function idle(page: Page): Promise<void> {
  await page.locator("#send").waitFor();
}

/** Milliseconds from the first word of a reply to its end. */
async function revealTime(page: Page, text: string): Promise<number> {
  const time = page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        const pending = document.querySelector("#pending");
        let first = 0;
        const observer = new MutationObserver(() => {
          if (!first && pending?.querySelector(".delta-text")) first = performance.now();
          if (!first || pending?.childElementCount !== 0) return;
          observer.disconnect();
          resolve(performance.now() - first);
        });
        if (pending) observer.observe(pending, { childList: true, subtree: true });
      }),
  );
  await say(page, text);
  return time;
}

async function changes(page: Page): Promise<string[]> {
  return page.locator(".turn:last-child .change").allTextContents();
}

/** The state as a person reads it. A mood that fades between two looks still reads the same for some seconds. */
async function shown(page: Page) {
  return {
    turns: await page.locator(".turn .said").allTextContents(),
    changes: await page.locator(".change").allTextContents(),
    points: await page.locator("#points").textContent(),
    level: await page.locator("#level").textContent(),
    next: await page.locator("#next-level").textContent(),
    mood: await page.locator("#mood-name").textContent(),
    moods: await page.locator("#mood-history li").allTextContents(),
    parameters: await page.locator("#parameters .parameter-value").allTextContents(),
    applied: await page.locator("#applied").textContent(),
  };
}

async function connect(page: Page, endpoint: Endpoint, key = ""): Promise<void> {
  await page.getByRole("button", { name: "Model:" }).click();
  await page.getByLabel("An OpenAI-compatible endpoint").check();
  await page.getByLabel("Base URL").fill(endpoint.baseURL);
  await page.getByLabel("Model id").fill("tiny");
  await page.getByLabel("API key").fill(key);
  await page.getByRole("button", { name: "Use this model" }).click();
}

async function erase(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Your data" }).click();
  await page.getByRole("button", { name: "Erase everything…" }).click();
  await page.getByRole("button", { name: "Erase everything", exact: true }).click();
  await page.getByText("Everything is erased").waitFor();
}

/** Presses Tab until the focus is on the control with this name. */
async function tabTo(page: Page, name: string, key = "Tab"): Promise<void> {
  for (let presses = 0; presses < 30; presses++) {
    await page.keyboard.press(key);
    const focused = await page.evaluate(
      () => document.activeElement?.getAttribute("aria-label") ?? document.activeElement?.textContent?.trim(),
    );
    if (focused === name) return;
  }
  throw new Error(`${name} cannot be reached with ${key}`);
}

/** What axe holds to be serious or critical, as one line each. */
async function serious(page: Page): Promise<string[]> {
  const { violations } = await page.evaluate(() =>
    (globalThis as unknown as { axe: { run(): Promise<import("axe-core").AxeResults> } }).axe.run(),
  );
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`));
}

/** Pixels by which the page is wider than the screen. */
async function overflow(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}
