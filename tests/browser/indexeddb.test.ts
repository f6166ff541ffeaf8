import { join } from "node:path";
import { build } from "esbuild";
import type { CDPSession, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { foldOf, wholeRuns } from "../shared/whole.ts";
import { type Inside, openInside } from "./inside.ts";

let browser: Inside;
let count = 0;

beforeAll(async () => {
  browser = await openInside();
});

afterAll(() => browser?.close());

describe("a full storage", () => {
  it("refuses a batch whole, and takes the next one when there is room", async () => {
    const { name, tabs, devtools } = await openTabs(2);
    const [one, two] = tabs as [Page, Page];
    const origin = new URL(one.url()).origin;
    // Before the first batch: the browser remembers for a while how much room there was.
    await devtools.send("Storage.overrideQuotaForOrigin", { origin, quotaSize: 600_000 });
    expect(await one.evaluate(() => inside.database.put(["first"]))).toBeUndefined();
    const { acknowledged, refused } = await one.evaluate(() => inside.database.putUntilRefused(30_000));
    expect(refused).toEqual({
      code: "storage",
      hint: expect.stringContaining("free some space"),
      cause: "QuotaExceededError",
    });
    expect(acknowledged.length).toBeGreaterThan(1);
    // Nor is a part of it there: for this tab, another one, or after a reload.
    const kept = ["first", ...acknowledged].sort();
    for (const tab of tabs) expect(await tab.evaluate(() => inside.database.ids())).toEqual(kept);
    await two.reload();
    await ready(two, name);
    expect(await two.evaluate(() => inside.database.ids())).toEqual(kept);
    expect((await one.evaluate(() => inside.database.put(["again"], 60_000)))?.cause).toBe(refused?.cause);

    await devtools.send("Storage.overrideQuotaForOrigin", { origin });
    expect(await one.evaluate(() => inside.database.put(["room"], 60_000))).toBeUndefined();
    for (const tab of tabs)
      expect(await tab.evaluate(() => inside.database.ids())).toEqual([...kept, "room"].sort());
  });

  it("leaves a turn out whole, and the state as it was; the next one is kept when there is room", async () => {
    const { tabs, devtools } = await openTabs(1);
    const [tab] = tabs as [Page];
    const { origin } = new URL(tab.url());
    await devtools.send("Storage.overrideQuotaForOrigin", { origin, quotaSize: 300_000 });
    const now = Date.UTC(2026, 0, 1, 12);
    const id = await tab.evaluate((now) => inside.openTab(now), now);
    const say = (text: string) =>
      tab.evaluate(
        (text) =>
          inside.say(text).then(
            () => undefined,
            ({ code, hint }: { code: string; hint?: string }) => ({ code, hint }),
          ),
        text,
      );
    let refused: Awaited<ReturnType<typeof say>>;
    let said = 0;
    let before = await tab.evaluate(() => inside.view());
    for (; !refused && said < 1000; said++) {
      before = await tab.evaluate(() => inside.view());
      refused = await say(`You are wonderful! ${"This takes room. ".repeat(300)}${said}`);
    }
    expect(refused).toEqual({ code: "storage", hint: expect.stringContaining("free some space") });
    expect(before.history.length).toBe(2 * (said - 1));
    expect(await tab.evaluate(() => inside.view())).toEqual(before);
    expect(wholeRuns(JSON.parse(await tab.evaluate(() => inside.stored()))).size).toBe(said - 1);
    await devtools.send("Storage.overrideQuotaForOrigin", { origin });
    expect(await say("Thank you, friend")).toBeUndefined();
    const records = JSON.parse(await tab.evaluate(() => inside.stored()));
    expect(wholeRuns(records).size).toBe(said);
    expect((await tab.evaluate(() => inside.view())).state).toBe(await foldOf(records, id, now));
  });
});

describe("another version of the database", () => {
  it("of an older tab that lets go of it is upgraded, with all that is in it", async () => {
    const { name, tabs } = await openTabs(2);
    const [old, tab] = tabs as [Page, Page];
    expect(await old.evaluate((name) => inside.database.openBare(name, 2, true), name)).toEqual(["old"]);
    expect(await tab.evaluate(() => inside.database.put(["new"]))).toBeUndefined();
    expect(await tab.evaluate(() => inside.database.ids())).toEqual(["new", "old"]);
  });

  it("waits for an older tab that is busy, and says after a while what to do about one that does not let go", async () => {
    const { name, tabs } = await openTabs(2);
    const [old, tab] = tabs as [Page, Page];
    await old.evaluate((name) => inside.database.openBare(name, 1, false), name);
    const refused = await tab.evaluate(() => inside.database.put(["new"]));
    const error = { code: "storage", hint: expect.stringContaining("other tabs"), cause: undefined };
    expect(refused).toEqual(error);
    // The next call waits anew; this time somebody closes the tab.
    const waiting = tab.evaluate(() => inside.database.put(["new"]));
    await old.close();
    expect(await waiting).toBeUndefined();
    expect(await tab.evaluate(() => inside.database.ids())).toEqual(["new", "old"]);
  });

  it("is let in by a tab of this one, which loses nothing and asks to be loaded again", async () => {
    const { name, tabs } = await openTabs(2);
    const [tab, newer] = tabs as [Page, Page];
    await tab.evaluate(() => inside.database.put(["before"]));
    const writing = tab.evaluate(() => inside.database.putMany(200));
    const upgraded = newer.evaluate((name) => inside.database.openBare(name, 5, true), name);
    const { kept, refused } = await writing;
    expect(await upgraded).toEqual(["before", ...kept].sort());
    const error = { code: "storage", hint: expect.stringContaining("reload"), cause: "VersionError" };
    for (const refusal of refused) expect(refusal).toEqual(error);
    expect(kept.length + refused.length).toBe(200);
    for (const refusal of await tab.evaluate(() => inside.database.refusals()))
      expect(refusal).toEqual(error);
  });

  it("from the future is refused by every call, and left as it is", async () => {
    const { name, tabs } = await openTabs(1);
    const [tab] = tabs as [Page];
    await tab.evaluate((name) => inside.database.openBare(name, 99, true), name);
    const error = { code: "storage", hint: expect.stringContaining("newer version"), cause: "VersionError" };
    for (const refusal of await tab.evaluate(() => inside.database.refusals()))
      expect(refusal).toEqual(error);
    expect(await tab.evaluate((name) => inside.database.openBare(name, 99, true), name)).toEqual(["old"]);
  });
});

describe("a database that goes away", () => {
  it("is not begun anew by tabs that know more than it holds: they say so, until they are loaded again", async () => {
    const { name, tabs, devtools } = await openTabs(2);
    const [one] = tabs as [Page];
    const origin = new URL(one.url()).origin;
    for (const tab of tabs) await tab.evaluate((name) => inside.database.put([name]), `${tabs.indexOf(tab)}`);
    // What a person does who clears the site's data, and a browser that needs room.
    await devtools.send("Storage.clearDataForOrigin", { origin, storageTypes: "indexeddb" });
    const error = { code: "storage", hint: expect.stringContaining("cleared"), cause: undefined };
    for (const tab of tabs)
      for (const refusal of await tab.evaluate(() => inside.database.refusals()))
        expect(refusal).toEqual(error);
    await one.reload();
    await ready(one, name);
    expect(await one.evaluate(() => inside.database.put(["anew"]))).toBeUndefined();
    expect(await one.evaluate(() => inside.database.ids())).toEqual(["anew"]);
  });

  it("is not taken for the one that another tab has begun in its place", async () => {
    const { name, tabs, devtools } = await openTabs(2);
    const [one, two] = tabs as [Page, Page];
    const origin = new URL(one.url()).origin;
    for (const id of ["a", "b"]) await one.evaluate((id) => inside.database.put([id]), id);
    await devtools.send("Storage.clearDataForOrigin", { origin, storageTypes: "indexeddb" });
    await two.reload();
    await ready(two, name);
    for (const id of ["c", "d", "e"])
      expect(await two.evaluate((id) => inside.database.put([id]), id)).toBeUndefined();
    const error = { code: "storage", hint: expect.stringContaining("cleared"), cause: undefined };
    for (const refusal of await one.evaluate(() => inside.database.refusals()))
      expect(refusal).toEqual(error);
    expect(await two.evaluate(() => inside.database.ids())).toEqual(["c", "d", "e"]);
  });

  it("is opened again when only the connection was lost", async () => {
    const { tabs } = await openTabs(1);
    const [tab] = tabs as [Page];
    await tab.evaluate(() => inside.database.watchConnections());
    await tab.evaluate(() => inside.database.put(["a"]));
    expect(await tab.evaluate(() => inside.database.loseConnections())).toBe(1);
    expect(await tab.evaluate(() => inside.database.put(["b"]))).toBeUndefined();
    expect(await tab.evaluate(() => inside.database.loseConnections())).toBe(2);
    expect(await tab.evaluate(() => inside.database.ids())).toEqual(["a", "b"]);
  });
});

describe("a page that may not store data", () => {
  it("is told what to do, in a sandbox", async () => {
    const tab = await browser.open({ expectErrors: true });
    // A sandbox is another origin, and loads nothing from ours: it gets the library in one piece.
    const { outputFiles } = await build({
      entryPoints: [join(import.meta.dirname, "..", "..", "pkg", "indexeddb.js")],
      bundle: true,
      format: "esm",
      minify: true,
      write: false,
      logLevel: "silent",
    });
    const exported = /export\{(\w+) as indexedDbStorage\}/;
    const library = (outputFiles[0]?.text ?? "").replace(exported, "globalThis.indexedDbStorage=$1");
    const page = `<script type="module">
      ${library.replaceAll("</script", "<\\/script")}
      try {
        await indexedDbStorage().owners();
        parent.postMessage("kept", "*");
      } catch ({ code, hint, cause, message }) {
        parent.postMessage({ code, hint, cause: cause?.name ?? message }, "*");
      }
    </script>`;
    const answer = await tab.evaluate(
      (page) =>
        new Promise((resolve) => {
          addEventListener("message", ({ data }) => resolve(data));
          const frame = document.createElement("iframe");
          frame.sandbox.value = "allow-scripts";
          frame.srcdoc = page;
          document.body.append(frame);
        }),
      page,
    );
    expect(answer).toEqual({
      code: "storage",
      hint: expect.stringContaining("memoryStorage()"),
      cause: "SecurityError",
    });
  });

  it("is told what to do, where there is no database at all", async () => {
    const { tabs } = await openTabs(1);
    const [tab] = tabs as [Page];
    await tab.evaluate(() => Object.defineProperty(globalThis, "indexedDB", { value: undefined }));
    const error = { code: "storage", hint: expect.stringContaining("memoryStorage()") };
    for (const refusal of await tab.evaluate(() => inside.database.refusals()))
      expect(refusal).toMatchObject(error);
  });
});

it("the browser is asked once to keep the data, with the first batch, and only when it is wanted", async () => {
  const { name, tabs } = await openTabs(1);
  const [tab] = tabs as [Page];
  await tab.evaluate(() => inside.database.watchPersist());
  await tab.evaluate(() => inside.database.put(["a"]));
  expect(await tab.evaluate(() => inside.database.timesAsked())).toBe(0);
  await tab.evaluate((name) => inside.database.openStorage(name, { persist: true }), name);
  expect(await tab.evaluate(() => inside.database.timesAsked())).toBe(0);
  for (const id of ["b", "c"]) await tab.evaluate((id) => inside.database.put([id]), id);
  expect(await tab.evaluate(() => inside.database.timesAsked())).toBe(1);
});

describe("what is changed elsewhere", () => {
  it("by a worker is heard", async () => {
    const { name, tabs } = await openTabs(2);
    const [one, two] = tabs as [Page, Page];
    await two.evaluate((name) => inside.database.putInWorker(name, "from a worker"), name);
    for (const tab of [one, two]) await heard(tab, ["from a worker"]);
  });

  it("is heard by a tab that was frozen meanwhile", async () => {
    const { tabs, devtools } = await openTabs(2);
    const [tab, other] = tabs as [Page, Page];
    await devtools.send("Page.setWebLifecycleState", { state: "frozen" });
    await other.evaluate(() => inside.database.put(["meanwhile"]));
    await devtools.send("Page.setWebLifecycleState", { state: "active" });
    await heard(tab, ["meanwhile"]);
  });

  it("is read by a tab that comes back and was not told: what came, and what was erased", async () => {
    const { tabs } = await openTabs(2);
    const [tab, other] = tabs as [Page, Page];
    await other.evaluate(() => inside.database.put(["a", "b"]));
    await heard(tab, ["a", "b"]);
    await tab.evaluate(() => inside.database.follow());
    // Told, it follows step by step.
    await other.evaluate(() => inside.database.put(["c"]));
    await heard(tab, ["a", "b", "c"]);
    await other.evaluate(() => inside.database.fallSilent());
    await other.evaluate(() => inside.database.put(["d"]));
    await other.evaluate(() => inside.database.put(["e"]));
    await comeBack(tab);
    await heard(tab, ["a", "b", "c", "d", "e"]);
    // Nothing is new: nothing is told.
    await comeBack(tab);
    await other.evaluate(() => inside.database.forget("a"));
    await comeBack(tab);
    await heard(tab, ["a", "b", "c", "d", "e", "replaced", "b", "c", "d", "e", "a"]);
  });

  it("is read by a tab that comes back also where tabs cannot tell each other", async () => {
    const { name, tabs } = await openTabs(2);
    const [tab, other] = tabs as [Page, Page];
    await tab.evaluate(() => inside.database.closeStorage());
    await tab.evaluate(() => Reflect.deleteProperty(globalThis, "BroadcastChannel"));
    await tab.evaluate((name) => inside.database.openStorage(name), name);
    await tab.evaluate(() => inside.database.put(["here"]));
    await tab.evaluate(() => inside.database.follow());
    await other.evaluate(() => inside.database.put(["there"]));
    await comeBack(tab);
    await heard(tab, ["there"]);
  });

  it("is missed by nobody, when tabs write that have not heard of each other", async () => {
    const { tabs } = await openTabs(3);
    const [one, two, reader] = tabs as [Page, Page, Page];
    await one.evaluate(() => inside.database.put(["first"]));
    await heard(reader, ["first"]);
    await reader.evaluate(() => inside.database.follow());
    for (const tab of [one, two]) await tab.evaluate(() => inside.database.fallSilent());
    const put = async (tab: Page, id: string) => {
      expect(await tab.evaluate((id) => inside.database.put([id]), id)).toBeUndefined();
      await comeBack(reader);
      await reader.waitForFunction((id) => inside.database.changesHeard().includes(id), id, {
        timeout: 10_000,
      });
    };
    for (const turn of [1, 2, 3])
      for (const tab of [one, two]) await put(tab, `${tabs.indexOf(tab)}-${turn}`);
    // The numbers of a log that is gone are of no use, however many there were.
    await two.evaluate(() => inside.database.eraseAll());
    for (const turn of [4, 5, 6])
      for (const tab of [one, two]) await put(tab, `${tabs.indexOf(tab)}-${turn}`);
    const left = [4, 5, 6].flatMap((turn) => [`0-${turn}`, `1-${turn}`]).sort();
    for (const tab of tabs) expect(await tab.evaluate(() => inside.database.ids())).toEqual(left);
  });

  it("is known to a page that was put aside and is shown again", async () => {
    const { tabs } = await openTabs(2);
    const [tab, other] = tabs as [Page, Page];
    await other.evaluate(() => inside.database.put(["a"]));
    await heard(tab, ["a"]);
    await tab.evaluate(() => inside.database.follow());
    await tab.evaluate(() => {
      addEventListener("pageshow", ({ persisted }) => Object.assign(globalThis, { persisted }));
    });
    // A message to a page that was put aside makes this browser give it up; others just do not deliver it.
    await other.evaluate(() => inside.database.fallSilent());
    await tab.goto(`${browser.harness.url}/tests/index.html`).catch(() => undefined);
    await other.evaluate(() => inside.database.put(["meanwhile"]));
    await tab.goBack({ waitUntil: "commit" });
    expect(await tab.evaluate(() => (globalThis as { persisted?: boolean }).persisted)).toBe(true);
    await heard(tab, ["a", "meanwhile"]);
  });
});

/** Tabs on one database of its own, in an origin of its own, and the developer tools of the first. */
async function openTabs(number: number): Promise<{ name: string; tabs: Page[]; devtools: CDPSession }> {
  const name = `database-${count++}`;
  const origin = browser.harness.url.replace("localhost", `${name}.localhost`);
  const tabs: Page[] = [];
  for (let index = 0; index < number; index++) {
    const tab = await browser.open({ origin, expectErrors: true });
    await ready(tab, name);
    tabs.push(tab);
  }
  const [first] = tabs as [Page];
  return { name, tabs, devtools: await first.context().newCDPSession(first) };
}

async function ready(tab: Page, name: string): Promise<void> {
  await tab.waitForFunction(() => "inside" in globalThis);
  await tab.evaluate((name) => inside.database.openStorage(name), name);
}

/** Waits until a tab has heard exactly of these. */
async function heard(tab: Page, changes: string[]): Promise<void> {
  await tab.waitForFunction(
    (text) => JSON.stringify(inside.database.changesHeard()) === text,
    JSON.stringify(changes),
    {
      timeout: 10_000,
    },
  );
}

/** The person looks at a tab again. */
async function comeBack(tab: Page): Promise<void> {
  await tab.evaluate(() => document.dispatchEvent(new Event("visibilitychange", { bubbles: true })));
}
