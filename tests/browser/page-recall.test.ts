import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Harness, openHarness } from "./harness.ts";
import { bringAxe, choose, erase, openPage, overflow, say, serious, stored, tabTo } from "./page-hands.ts";

let harness: Harness;
let page: Page;

beforeEach(async () => {
  harness = await openHarness();
  page = await openPage(harness);
});

afterEach(() => harness.close());

const roses = `# The garden book

${"Tomatoes go out in the middle of May, when the nights are warm.\n\n".repeat(40)}## Roses

Roses are cut in March, above the third bud.
`;
const cabin = "The wifi of the cabin is called fjell.";

describe("a reply shows what was remembered for it", () => {
  it("of what was said weeks ago in another conversation, and why, also after a reload", async () => {
    const told = await toldWeeksAgo(page);
    await say(page, "Where did I put the spare key?");
    const line = page.locator(".remembered > summary");
    expect(await line.allTextContents()).toEqual([
      expect.stringMatching(/^Remembered: “I put the spare key under the red flower pot/),
    ]);
    expect(await page.locator("#announcer").textContent()).toContain("Remembered: “I put the spare key");
    const check = async (isFresh: boolean) => {
      // Quiet, until it is opened.
      expect(await page.locator(".recalled").first().isVisible()).toBe(false);
      await line.click();
      const first = page.locator(".remembered .recalled").first();
      const [origin, text, because] = await first.locator("p").allTextContents();
      expect(origin).toMatch(/^You said this on \w+ \d+/);
      expect(text).toBe("I put the spare key under the red flower pot, behind the shed");
      expect(because).toMatch(/^Because it has your words “put”, “spare”, and “key”[^\d]*$/);
      // Numbers are shown on demand, and where they are those that decided.
      expect(await page.getByText("In numbers").count()).toBe(
        isFresh ? await page.locator(".recalled").count() : 0,
      );
      if (!isFresh) return;
      expect(await first.locator("dl").isVisible()).toBe(false);
      await page.getByText("In numbers").first().click();
      expect(await first.locator("dl").isVisible()).toBe(true);
      expect(await first.locator("dd").allTextContents()).toContain("100 %");
    };
    await check(true);
    await page.reload();
    await line.waitFor();
    await check(false);
    await page.getByRole("link", { name: "Open that conversation" }).first().click();
    await page.getByText("under the red flower pot").first().waitFor();
    expect(new URL(page.url()).hash).toContain(told);
  });

  it("facts as the list of memories words them, until they are forgotten", async () => {
    await toldWeeksAgo(page);
    await say(page, "Do I like jasmine?");
    const lines = page.locator(".remembered > summary");
    await expect
      .poll(() => lines.allTextContents())
      .toEqual([expect.stringContaining("Remembered: likes jasmine tea")]);
    await say(page, "Hello");
    expect(await lines.count()).toBe(1);
    await openMemory(page);
    await page.getByRole("button", { name: "Forget likes jasmine tea" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Forget", exact: true }).click();
    await expect.poll(async () => (await lines.allTextContents()).join()).not.toContain("likes jasmine tea");
  });
});

describe("the memory can be asked", () => {
  it("and answers with reasons, or that there is nothing", async () => {
    await toldWeeksAgo(page);
    await openMemory(page);
    await ask(page, "where is the spare key");
    const found = page.locator("#found .recalled");
    await found.first().waitFor();
    expect(await found.first().textContent()).toContain("I put the spare key under the red flower pot");
    expect(await found.first().textContent()).toContain("Because it has your words “spare” and “key”");
    expect(await found.first().locator("mark").allTextContents()).toEqual(["spare", "key"]);
    expect(await page.locator("#found-status").textContent()).toMatch(/to mind/);
    await ask(page, "xylophone");
    await page.getByText("Nothing comes to mind.").waitFor();
    expect(await found.count()).toBe(0);
    await page.getByLabel("What to look for").fill("");
    expect(await page.locator("#found-status").textContent()).toBe("");
  });
});

describe("notes", () => {
  beforeEach(async () => {
    await choose(page, "Alicia");
    await openMemory(page);
  });

  it("are added, read, found, used in replies, and removed for good", async () => {
    await add(page, { "garden.md": roses, "wifi.txt": cabin, "photo.jpg": "x" });
    await expect.poll(() => listed(page)).toEqual(["The garden book", "wifi.txt"]);
    await page.getByText("2 added. No plain text: photo.jpg.").waitFor();
    expect(await page.locator("#notes-progress").isVisible()).toBe(false);
    expect(await page.locator("#notes .muted").first().textContent()).toMatch(
      /^garden\.md · \d pieces · added today$/,
    );

    await page.getByRole("button", { name: "Read wifi.txt" }).click();
    await page.getByRole("dialog", { name: "wifi.txt" }).waitFor();
    expect(await page.locator("#note-text").textContent()).toBe(cabin);
    await page.keyboard.press("Escape");
    await expect.poll(() => page.locator("#note-text").textContent()).toBe("");

    await ask(page, "When are the roses cut?");
    await page.locator("#found").getByRole("button", { name: "Read The garden book" }).first().click();
    expect(await page.locator("#note-text mark").textContent()).toContain("Roses are cut in March");
    expect(await page.locator("#note-text").evaluate((text) => text.scrollTop)).toBeGreaterThan(100);
    await page.keyboard.press("Escape");

    await say(page, "When do I cut the roses?");
    const line = page.locator(".remembered > summary");
    expect(await line.allTextContents()).toEqual([expect.stringContaining("Roses are cut in March")]);
    expect(await page.locator(".remembered .recalled-origin").first().textContent()).toBe(
      "A passage of The garden book",
    );

    await ask(page, "When are the roses cut?");
    await page.locator('#found [data-recalled="note"]').first().waitFor();
    await tabTo(page, "Remove The garden book");
    await page.keyboard.press("Enter");
    await page.getByRole("dialog", { name: "Remove this note?" }).waitFor();
    // Enter alone removes nothing: the focus is on Cancel.
    await page.keyboard.press("Enter");
    expect(await listed(page)).toHaveLength(2);
    await page.keyboard.press("Enter");
    await page.getByRole("dialog").getByRole("button", { name: "Remove", exact: true }).click();
    await expect.poll(() => listed(page)).toEqual(["wifi.txt"]);
    await expect
      .poll(() => page.evaluate(() => document.activeElement?.getAttribute("aria-label")))
      .toBe("Remove wifi.txt");
    await expect.poll(() => line.count()).toBe(0);
    expect(await page.locator('#found [data-recalled="note"]').count()).toBe(0);
    expect(await page.content()).not.toContain("third bud");
    expect(JSON.stringify(await stored(page))).not.toContain("third bud");
    expect(JSON.stringify(await stored(page))).toContain("fjell");
  });

  it("ask before another text takes the place of one", async () => {
    await add(page, { "wifi.txt": cabin });
    await page.getByText("1 added.").waitFor();
    await add(page, { "wifi.txt": cabin });
    await page.getByText("1 here already.").waitFor();
    await add(page, { "wifi.txt": "The wifi is called fjord." });
    await page.getByRole("dialog", { name: "Replace what is here?" }).waitFor();
    await page.keyboard.press("Escape");
    expect(JSON.stringify(await stored(page))).toContain("fjell");
    await add(page, { "wifi.txt": "The wifi is called fjord." });
    await page.getByRole("button", { name: "Replace", exact: true }).click();
    await page.getByText("1 replaced.").waitFor();
    expect(JSON.stringify(await stored(page))).not.toContain("fjell");
  });

  it("that are no text are named, and nothing is added", async () => {
    await add(page, { "photo.jpg": "x" });
    await page.getByText("photo.jpg cannot be added.").waitFor();
    await add(page, { "a.txt": "good", "b.txt": new Uint8Array([0xff, 0xfe, 0x41]) });
    await page.getByText("b.txt: The file is not UTF-8 text.").waitFor();
    expect(await listed(page)).toEqual([]);
    expect(await page.locator("#notes-progress").isVisible()).toBe(false);
  });

  it("tell how far they are, and can be stopped", async () => {
    await page.evaluate(() => {
      const seen: string[] = [];
      Object.assign(globalThis, { seen });
      const text = document.getElementById("notes-progress-text");
      if (!text) throw new Error("no progress");
      new MutationObserver(() => {
        seen.push(text.textContent ?? "");
        if (seen.length === 2) document.getElementById("stop-notes")?.click();
      }).observe(text, { childList: true });
    });
    await add(
      page,
      Object.fromEntries(Array.from({ length: 100 }, (_, at) => [`note ${at}.md`, `Note number ${at}`])),
    );
    await page.getByText("Stopped. What was added before stays.").waitFor();
    expect(await page.evaluate(() => (globalThis as unknown as { seen: string[] }).seen)).toEqual([
      "0 of 100",
      "32 of 100",
    ]);
    expect(await listed(page)).toHaveLength(32);
    await page.reload();
    await openMemory(page);
    await expect.poll(() => listed(page)).toHaveLength(32);
  });

  it("can be dropped on their part, where the page takes no personality", async () => {
    const folder = await mkdtemp(join(tmpdir(), "luminora-notes-"));
    const paths = [join(folder, "wifi.txt"), join(folder, "garden.md")];
    await writeFile(paths[0] as string, cabin);
    await writeFile(paths[1] as string, roses);
    await page.locator("#notes-part").scrollIntoViewIfNeeded();
    const box = await page.locator("#add-notes").boundingBox();
    const session = await page.context().newCDPSession(page);
    const data = { items: [], files: paths, dragOperationsMask: 1 };
    for (const type of ["dragEnter", "dragOver", "drop"] as const) {
      await session.send("Input.dispatchDragEvent", {
        type,
        x: (box?.x ?? 0) + 5,
        y: (box?.y ?? 0) + 5,
        data,
      });
      expect(await page.locator("#drop-sign").isVisible()).toBe(false);
      if (type === "dragOver") await page.locator(".notes-drop").waitFor();
    }
    await expect.poll(() => listed(page)).toEqual(["The garden book", "wifi.txt"]);
    expect(await page.locator(".notes-drop").count()).toBe(0);
    await rm(folder, { recursive: true });
  });

  it("appear in another tab, and go with everything else", async () => {
    const other = await harness.open(new URL(page.url()).hash.replace(/^/, "/"));
    await add(page, { "wifi.txt": cabin });
    await expect.poll(() => listed(other)).toEqual(["wifi.txt"]);
    await other.close();
    await erase(page);
    expect(await page.content()).not.toContain("wifi.txt");
    expect(JSON.stringify(await stored(page))).not.toContain("fjell");
  });
});

describe("axe finds nothing serious in what is recalled", () => {
  for (const colorScheme of ["light", "dark"] as const) {
    for (const width of [1280, 390]) {
      it(`${colorScheme}, ${width} px wide`, async () => {
        await toldWeeksAgo(page);
        await page.emulateMedia({ colorScheme });
        await page.setViewportSize({ width, height: 844 });
        await bringAxe(page);
        await say(page, "Where did I put the spare key?");
        await page.locator(".remembered > summary").click();
        await page.getByText("In numbers").first().click();
        expect(await serious(page), "line").toEqual([]);
        if (width < 900) await page.locator("#unfold").click();
        await openMemory(page);
        await add(page, { "garden.md": roses, [`${"a".repeat(90)}.txt`]: "roses ".repeat(200) });
        await ask(page, "roses and the spare key");
        await page.locator("#found .recalled").first().waitFor();
        expect(await serious(page), "found").toEqual([]);
        expect(await overflow(page), "found").toBe(0);
        expect(
          await page.locator("#relationship").evaluate((part) => part.scrollWidth - part.clientWidth),
        ).toBe(0);
        await page.locator("#notes").getByRole("button", { name: "Read The garden book" }).click();
        await page.locator("#note-reader").waitFor();
        expect(await serious(page), "reader").toEqual([]);
      });
    }
  }
});

/** A conversation with Alicia weeks ago, and a new one on the page; gives the id of the first. */
async function toldWeeksAgo(page: Page): Promise<string> {
  const told = await page.evaluate(`import("luminoracore").then(async ({ Luminora, indexedDbStorage }) => {
    const weeks = 24 * 24 * 60 * 60_000;
    const then = await Luminora.open({ storage: indexedDbStorage(), clock: () => Date.now() - weeks });
    const session = await then.createSession({ template: "Alicia" });
    await session.send("I put the spare key under the red flower pot, behind the shed");
    await session.send("I like jasmine tea");
    await then.close();
    return session.id;
  })`);
  await page.reload();
  await page.getByRole("button", { name: "New conversation with Alicia" }).click();
  await page.locator("#message:focus").waitFor();
  return told as string;
}

async function openMemory(page: Page): Promise<void> {
  await page.getByRole("tab", { name: "Memory" }).click();
  await page.locator("#memory-panel").waitFor();
}

async function ask(page: Page, question: string): Promise<void> {
  await page.getByLabel("What to look for").fill(question);
  await page.keyboard.press("Enter");
}

/** Gives the page files as notes. */
async function add(page: Page, files: Readonly<Record<string, string | Uint8Array>>): Promise<void> {
  await page.locator("#note-files").setInputFiles(
    Object.entries(files).map(([name, content]) => ({
      name,
      mimeType: "text/plain",
      buffer: Buffer.from(content as string),
    })),
  );
}

/** The titles of the notes. */
function listed(page: Page): Promise<string[]> {
  return page.locator("#notes .memory-text").allTextContents();
}
