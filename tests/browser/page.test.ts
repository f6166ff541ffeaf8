import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { convertCard, exportCard, init, parse } from "luminoracore";
import type { Page } from "playwright-core";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { cards, file } from "../shared/cases.ts";
import { mutated } from "../shared/mutation.ts";
import { type Harness, openHarness } from "./harness.ts";
import { begins, type Endpoint, openEndpoint, refuses, says } from "./page-endpoint.ts";
import {
  bringAxe,
  choose,
  erase,
  idle,
  openPage,
  overflow,
  say,
  serious,
  stored,
  tabTo,
} from "./page-hands.ts";

const root = join(import.meta.dirname, "..", "..");
const tove = file("tests/cases/templates/tove.json");
const coach = file("tests/cases/dialects/coach.json");
const broken = mutated(tove, [
  ["set", "/mystery", 1],
  ["set", "/persona/version", "one"],
  ["set", "/core_traits/archetype", "mentr"],
  ["set", "/advanced_parameters/humor", 7],
  ["delete", "/behavioral_rules"],
]);

let harness: Harness;

beforeEach(async () => {
  harness = await openHarness();
});

afterEach(() => harness.close());

describe("the page", () => {
  it("offers the bundled personalities, each in its language", async () => {
    const page = await openPage(harness);
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
    const page = await openPage(harness);
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
    const page = await openPage(harness);
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
    const page = await openPage(harness);
    await choose(page, "Alicia");
    const text = '<img src="x" onerror="document.title = 1"><b>hello</b>';
    await say(page, text);
    expect(await page.locator(".turn-user .said").textContent()).toBe(text);
    expect(await page.locator("#transcript :is(img, b)").count()).toBe(0);
  });

  it("goes on where it was when the tab comes back", async () => {
    const first = await openPage(harness);
    await choose(first, "Alicia");
    await say(first, "You're pretty");
    await say(first, "I drew a boat");
    const before = await shown(first);
    await first.close();

    const second = await openPage(harness);
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
    const one = await openPage(harness);
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

  it("erases a message with its answer, and a conversation", async () => {
    const page = await openPage(harness);
    await choose(page, "Alicia");
    await say(page, "My dog is called Bruno");
    // An answer to something else may quote it, and stays.
    const two = await harness.open(new URL(page.url()).hash.replace(/^/, "/"));
    await two.getByText("My dog is called Bruno", { exact: true }).waitFor();
    const bruno = page.getByText("My dog is called Bruno", { exact: true });
    await bruno.hover();
    await page.getByRole("button", { name: "Erase “My dog is called Bruno”" }).click();
    await page.getByRole("heading", { name: "Erase this message?" }).waitFor();
    await page.keyboard.press("Escape");
    expect(await page.locator(".turn").count()).toBe(2);
    await bruno.hover();
    await page.getByRole("button", { name: "Erase “My dog is called Bruno”" }).click();
    await page.getByRole("button", { name: "Erase", exact: true }).click();
    for (const tab of [page, two]) {
      await tab.waitForFunction(() => document.querySelectorAll(".turn").length === 0);
      await tab.waitForFunction(
        () => !document.querySelector("#conversation")?.textContent?.includes("Bruno"),
      );
    }
    const everything = () => stored(page).then(({ records }) => JSON.stringify(records));
    expect(await everything()).not.toContain("Bruno");

    await say(page, "You're pretty");
    await page.locator("#this-conversation summary").click();
    await page.getByRole("button", { name: "Erase this conversation…" }).click();
    await page.getByRole("button", { name: "Erase", exact: true }).click();
    await page.getByText("That conversation is erased.").waitFor();
    await two.getByText("That conversation was erased in another tab.").waitFor();
    expect(await everything()).not.toContain("You're pretty");
    expect(await page.locator("#earlier").isHidden()).toBe(true);
  });

  it("gives everything back from one file, and shows it to read", async () => {
    const page = await openPage(harness);
    await choose(page, "Alicia");
    await say(page, "You're pretty");
    const before = await shown(page);
    await page.getByRole("button", { name: "Your data" }).click();
    const save = async (name: string) => {
      const [download] = await Promise.all([
        page.waitForEvent("download"),
        page.getByRole("button", { name }).click(),
      ]);
      return download;
    };
    const text = await save("Download to read");
    expect(text.suggestedFilename()).toMatch(/^luminora-\d{4}-\d\d-\d\d\.md$/);
    expect(await readFile(await text.path(), "utf8")).toContain("> You're pretty");
    const bundle = await save("Download everything");
    expect(bundle.suggestedFilename()).toMatch(/^luminora-\d{4}-\d\d-\d\d\.zip$/);
    const file = await bundle.path();
    await page.keyboard.press("Escape");
    await erase(page);
    await page.getByLabel("Snapshot file").setInputFiles(file);
    await page.getByText(/is here: \d+ new, 0 changed, 0 erased\./).waitFor();
    const after = await shown(page);
    expect({ ...after, changes: [] }).toEqual({ ...before, changes: [] });
    await page.getByLabel("Snapshot file").setInputFiles(file);
    await page.getByText("is here: 0 new, 0 changed, 0 erased.").waitFor();
  });

  it("keeps everything under a passphrase, and asks for it until it is right", async () => {
    const page = await openPage(harness);
    await choose(page, "Alicia");
    await say(page, "You're pretty");
    const before = await shown(page);
    await page.getByRole("button", { name: "Your data" }).click();
    await page.getByLabel("Passphrase (optional)").fill("a kite over the harbour");
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "Download everything" }).click(),
    ]);
    await page.getByText("Only its passphrase opens it.").waitFor();
    const file = await download.path();
    expect((await readFile(file)).includes("INDEX.jsonl")).toBe(false);
    await page.keyboard.press("Escape");
    await erase(page);
    // The passphrase went with the panel.
    expect(await page.getByLabel("Passphrase (optional)").inputValue()).toBe("");

    await page.getByLabel("Snapshot file").setInputFiles(file);
    const question = page.getByRole("dialog", { name: "Passphrase" });
    await question.getByText("can be opened with its passphrase only.").waitFor();
    await page.keyboard.press("Escape");
    await page.getByText("Nothing was changed.").waitFor();
    await page.getByLabel("Snapshot file").setInputFiles(file);
    await question.getByLabel("Passphrase").fill("a kite");
    await page.keyboard.press("Enter");
    await question.getByText("the passphrase is wrong, or the file was changed").waitFor();
    await bringAxe(page);
    expect(await serious(page)).toEqual([]);
    await question.getByLabel("Passphrase").fill("a kite over the harbour");
    await page.keyboard.press("Enter");
    await page.getByText(/is here: \d+ new, 0 changed, 0 erased\./).waitFor();
    expect({ ...(await shown(page)), changes: [] }).toEqual({ ...before, changes: [] });
    expect(await page.locator("#passphrase-given").inputValue()).toBe("");
    expect(JSON.stringify(await stored(page))).not.toContain("a kite");
  });

  it("says whether the browser has promised to keep it", async () => {
    const page = await openPage(harness);
    await page.evaluate(() => {
      navigator.storage.persisted = async () => true;
    });
    await page.getByRole("button", { name: "Your data" }).click();
    await page.getByText("The browser has promised to keep it.").waitFor();
    await page.keyboard.press("Escape");
    await page.evaluate(() => {
      navigator.storage.persisted = async () => false;
    });
    await page.getByRole("button", { name: "Your data" }).click();
    await page.getByText("the browser may clear it").waitFor();
  });

  it("gives the same state back after export, erase and import", async () => {
    const page = await openPage(harness);
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
    // A question that comes while another one is open waits for it, and does not speak through it.
    await page.getByRole("button", { name: "Erase everything…" }).click();
    await page.getByRole("heading", { name: "Erase everything?" }).waitFor();
    await page.getByLabel("Snapshot file").setInputFiles(changed);
    await page.getByText(/^Reading .*changed\.json…$/).waitFor({ state: "attached" });
    await page.waitForTimeout(300);
    await page.getByRole("heading", { name: "Erase everything?" }).waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("heading", { name: "Import a changed file?" }).waitFor();
    await page.keyboard.press("Escape");
    await page.getByText("Nothing was changed.").waitFor();

    await writeFile(changed, "no snapshot");
    await page.getByLabel("Snapshot file").setInputFiles(changed);
    await page.locator("#data-failure").waitFor();
  });

  it("works with the keyboard alone", async () => {
    const page = await openPage(harness);
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

describe("the page opens a personality file", () => {
  beforeAll(() => init());

  it("that is a template: the conversation begins, and the personality stays", async () => {
    const page = await openPage(harness);
    const chooser = page.waitForEvent("filechooser");
    await page.getByRole("button", { name: "Open a personality file" }).click();
    await (await chooser).setFiles(upload("tove.json", tove));
    await page.locator("#message:focus").waitFor();
    expect(await page.locator("#talk-name").textContent()).toBe("Tove Brandt");
    expect(await page.locator("#file-panel").isVisible()).toBe(false);
    const begun = page.url();

    await page.getByRole("link", { name: "luminora" }).click();
    await open(page, "again.json", tove);
    await page.locator("#message:focus").waitFor();
    expect(page.url()).toBe(begun);
    await page.getByRole("link", { name: "luminora" }).click();
    await page.locator("#start").waitFor();
    await page.reload();
    await page.getByRole("button", { name: "Continue with Tove Brandt" }).waitFor();

    await erase(page);
    expect(await page.locator(".card").filter({ hasText: "Tove Brandt" }).count()).toBe(0);
    expect(await owners(page)).toEqual([]);
  });

  it("with errors: all of them are listed, errors first, and nothing is kept", async () => {
    const page = await openPage(harness);
    // Choosers are caught some time after somebody begins to wait for one.
    const chooser = page.waitForEvent("filechooser");
    await open(page, "broken.json", broken);
    const panel = page.getByRole("dialog", { name: "broken.json cannot be opened" });
    await panel.getByText("3 errors, 2 warnings. Nothing was opened.").waitFor();
    const problems = panel.locator(".problem");
    expect(await problems.locator("strong").allTextContents()).toEqual([
      "error",
      "error",
      "error",
      "warning",
      "warning",
    ]);
    expect(await problems.locator(".problem-head > :last-child").allTextContents()).toEqual([
      "the whole document",
      "/persona/version",
      "/advanced_parameters/humor",
      "/core_traits/archetype",
      "/mystery",
    ]);
    const [missing, , , archetype] = await problems.allTextContents();
    expect(missing).toContain('The key "behavioral_rules" is missing.');
    expect(archetype).toContain("Did you mean “mentor”?");
    expect(await owners(page)).toEqual([]);

    await page.keyboard.press("Escape");
    await open(page, "text.json", "no JSON at all");
    expect(await page.locator(".problem").allTextContents()).toEqual([
      "errorthe whole documentThis is not JSON: a value is expected at line 1 column 1.",
    ]);
    await page.keyboard.press("Escape");
    await open(page, "form.json", file("tests/cases/dialects/custom.json"));
    expect(await page.locator(".problem .muted").last().textContent()).toBe(
      "fill in the placeholders, of which {{name}} is the first",
    );
    await page.keyboard.press("Enter");
    await (await chooser).setFiles(upload("tove.json", tove));
    await page.locator("#message:focus").waitFor();
  });

  it("with warnings alone: they are told before the conversation begins", async () => {
    const page = await openPage(harness);
    await open(page, "tove.json", mutated(tove, [["set", "/mystery", 1]]));
    await page.getByText("It works, with 1 warning.").waitFor();
    expect(await page.locator(".problem code").allTextContents()).toEqual(["/mystery"]);
    expect(await owners(page)).toEqual([]);
    await page.keyboard.press("Enter");
    await page.locator("#message:focus").waitFor();
    expect(await page.locator("#talk-name").textContent()).toBe("Tove Brandt");
  });

  it("of an older format: what was guessed is told, and what has no place", async () => {
    const page = await openPage(harness);
    await open(page, "coach.json", coach);
    const panel = page.getByRole("dialog", { name: "Coach Martinez" });
    await panel.getByText("Made from an older format.").waitFor();
    expect(await reported(page, "Guessed")).toEqual([
      "/persona/language en The dialect names no language; this is English.",
      "/persona/compatibility universal The dialect names no targets.",
      "/advanced_parameters/verbosity 0.5 The number is what the word suggests.",
      "/advanced_parameters/formality 0.3 The number is what the word suggests.",
      "/advanced_parameters/creativity 0.777778 With this creativity a compile gives the same temperature.",
      "/linguistic_profile/syntax varied The document does not say.",
    ]);
    expect(await reported(page, "Changed on the way")).toEqual([
      "/persona/archetype → /core_traits/archetype It is the same there.",
    ]);
    const kept = ["top_p", "max_tokens", "frequency_penalty", "presence_penalty"];
    expect(await reported(page, "Kept, but without effect")).toEqual(
      kept.map((name) => `/advanced_parameters/${name} The format has no place for this.`),
    );
    await panel.getByRole("button", { name: "Talk to Coach Martinez" }).click();
    await say(page, "Hello");
    expect(await page.locator(".turn").count()).toBe(2);
  });

  it("that is a character card: every format, in JSON, in a picture and in an archive", async () => {
    const page = await openPage(harness, { expectErrors: true });
    const picture = await page.screenshot();
    for (const { card, format } of cards) {
      const { template } = convertCard(card);
      const { name } = template.document.persona as { name: string };
      const json = JSON.stringify(card);
      const files: [string, string | Uint8Array][] = [["card.json", json]];
      if (format === "v3") {
        files.push(["card.png", exportCard(template, { image: picture }).bytes]);
        files.push(["card.charx", exportCard(template, { format: "charx" }).bytes]);
      }
      for (const [file, content] of files) {
        await open(page, file, content);
        const panel = page.getByRole("dialog", { name, exact: true });
        await panel.getByText(/^Made from a (character card|lorebook)/).waitFor();
        expect((await reported(page, "Guessed")).join(), `${name} in ${file}`).toContain("/core_traits");
        await page.keyboard.press("Escape");
      }
      await open(page, "card.json", json);
      await page
        .getByRole("button", { name: `Talk to ${name}` })
        .and(page.locator("dialog *"))
        .click();
      await page.locator("#message:focus").waitFor();
      expect(await page.locator("#talk-name").textContent()).toBe(name);
      await page.getByRole("link", { name: "luminora" }).click();
      await page.locator("#start").waitFor();
    }

    // A template travels whole in a card: there is nothing to guess.
    await open(page, "tove.png", exportCard(tove, { image: picture }).bytes);
    await page.locator("#message:focus").waitFor();
    expect(await page.locator("#talk-name").textContent()).toBe("Tove Brandt");

    await open(page, "no-card.png", picture);
    expect(await page.locator("#file-failure").textContent()).toContain("unsupported_format");
    await page.keyboard.press("Escape");
    await page
      .locator("#personality-file")
      .setInputFiles({ ...upload("a.jpg", "x"), mimeType: "image/jpeg" });
    await page.getByText("Only a PNG picture can hold a character card.").waitFor();
  });

  it("that is dropped anywhere, one at a time, while no other panel is open", async () => {
    const page = await openPage(harness);
    await choose(page, "Alicia");
    const folder = await mkdtemp(join(tmpdir(), "luminora-drop-"));
    const path = join(folder, "tove.json");
    await writeFile(path, tove);
    const sign = page.locator("#drop-sign");

    const drag = await dragOver(page, [path, path]);
    expect(await sign.isVisible()).toBe(true);
    await drag("dragCancel");
    await sign.waitFor({ state: "hidden" });
    await (await dragOver(page, [path, path]))("drop");
    await page.getByText("Open one file at a time.").waitFor();
    expect(await sign.isVisible()).toBe(false);
    await page.keyboard.press("Escape");

    await page.getByRole("button", { name: "Your data" }).click();
    await (await dragOver(page, [path]))("drop");
    expect(await sign.isVisible()).toBe(false);
    await page.keyboard.press("Escape");
    expect(await page.locator("#talk-name").textContent()).toBe("Alicia");

    await (await dragOver(page, [path]))("drop");
    await page.getByRole("heading", { name: "Tove Brandt" }).waitFor();
    await rm(folder, { recursive: true });
  });

  it("of a name that the person knows already: the relationship stays as it is", async () => {
    const page = await openPage(harness);
    await choose(page, "Alicia");
    await page.getByRole("link", { name: "luminora" }).click();
    await page.locator("#start").waitFor();
    const renamed = mutated(tove, [["set", "/persona/name", "Alicia"]]);
    await open(page, "alicia.json", renamed);
    const failure = page.locator("#file-failure");
    await failure.getByText("You already know Alicia").waitFor();
    expect(await page.evaluate(() => document.querySelectorAll("dialog[open]").length)).toBe(1);
    expect(await owners(page)).toEqual(["anonymous"]);
  });

  it("that is everything: it is imported", async () => {
    const page = await openPage(harness);
    await choose(page, "Alicia");
    await say(page, "You're pretty");
    const everything = await save(page, "Download everything");
    await erase(page);
    await page.keyboard.press("Escape");
    await open(page, "everything.zip", everything.bytes);
    await page.getByText(/everything.zip is here: \d+ new/).waitFor();
    await expect.poll(() => page.locator(".turn-user .said").allTextContents()).toEqual(["You're pretty"]);
  });

  it("that is a snapshot: it is imported", async () => {
    const page = await openPage(harness);
    await choose(page, "Alicia");
    await say(page, "You're pretty");
    const before = await shown(page);
    const snapshot = await save(page, "Download snapshot");
    await erase(page);
    await page.keyboard.press("Escape");
    await open(page, "snapshot.json", snapshot.text);
    await page.getByText("the conversation is open behind this panel").waitFor();
    expect({ ...(await shown(page)), changes: [] }).toEqual({ ...before, changes: [] });
  });

  it("and saves the personality, as a document and as a card", async () => {
    const page = await openPage(harness);
    const document = mutated(tove, [["set", "/schema_version", "1.1.0"]]);
    await open(page, "tove.json", document);
    await say(page, "A secret of mine");
    const personality = await save(page, "Save the personality");
    expect(personality.name).toBe("tove-brandt.json");
    expect(JSON.parse(personality.text)).toEqual(JSON.parse(document));
    const card = await save(page, "Save as a card");
    expect(card.name).toBe("tove-brandt.card.json");
    expect(JSON.parse(card.text).spec).toBe("chara_card_v3");
    expect(convertCard(card.text).template.id).toBe(parse(document).id);
    expect(personality.text + card.text).not.toContain("secret");
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
    const page = await openPage(harness);
    await choose(page, "Alicia");
    await connect(page, endpoint, key);
    await say(page, "Hello");
    expect(await page.locator(".turn-assistant .said").textContent()).toBe("Hello from the endpoint.");
    expect(endpoint.calls.map(({ url }) => url)).toEqual(["/v1/chat/completions"]);
    const [call] = endpoint.calls;
    expect(call?.headers.authorization).toBe(`Bearer ${key}`);
    expect(call?.headers.referer).toBeUndefined();
    expect(JSON.parse(call?.body ?? "{}").model).toBe("tiny");

    const shown = await page.evaluate(() => {
      const storages = { ...localStorage, ...sessionStorage };
      return [storages, location.href, document.documentElement.outerHTML];
    });
    const kept = JSON.stringify([await stored(page), shown]);
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
    const page = await openPage(harness, { expectErrors: true });
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
    const page = await openPage(harness);
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
    const page = await openPage(harness);
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
    const page = await openPage(harness);
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
        const page = await openPage(harness, { expectErrors: true });
        await page.emulateMedia({ colorScheme });
        await page.setViewportSize({ width, height: 844 });
        await bringAxe(page);

        expect(await serious(page), "start").toEqual([]);
        for (const [name, content] of [
          ["broken.json", broken],
          ["coach.json", coach],
          ["no.png", "\x89PNG"],
        ] as const) {
          await open(page, name, content);
          expect(await serious(page), name).toEqual([]);
          expect(await overflow(page), name).toBe(0);
          await page.keyboard.press("Escape");
        }
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

function upload(name: string, content: string | Uint8Array) {
  const mimeType = name.endsWith(".png") ? "image/png" : "application/json";
  return { name, mimeType, buffer: Buffer.from(content) };
}

/** Gives the page a file to open, and waits until it has. */
async function open(page: Page, name: string, content: string | Uint8Array): Promise<void> {
  await page.locator("#personality-file").setInputFiles(upload(name, content));
  await page.locator("dialog[open], #message:focus").first().waitFor();
}

/** What the report of a conversion says under a title, one line for each part. */
async function reported(page: Page, title: string): Promise<string[]> {
  const section = page.locator(".report").filter({ has: page.getByRole("heading", { name: title }) });
  return section.locator("li").allTextContents();
}

/** Drags files over the middle of the page, as the browser itself does; the answer ends the drag. */
async function dragOver(page: Page, files: string[]) {
  const session = await page.context().newCDPSession(page);
  const step = (type: "dragEnter" | "dragOver" | "drop" | "dragCancel") =>
    session.send("Input.dispatchDragEvent", {
      type,
      x: 600,
      y: 400,
      data: { items: [], files, dragOperationsMask: 1 },
    });
  await step("dragEnter");
  await step("dragOver");
  return step;
}

/** Saves something from the data panel. */
async function save(page: Page, button: string): Promise<{ name: string; bytes: Buffer; text: string }> {
  await page.getByRole("button", { name: "Your data" }).click();
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: button }).click(),
  ]);
  await page.keyboard.press("Escape");
  const bytes = await readFile(await download.path());
  return { name: download.suggestedFilename(), bytes, text: bytes.toString() };
}

/** Whose records the browser keeps. */
async function owners(page: Page): Promise<unknown> {
  // As text: the page is to import its own package, not the one of this file.
  return page.evaluate('import("luminoracore").then(({ indexedDbStorage }) => indexedDbStorage().owners())');
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
