import { readFile } from "node:fs/promises";
import { Luminora, LuminoraError, memoryStorage, type Part, scriptedModel } from "luminoracore";
import * as inline from "luminoracore/inline";
import { describe, expect, it } from "vitest";
import { canonical } from "../shared/canonical.ts";
import { contentsOf, everything, recordingModel, recordingStorage, storageOf } from "../shared/recording.ts";

const user = "diego";

async function acquainted(storage = memoryStorage()) {
  const luminora = await Luminora.open({ storage });
  const session = await luminora.createSession({ template: "alicia", user });
  await session.send("You are wonderful!");
  await session.setAffinity(45);
  await session.send("You're pretty");
  return { luminora, session, storage };
}

it("nobody has a name that was cut in the middle of a character: in UTF-8 all those would be one", async () => {
  const luminora = await Luminora.open();
  const refusal = { code: "invalid_owner", path: "/user" };
  for (const user of ["Ana 😀".slice(0, 5), "Ana 🤖".slice(0, 5), "😀".slice(1)]) {
    await expect(luminora.createSession({ template: "alicia", user })).rejects.toMatchObject(refusal);
    await expect(luminora.memories({ user })).rejects.toMatchObject(refusal);
    await expect(luminora.erase({ user })).rejects.toMatchObject(refusal);
  }
  expect(await luminora.createSession({ template: "alicia", user: "Ana 😀" })).toMatchObject({
    user: "Ana 😀",
  });
  await luminora.close();
});

it("a record that somebody else wrote wrongly locks nobody out, and stays where it is", async () => {
  const storage = memoryStorage();
  const bad = { kind: "widget", at: "001767225600000-00000-A", schema: 1, body: {}, owner: "diego" };
  await storage.append("diego", [{ ...bad, id: "x".repeat(201) }]);
  for (const turns of [2, 4]) {
    const luminora = await Luminora.open({ storage });
    const [known] = await luminora.sessions({ user: "diego" });
    const session = await luminora.createSession({
      user: "diego",
      ...(known ? { session: known.id } : { template: "alicia" }),
    });
    await session.send("Hello");
    expect(session.history()).toHaveLength(turns);
  }
  expect((await everything(storage)).filter(({ kind }) => kind === "widget")).toHaveLength(1);
});

describe("closing", () => {
  it("can be done more than once, and refuses everything afterwards", async () => {
    const { luminora, session } = await acquainted();
    await luminora.close();
    await luminora.close();
    const late: (() => unknown)[] = [
      () => session.send("Hi"),
      () => session.reply("Hi"),
      () => session.setMood("shy"),
      () => session.state,
      () => session.history(),
      () => session.preview("Hi"),
      () => session.summary,
      () => session.exportSnapshot(),
      () => session.explain("affinity"),
      () => luminora.createSession({ template: "alicia" }),
      () => luminora.sessions(),
      () => luminora.erase(),
      () => luminora.importSnapshot("{}"),
      () => luminora.templates.list(),
      () => luminora.templates.get("alicia"),
      () => luminora.templates.add("{}"),
    ];
    for (const call of late) {
      const error = await (async () => await call())().catch((error: unknown) => error);
      expect(error, String(call)).toMatchObject({ code: "disposed" });
    }
  });

  it("in the middle of a send ends it, and nothing of it is stored", async () => {
    const { storage, batches } = recordingStorage();
    let called = () => {};
    const reached = new Promise<void>((resolve) => {
      called = resolve;
    });
    const { model } = recordingModel(async function* (_, signal): AsyncGenerator<Part> {
      yield { type: "text-delta", text: "Hel" };
      called();
      await new Promise((_, reject) => signal.addEventListener("abort", () => reject(new Error("gone"))));
    });
    const luminora = await Luminora.open({ storage, model });
    const session = await luminora.createSession({ template: "alicia", user });
    const before = batches.length;
    const [sent, queued] = [session.send("Hi"), session.send("Hi again")];
    await reached;
    await luminora.close();
    await expect(sent).rejects.toMatchObject({ code: "disposed" });
    await expect(queued).rejects.toMatchObject({ code: "disposed" });
    expect(batches.length).toBe(before);
  });

  it("waits for what is being stored", async () => {
    const { storage, batches } = recordingStorage();
    const luminora = await Luminora.open({ storage });
    const session = await luminora.createSession({ template: "alicia", user });
    const { append } = storage;
    let closing: Promise<void> | undefined;
    storage.append = async (...args) => {
      closing = luminora.close();
      await new Promise((resolve) => setTimeout(resolve, 5));
      await append.apply(storage, args);
    };
    const reply = await session.send("Hi");
    await closing;
    expect(batches.at(-1)?.map(({ id }) => id)).toContain(reply.run);
  });

  it("is what `await using` does", async () => {
    let kept: Luminora;
    {
      await using luminora = await Luminora.open({ storage: memoryStorage() });
      kept = luminora;
    }
    await expect(kept.sessions()).rejects.toMatchObject({ code: "disposed" });
  });
});

describe("people", () => {
  it("are apart, and absent means anonymous", async () => {
    const { luminora, session } = await acquainted();
    const mine = await luminora.createSession({ template: "alicia" });
    expect(mine.user).toBe("anonymous");
    expect(mine.state.affinity.points).toBe(0);
    expect((await luminora.sessions({ user })).map(({ id }) => id)).toEqual([session.id]);
    const stranger = luminora.createSession({ session: session.id });
    await expect(stranger).rejects.toMatchObject({ code: "unknown_session" });
    await luminora.close();
  });

  it("go on with a session in another object", async () => {
    const { session, storage } = await acquainted();
    const next = await Luminora.open({ storage, clock: () => Date.UTC(2100, 0, 1) });
    const [summary] = await next.sessions({ user });
    const again = await next.createSession({ session: summary?.id ?? "", user });
    expect(again.history()).toEqual(session.history());
    expect(again.state.affinity).toEqual(session.state.affinity);
    expect(again.summary).toEqual(session.summary);
  });
});

describe("erasing", () => {
  it("leaves tombstones without any text, and nothing to go on with", async () => {
    const { luminora, session, storage } = await acquainted();
    await luminora.erase({ user });
    const left = await everything(storage);
    expect(left.length).toBeGreaterThan(0);
    expect(left.every(({ erased }) => erased)).toBe(true);
    expect(JSON.stringify(left)).not.toContain("wonderful");
    expect(await luminora.sessions({ user })).toEqual([]);
    await expect(session.send("Hi")).rejects.toMatchObject({ code: "unknown_session" });
    const again = await luminora.createSession({ template: "alicia", user });
    expect((await again.send("Hello")).state?.affinity.total_messages).toBe(1);
    await luminora.close();
  });

  it("with purge leaves nothing at all, for this person alone", async () => {
    const { luminora, storage } = await acquainted();
    await luminora.createSession({ template: "alicia", user: "eva" });
    await luminora.erase({ user, purge: true });
    expect(await storage.owners()).toEqual(["eva"]);
    expect(await luminora.sessions({ user })).toEqual([]);
    await luminora.close();
  });
});

describe("a snapshot", () => {
  it("brings the same relationship to another place", async () => {
    const { luminora, session } = await acquainted();
    const file = await session.exportSnapshot();
    const elsewhere = await Luminora.open({ storage: memoryStorage() });
    const sources = [file, new TextEncoder().encode(file), new Blob([file])];
    for (const [index, source] of sources.entries()) {
      const report = await elsewhere.importSnapshot(source, { user: `diego-${index}` });
      const again = await elsewhere.createSession({ session: report.session, user: report.user });
      expect(again.state.affinity.points).toBe(session.state.affinity.points);
      expect(again.state.mood).toMatchObject({ current: "shy" });
      expect(again.history().map(({ text }) => text)).toEqual(session.history().map(({ text }) => text));
    }
    const own = await elsewhere.importSnapshot(file);
    expect(own.user).toBe(user);
    await elsewhere.close();
    await luminora.close();
  });

  it("comes back after a purge, to the very state", async () => {
    const { luminora, session } = await acquainted();
    const file = await session.exportSnapshot();
    const { affinity } = session.state;
    await luminora.erase({ user, purge: true });
    const report = await luminora.importSnapshot(file);
    const again = await luminora.createSession({ session: report.session, user });
    expect(again.state.affinity).toEqual(affinity);
    await luminora.close();
  });

  it("is refused where the relationship is already, or where it was changed by hand", async () => {
    const { luminora, session, storage } = await acquainted();
    const file = await session.exportSnapshot();
    const before = await contentsOf(storage);
    await expect(luminora.importSnapshot(file)).rejects.toMatchObject({ code: "instance_exists" });
    const changed = file.replace("wonderful", "dreadful");
    await expect(luminora.importSnapshot(changed, { user: "eva" })).rejects.toMatchObject({
      code: "hash_mismatch",
    });
    for (const nonsense of ["", "{", "[]", "{}", new Uint8Array([0xff])]) {
      const error = await luminora.importSnapshot(nonsense, { user: "eva" }).catch((error: unknown) => error);
      expect(LuminoraError.isInstance(error)).toBe(true);
    }
    expect(await contentsOf(storage)).toBe(before);
    const accepted = await luminora.importSnapshot(changed, { user: "eva", allowModified: true });
    expect(accepted.user).toBe("eva");
    await luminora.close();
  });
});

describe("features", () => {
  it("that are left out are off", async () => {
    const storage = memoryStorage();
    const luminora = await Luminora.open({ storage, features: { mood_system: true } });
    const session = await luminora.createSession({ template: "alicia", user });
    await session.send("You're pretty");
    expect(session.state).toMatchObject({ affinity: { points: 0 }, mood: { current: "shy" } });
    await luminora.close();
  });

  it("that do not exist are refused by name", async () => {
    const features = { to_dict: true } as object;
    await expect(Luminora.open({ storage: memoryStorage(), features })).rejects.toMatchObject({
      code: "unknown_feature",
      message: expect.stringContaining("to_dict"),
    });
  });
});

it("a person's records in any order make the same state", async () => {
  const { luminora, session, storage } = await acquainted();
  const records = await everything(storage);
  const clock = () => Date.UTC(2100, 0, 1);
  const states = await Promise.all(
    [records, [...records].reverse()].map(async (records) => {
      const other = await Luminora.open({ storage: await storageOf(records), clock });
      return canonical((await other.createSession({ session: session.id, user })).state);
    }),
  );
  expect(states[0]).toBe(states[1]);
  await luminora.close();
});

it("errors are known as such across two copies of the package", async () => {
  // The inline entry of another copy: nothing of it is shared with this one.
  const copy: typeof inline = await import(`${import.meta.resolve("luminoracore/inline")}?copy`);
  const here = await Luminora.open({ storage: memoryStorage() });
  const error = await here.createSession({ session: "none" }).catch((error: unknown) => error);
  expect(copy.LuminoraError.isInstance(error)).toBe(true);
  expect(LuminoraError.isInstance(new inline.LuminoraError("aborted", "It was."))).toBe(true);
  expect(LuminoraError.isInstance(new Error("It was."))).toBe(false);
  await here.close();
});

it("the models of two objects do not mix", async () => {
  const [one, two] = await Promise.all(
    ["One.", "Two."].map((reply) =>
      Luminora.open({ storage: memoryStorage(), model: scriptedModel({ replies: [reply] }) }),
    ),
  );
  const say = async (luminora: Luminora | undefined) =>
    (await (await luminora?.createSession({ template: "alicia" }))?.send("Hi"))?.text;
  expect(await Promise.all([say(one), say(two)])).toEqual(["One.", "Two."]);
});

it("a snapshot of the predecessor that names nobody becomes anonymous's, whose log is looked at first", async () => {
  const path = new URL("../cases/snapshots/predecessor-b.json", import.meta.url);
  const { _snapshot_info, ...snapshot } = JSON.parse(await readFile(path, "utf8"));
  const storage = memoryStorage();
  const first = await Luminora.open({ storage });
  const { user, session } = await first.importSnapshot(JSON.stringify(snapshot));
  expect(user).toBe("anonymous");
  expect((await first.createSession({ session })).state.affinity.points).toBe(45);
  const records = await everything(storage);
  await first.close();
  const second = await Luminora.open({ storage: await storageOf(records) });
  await expect(second.importSnapshot(JSON.stringify(snapshot))).rejects.toMatchObject({
    code: "instance_exists",
  });
  await second.close();
});
