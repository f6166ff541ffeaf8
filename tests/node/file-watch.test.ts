import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { promisify } from "node:util";
import { Luminora, type Storage } from "luminoracore";
import { fileStorage } from "luminoracore/node";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { root } from "../shared/cases.ts";

const user = "diego";
let folder: string;
const views: Luminora[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "luminora-watch-"));
});
afterEach(async () => {
  await Promise.all(views.splice(0).map((view) => view.close()));
  await rm(folder, { recursive: true });
});

async function open(storage: Storage = fileStorage(folder)): Promise<Luminora> {
  const view = await Luminora.open({ storage });
  views.push(view);
  return view;
}

describe("two views of one folder", () => {
  it("hear what the other one says, and go on from it", async () => {
    const [here, there] = [await open(), await open()];
    const mine = await here.createSession({ template: "alicia", user });
    await mine.send("Hello");
    const theirs = await there.createSession({ session: mine.id, user });
    await mine.send("My dog is called Pumpkin.");
    await expect.poll(() => theirs.history().length).toBe(4);
    await theirs.send("Thank you");
    await expect.poll(() => mine.history().map(({ id }) => id)).toEqual(theirs.history().map(({ id }) => id));
    expect(mine.state.affinity).toEqual(theirs.state.affinity);
  });

  it("do not quote what the other one has erased, nor keep it", async () => {
    const [here, there] = [await open(), await open()];
    const mine = await here.createSession({ template: "alicia", user });
    await mine.send("My dog is called Zorblax.");
    const theirs = await there.createSession({ session: mine.id, user });
    expect(await theirs.recall("Zorblax")).not.toEqual([]);
    for (const { id } of mine.history()) await here.forget(id, { user });
    await expect.poll(() => theirs.history()).toEqual([]);
    const { text } = await theirs.send("What is my dog called?");
    expect(text).not.toContain("Zorblax");
    await there.close();
    expect(await contents()).not.toMatch(/zorblax/i);
  });

  it("hear that everything was erased, without a trace", async () => {
    const [here, there] = [await open(), await open()];
    const mine = await here.createSession({ template: "alicia", user });
    await mine.send("Hello");
    await there.createSession({ session: mine.id, user });
    await here.erase({ user, purge: true });
    await expect.poll(() => there.sessions({ user })).toEqual([]);
  });
});

it("what a view writes itself it does not hear", async () => {
  const storage = fileStorage(folder);
  const here = await open(storage);
  const session = await here.createSession({ template: "alicia", user });
  await session.send("Hello");
  const heard: string[] = [];
  storage.subscribe?.((_, records, replaced) => heard.push(`${records.length} ${replaced}`));
  await session.send("My dog is called Pumpkin.");
  const fact = await here.remember({ category: "other", key: "kites", value: "on Sundays" }, { user });
  await here.forget(fact.id, { user });
  const file = await here.exportBundle({ user });
  await here.forget(session.history()[0]?.id ?? "", { user });
  await session.send("Thank you");
  await here.importBundle(file, { user });
  await wait(300);
  expect(heard).toEqual([]);
  // It still hears others.
  const there = await open();
  await (await there.createSession({ session: session.id, user })).send("It is me");
  await expect.poll(() => session.history().at(-2)?.text).toBe("It is me");
});

it("another process is heard, and listening keeps no process alive", async () => {
  const here = await open();
  const session = await here.createSession({ template: "alicia", user });
  await session.send("Hello");
  const script = `
    import { Luminora } from "luminoracore";
    import { fileStorage } from "luminoracore/node";
    const luminora = await Luminora.open({ storage: fileStorage(${JSON.stringify(folder)}) });
    const session = await luminora.createSession({ session: ${JSON.stringify(session.id)}, user: "diego" });
    await session.send("From afar");
    // It is not closed.
  `;
  await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", script], { cwd: root });
  await expect.poll(() => session.history().at(-2)?.text).toBe("From afar");
});

async function contents(): Promise<string> {
  const names = await readdir(folder);
  const texts = await Promise.all(names.map((name) => readFile(join(folder, name), "latin1")));
  return texts.join("\n");
}
