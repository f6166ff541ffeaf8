import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Inside, openInside } from "./inside.ts";

/** The module that the page holds. */
type UseChat = typeof import("./inside/use-chat.ts");

let browser: Inside;
let page: Page;

beforeAll(async () => {
  browser = await openInside("use-chat.ts");
  page = await openChat();
});

afterAll(() => browser?.close());

async function openChat(): Promise<Page> {
  const tab = await browser.open();
  await tab.evaluate(() => (inside as unknown as UseChat).open());
  await tab.waitForSelector("output");
  return tab;
}

const log = () => page.evaluate(() => (inside as unknown as UseChat).log());
const shown = () => page.locator("li").allTextContents();
const status = () => page.locator("output").textContent();
const click = (name: string) => page.getByRole("button", { name, exact: true }).click();

async function say(text: string): Promise<void> {
  await page.locator("input").fill(text);
  await click("send");
}

it("talks to a personality that remembers, with no server", async () => {
  await say("You're pretty");
  await expect.poll(shown).toEqual(["user: You're pretty", "assistant: You said You're pretty."]);
  await expect.poll(status).toBe("ready");
  expect(await page.locator("li").last().getAttribute("data-mood")).toBe("shy");
  expect(await log()).toEqual({
    history: ["user: You're pretty", "assistant: You said You're pretty."],
    ...{ messages: 1, mood: "shy" },
  });
});

it("stores nothing of an answer that is stopped, or fails", async () => {
  const before = await log();
  await say("wait");
  await expect.poll(shown).toContain("assistant: You said ");
  await click("stop");
  await expect.poll(status).toBe("ready");
  await say("fail");
  await expect.poll(status).toBe("error The model is away.");
  expect(await log()).toEqual(before);
});

it("answers the last message again", async () => {
  await say("Bye");
  await expect.poll(shown).toContain("assistant: You said Bye.");
  await expect.poll(status).toBe("ready");
  await click("again");
  await expect.poll(async () => (await log()).history.length).toBe(5);
  await expect.poll(status).toBe("ready");
  expect((await shown()).filter((line) => line === "assistant: You said Bye.")).toHaveLength(1);
  expect(await log()).toMatchObject({
    history: [
      ...["user: You're pretty", "assistant: You said You're pretty."],
      ...["user: Bye", "assistant: You said Bye.", "assistant: You said Bye."],
    ],
    messages: 2,
  });
});

it("goes on where it was left, in another page", async () => {
  const { history } = await log();
  page = await openChat();
  expect(await shown()).toEqual(history);
  await say("Me again");
  await expect.poll(async () => (await shown()).at(-1)).toBe("assistant: You said Me again.");
  expect((await log()).messages).toBe(3);
});
