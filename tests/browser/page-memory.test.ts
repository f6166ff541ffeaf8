import type { Page } from "playwright-core";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Harness, openHarness } from "./harness.ts";
import { bringAxe, choose, openPage, overflow, say, serious, stored, tabTo } from "./page-hands.ts";

let harness: Harness;
let page: Page;

beforeEach(async () => {
  harness = await openHarness();
  page = await openPage(harness);
  await choose(page, "Alicia");
});

afterEach(() => harness.close());

describe("the page remembers", () => {
  it("what is said: it stands under the turn and in the view, without a reload", async () => {
    await openMemory(page);
    expect(await page.locator("#memory-title").textContent()).toBe("What Alicia remembers about you");
    expect(await page.locator("#memory-empty").isVisible()).toBe(true);
    await say(page, "My name is Ana and I live in Lima");
    await expect.poll(() => remembered(page)).toEqual(["location: Lima", "name: Ana"]);
    expect(await page.locator("#memory-empty").isVisible()).toBe(false);
    expect(await page.locator("#memory-tab").textContent()).toBe("Memory 2");
    expect(await page.locator("#memories h3").allTextContents()).toEqual(["You"]);
    expect(await lessons(page)).toEqual(["Will remember: location: Lima · name: Ana"]);
    expect(await page.locator("#announcer").textContent()).toContain(
      "Will remember: location: Lima · name: Ana.",
    );
    expect(await item(page, "name: Ana").textContent()).toContain("certain · mentioned today");
    await say(page, "Hello");
    expect(await lessons(page)).toHaveLength(1);
  });

  it("what was corrected, with what it was before; all of it after a reload and in another tab", async () => {
    await say(page, "My name is Ana and I live in Lima");
    const other = await harness.open(new URL(page.url()).hash.replace(/^/, "/"));
    await other.setViewportSize({ width: 1280, height: 860 });
    await openMemory(other);
    await expect.poll(() => remembered(other)).toContain("name: Ana");
    await say(page, "Actually my name is Eva");
    await expect.poll(() => remembered(other)).toEqual(["location: Lima", "name: Eva"]);
    expect(await item(other, "name: Eva").textContent()).toContain("Before: Ana (until today)");
    const corrected = ["Will remember: location: Lima · name: Ana", "Will remember: name: Eva (was Ana)"];
    await expect.poll(() => lessons(other)).toEqual(corrected);

    await page.reload();
    await openMemory(page);
    await expect.poll(() => remembered(page)).toEqual(["location: Lima", "name: Eva"]);
    expect(await lessons(page)).toEqual(corrected);
  });

  it("what was said long ago: it stands under that turn when that is shown", async () => {
    await page.evaluate(`import("luminoracore").then(async ({ Luminora, indexedDbStorage }) => {
      const other = await Luminora.open({ storage: indexedDbStorage() });
      const session = await other.createSession({ session: decodeURIComponent(location.hash.slice(9)) });
      await session.send("My name is Ana");
      for (let turn = 0; turn < 31; turn++) await session.send("Hello");
      await other.close();
    })`);
    await page.reload();
    await page.getByRole("button", { name: "Show earlier turns" }).waitFor();
    expect(await lessons(page)).toEqual([]);
    await page.getByRole("button", { name: "Show earlier turns" }).click();
    expect(await lessons(page)).toEqual(["Will remember: name: Ana"]);
  });

  it("moments, with what sort they are and how much they matter, each personality its own", async () => {
    await say(page, "My grandmother died last week and I feel terribly sad");
    await openMemory(page);
    expect(await page.locator("#memories h3").allTextContents()).toEqual(["Moments"]);
    const moment = item(page, "My grandmother died last week");
    expect(await moment.textContent()).toContain("emotional moment · today");
    expect(await moment.textContent()).toContain("matters deeply");
    expect(await moment.getByRole("meter").getAttribute("aria-valuenow")).toBe("1");
    await page.getByRole("link", { name: "luminora" }).click();
    await choose(page, "Dr. Luna");
    await page.getByText("What Dr. Luna remembers about you").waitFor();
    expect(await remembered(page)).toEqual([]);
  });

  it("nothing that was forgotten: neither the view, the turns nor the database have it", async () => {
    await say(page, "My name is Ana and I live in Lima");
    await say(page, "Actually my name is Eva");
    await openMemory(page);
    await tabTo(page, "Forget name: Eva");
    await page.keyboard.press("Enter");
    await page.getByRole("dialog", { name: "Forget this?" }).waitFor();
    // Enter alone forgets nothing: the focus is on Cancel.
    await page.keyboard.press("Enter");
    expect(await focused(page)).toBe("Forget name: Eva");
    expect(await remembered(page)).toContain("name: Eva");

    await page.keyboard.press("Enter");
    await page.getByRole("dialog").getByRole("button", { name: "Forget", exact: true }).click();
    await expect.poll(() => remembered(page)).toEqual(["location: Lima"]);
    await expect.poll(() => focused(page)).toBe("Forget location: Lima");
    expect(await lessons(page)).toEqual(["Will remember: location: Lima"]);
    expect(await page.locator("#announcer").textContent()).toBe("Forgotten: name: Eva.");
    const kept = await storedMemories(page);
    expect(kept).toContain("Lima");
    expect(kept).not.toMatch(/Ana|Eva/);

    await page.keyboard.press("Enter");
    await page.getByRole("dialog").getByRole("button", { name: "Forget", exact: true }).click();
    await page.locator("#memory-title:focus").waitFor();
    expect(await page.locator("#memory-empty").isVisible()).toBe(true);
    await page.reload();
    await openMemory(page);
    expect(await remembered(page)).toEqual([]);
  });

  it("what is added by hand, above what is said, as text and never as markup", async () => {
    await openMemory(page);
    await say(page, "My name is Ana");
    await add(page, "Name", "Eva");
    await expect.poll(() => remembered(page)).toEqual(["name: Eva"]);
    expect(await item(page, "name: Eva").textContent()).toContain("added by you · today");
    expect(await page.evaluate(() => document.activeElement?.id)).toBe("fact-key");
    expect(await page.getByLabel("What to remember").inputValue()).toBe("");
    await say(page, "Actually my name is Bea");
    expect(await remembered(page)).toEqual(["name: Eva"]);
    expect(await page.locator(".change").last().textContent()).toBe("What you added by hand stays as it is");

    const markup = '<img src="x" onerror="document.title = 1">';
    await add(page, "favourite tag", markup);
    await expect.poll(() => remembered(page)).toContain(`favourite tag: ${markup}`);
    expect(await page.locator("#memory-panel img").count()).toBe(0);
    await page.reload();
    await openMemory(page);
    await expect.poll(() => remembered(page)).toEqual(["name: Eva", `favourite tag: ${markup}`]);

    await add(page, "???", "what");
    await page.locator("#memory-failure").getByText("letter from a to z").waitFor();
    expect(await page.getByLabel("What to remember").inputValue()).toBe("what");
  });

  it("again what a limit had put aside", async () => {
    await page.evaluate(`import("luminoracore").then(async ({ Luminora, indexedDbStorage }) => {
      const other = await Luminora.open({ storage: indexedDbStorage(), limits: { maxFacts: 1 } });
      await other.remember({ key: "rumour", value: "rain", confidence: 0.7 });
      await other.remember({ key: "tea", value: "jasmine" });
      await other.close();
    })`);
    await openMemory(page);
    await expect.poll(() => remembered(page)).toEqual(["tea: jasmine"]);
    await page.getByText("Put aside (1)").click();
    await page.getByRole("button", { name: "Restore rumour: rain" }).click();
    await expect.poll(() => remembered(page)).toEqual(["rumour: rain", "tea: jasmine"]);
    expect(await page.locator("#memories-aside").isVisible()).toBe(false);
    await expect.poll(() => focused(page)).toBe("Forget rumour: rain");
  });
});

describe("the page says why", () => {
  it("points are what they are", async () => {
    await page.locator("#why summary").click();
    expect(await page.locator("#why-lead").textContent()).toBe(
      "Every message of yours counts. There is none yet.",
    );
    await say(page, "You're pretty");
    await say(page, `I went to the market ${"and then I walked around the old town ".repeat(3)}`);
    const lines = await page.locator("#why-changes li").allInnerTexts();
    expect(lines.map((line) => line.split("\n").slice(0, 2))).toEqual([
      ["+2", "a message; one more for a long message"],
      ["+2", "a positive message"],
    ]);
    expect(await page.locator("#why-lead").textContent()).toBe("How it came to 4 points:");
    expect(await page.locator("#why-way").getAttribute("aria-label")).toBe("Way to acquaintance");
  });

  it("a mood has come, and that it fades", async () => {
    const cause = page.locator("#mood-cause");
    expect(await cause.textContent()).toBe("The usual mood: nothing has set off another.");
    await say(page, "You're pretty");
    await say(page, "Hello");
    expect(await cause.textContent()).toMatch(
      /^You said “pretty” \(.+\)\. It fades when nothing renews it: half of it is gone in 30 min\.$/,
    );
  });

  it("counts the conversation where the person asks for it", async () => {
    await page.locator("#this-conversation summary").click();
    const counts = page.locator("#conversation-counts dd");
    await expect.poll(() => counts.allTextContents()).toContain("0 by you, 0 by Alicia");
    await say(page, "I have a dog called Max");
    await say(page, "You're pretty");
    await expect
      .poll(() => counts.allTextContents())
      .toEqual([
        "2 by you, 2 by Alicia",
        "pets",
        "too early to tell",
        "neutral (under a minute), shy (under a minute)",
      ]);
  });

  it("in tabs that the arrow keys change", async () => {
    await page.locator("#now-tab").focus();
    await page.keyboard.press("ArrowRight");
    await page.locator("#memory-tab:focus").waitFor();
    expect(await page.locator("#memory-panel").isVisible()).toBe(true);
    expect(await page.locator("#now-panel").isVisible()).toBe(false);
    await page.keyboard.press("ArrowRight");
    await page.locator("#now-tab:focus").waitFor();
    expect(await page.locator("#now-panel").isVisible()).toBe(true);
    await page.keyboard.press("ArrowLeft");
    await page.locator("#memory-tab:focus").waitFor();
  });
});

describe("axe finds nothing serious in what is remembered", () => {
  for (const colorScheme of ["light", "dark"] as const) {
    for (const width of [1280, 390]) {
      it(`${colorScheme}, ${width} px wide`, async () => {
        await page.emulateMedia({ colorScheme });
        await page.setViewportSize({ width, height: 844 });
        await bringAxe(page);
        for (const text of [
          "My name is Ana and I have a dog called Max",
          "Actually my name is Eva",
          "You're pretty",
        ])
          await say(page, text);
        await say(page, "My grandmother died last week and I feel terribly sad");
        if (width < 900) await page.locator("#unfold").click();
        await page.locator("#why summary").click();
        await page.locator("#this-conversation summary").click();
        expect(await serious(page), "now").toEqual([]);
        expect(await overflow(page), "now").toBe(0);
        await openMemory(page);
        await add(page, "a".repeat(64), "b".repeat(500));
        await expect.poll(() => remembered(page)).toHaveLength(4);
        expect(await serious(page), "memory").toEqual([]);
        expect(await overflow(page), "memory").toBe(0);
        expect(await wider(page, "#relationship")).toBe(0);
        await page.getByRole("button", { name: "Forget name: Eva" }).click();
        expect(await serious(page), "question").toEqual([]);
      });
    }
  }
});

async function openMemory(page: Page): Promise<void> {
  await page.getByRole("tab", { name: "Memory" }).click();
  await page.locator("#memory-panel").waitFor();
}

async function add(page: Page, key: string, value: string): Promise<void> {
  await page.getByLabel("What it is about").fill(key);
  await page.getByLabel("What to remember").fill(value);
  await page.keyboard.press("Enter");
}

/** What the view lists, one line each. */
function remembered(page: Page): Promise<string[]> {
  return page.locator("#memories .memory-text").allTextContents();
}

function item(page: Page, text: string) {
  return page.locator("#memories .memory").filter({ hasText: text });
}

/** The lines under the turns. */
function lessons(page: Page): Promise<string[]> {
  return page.locator(".learned").allTextContents();
}

/** What the control is called that has the focus. */
function focused(page: Page): Promise<string | null | undefined> {
  return page.evaluate(() => document.activeElement?.getAttribute("aria-label"));
}

/** Pixels by which the content of an element is wider than the element. */
function wider(page: Page, selector: string): Promise<number> {
  return page.locator(selector).evaluate((element) => element.scrollWidth - element.clientWidth);
}

/** Every memory of the database as it is stored. */
async function storedMemories(page: Page): Promise<string> {
  const { records } = await stored(page);
  return JSON.stringify(records.filter(({ kind }) => kind === "memory"));
}
