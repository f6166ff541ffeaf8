import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Luminora, type Storage } from "luminoracore";
import { fileStorage } from "luminoracore/node";
import { fakeEmbedder } from "luminoracore/testing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

const user = "diego";
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "luminora-stale-"));
});
afterEach(() => rm(folder, { recursive: true }));

const open = () => Luminora.open({ storage: deaf(fileStorage(folder)), embedder: fakeEmbedder() });

/** A storage that tells of no change, as where the system does not tell either. */
function deaf(storage: Storage): Storage {
  const get = (target: Storage, name: keyof Storage) => {
    const member = name === "subscribe" ? undefined : target[name];
    return typeof member === "function" ? member.bind(target) : member;
  };
  return new Proxy(storage, { get } as ProxyHandler<Storage>);
}

describe("what another process erases, of which this one does not hear", () => {
  const erasures: Record<string, (luminora: Luminora, turn: string) => Promise<unknown>> = {
    "a turn": (luminora, turn) => luminora.forget(turn, { user }),
    everything: (luminora) => luminora.erase({ user }),
    "everything, without a trace": (luminora) => luminora.erase({ user, purge: true }),
  };
  for (const [what, erase] of Object.entries(erasures))
    it(`does not come back with what this one caches: ${what}`, async () => {
      const here = await open();
      const session = await here.createSession({ template: "alicia", user });
      await session.send("My dog is called Zorblax.");
      await here.embed({ user });
      const there = await open();
      await erase(there, session.history()[0]?.id ?? "");
      const kept = await readdir(folder);
      await session.recall("dog");
      await here.close();
      expect(await contents()).not.toMatch(/zorblax/i);
      // Nor is there anything of somebody who is gone.
      expect(await readdir(folder)).toEqual(kept);
      await there.close();
      expect(await contents()).not.toMatch(/zorblax/i);
    });
});

it("who erases goes on to cache what is left, also when several things are erased at once", async () => {
  const luminora = await open();
  const session = await luminora.createSession({ template: "alicia", user });
  for (const name of ["Zorblax", "Mimosa", "Pumpkin"]) await session.send(`My dog is called ${name}.`);
  await luminora.embed({ user });
  // With what the personality said, which may quote it.
  const said = session.history().filter(({ text }) => !text.includes("Pumpkin."));
  await Promise.all(said.map(({ id }) => luminora.forget(id, { user })));
  // Some begin while others end.
  for (const place of ["Quito", "Lima"]) {
    const fact = await luminora.remember({ category: "other", key: place, value: place }, { user });
    const forgetting = luminora.forget(fact.id, { user });
    await Promise.resolve();
    await luminora.remember({ category: "other", key: "home", value: place }, { user });
    await forgetting;
  }
  await session.send("I live in Quito.");
  await luminora.close();
  const caches = (await readdir(folder)).filter((name) => name.endsWith(".cache"));
  expect(caches).toEqual([expect.stringContaining("text-index"), expect.stringContaining("vectors")]);
  expect(await contents()).toMatch(/pumpkin/);
  expect(await contents()).not.toMatch(/zorblax|mimosa/i);
});

it("a session that is forgotten takes along what another process has said in it: whoever opens the log sees to it", async () => {
  const here = await open();
  const { id } = await here.createSession({ template: "alicia", user });
  const there = await open();
  const session = await there.createSession({ session: id, user });
  await session.send("My dog is called Zorblax. My name is Carlos.");
  await here.forget(id, { user });
  await Promise.all([here.close(), there.close()]);
  const again = await open();
  expect(await again.sessions({ user })).toEqual([]);
  expect(await again.memories({ user })).toEqual([]);
  expect(await contents()).not.toMatch(/zorblax|carlos/i);
  await again.close();
  expect(await contents()).not.toMatch(/zorblax|carlos/i);
});

it("what should go, and could not be stored while the log was opened, goes when it is opened again", async () => {
  const here = await open();
  await here.createSession({ template: "alicia", user });
  // Long enough for a checkpoint.
  for (let note = 0; note < 3; note++)
    await here.importNotes(`sea boats nets ${note} `.repeat(9000), { user, source: `${note}.md` });
  const { id } = await here.createSession({ template: "alicia", user });
  const there = await open();
  await (await there.createSession({ session: id, user })).send("My name is Zorblax.");
  await here.forget(id, { user });
  await Promise.all([here.close(), there.close()]);
  for (const name of await readdir(folder)) if (name.endsWith(".cache")) await rm(join(folder, name));

  const failing = deaf(fileStorage(folder));
  const full = new Proxy(failing, {
    get: (target, name: keyof Storage) =>
      name === "append" ? () => Promise.reject(new Error("The disk is full.")) : target[name],
  });
  const first = await Luminora.open({ storage: full });
  expect(await first.memories({ user })).toEqual([]);
  await first.close();
  // Closed while it is opened.
  const second = await open();
  const sessions = second.sessions({ user }).catch(() => {});
  await second.close();
  await sessions;
  expect(await contents()).toMatch(/zorblax/i);
  const third = await open();
  expect(await third.memories({ user })).toEqual([]);
  await third.close();
  expect(await contents()).not.toMatch(/zorblax/i);
});

async function contents(): Promise<string> {
  const names = await readdir(folder);
  const texts = await Promise.all(names.map((name) => readFile(join(folder, name), "latin1")));
  return texts.join("\n");
}
