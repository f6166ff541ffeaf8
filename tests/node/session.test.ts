import {
  type CoreEvent,
  Luminora,
  manualModel,
  memoryStorage,
  type Session,
  scriptedModel,
} from "luminoracore";
import { fakeClock } from "luminoracore/testing";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { answerOf, recordingModel } from "../shared/recording.ts";

let clock: ReturnType<typeof fakeClock>;
let luminora: Luminora;
let session: Session;

beforeEach(async () => {
  clock = fakeClock();
  luminora = await Luminora.open({ storage: memoryStorage(), clock });
  session = await luminora.createSession({ template: "alicia", user: "diego", title: "Drawings" });
});

afterEach(() => luminora.close());

describe("a handler that throws", () => {
  it("is reported, and the turn is told as what it is: stored", async () => {
    const reported = vi.spyOn(console, "error").mockImplementation(() => {});
    session.on("mood-change", () => {
      throw new Error("a handler's own fault");
    });
    const reply = await session.send("You're pretty");
    expect(reply.events).toContainEqual(expect.objectContaining({ type: "mood-change", to: "shy" }));
    expect(reported).toHaveBeenCalledOnce();
    reported.mockRestore();
  });
});

describe("sends", () => {
  it("of one session wait for each other, in their order", async () => {
    let running = 0;
    const { model, prompts } = recordingModel(async function* ({ messages }) {
      expect(++running).toBe(1);
      await new Promise((resolve) => setTimeout(resolve, 10 - messages.length / 2));
      running--;
      yield* answerOf(`Answer to ${messages.at(-1)?.content}`);
    });
    const texts = ["one", "two", "three", "four", "five"];
    const replies = await Promise.all(texts.map((text) => session.send(text, { model })));
    expect(replies.map(({ text }) => text)).toEqual(texts.map((text) => `Answer to ${text}`));
    expect(session.history().map(({ text }) => text)).toEqual(
      texts.flatMap((text) => [text, `Answer to ${text}`]),
    );
    expect(prompts.map(({ messages }) => messages.length)).toEqual([2, 4, 6, 8, 10]);
  });

  it("go on after one of them failed", async () => {
    const { model } = recordingModel(({ messages }) => {
      const text = messages.at(-1)?.content ?? "";
      if (text === "two") throw new Error("no");
      return answerOf(text);
    });
    const sends = ["one", "two", "three"].map((text) => session.send(text, { model }));
    const results = await Promise.allSettled(sends);
    expect(results.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
    expect(session.history().map(({ text }) => text)).toEqual(["one", "one", "three", "three"]);
  });

  it("of two sessions run side by side", async () => {
    const other = await luminora.createSession({ template: "dr_luna", user: "diego" });
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const { model } = recordingModel(async function* () {
      await held;
      yield* answerOf("At last.");
    });
    const slow = session.send("Hi", { model });
    await other.send("Hi");
    release();
    expect((await slow).text).toBe("At last.");
  });

  it("take the scripted replies in order, and compose after them", async () => {
    const model = scriptedModel({ replies: ["First.", "Second."] });
    const texts = [];
    for (let turn = 0; turn < 3; turn++) texts.push((await session.send("Hi", { model })).text);
    expect(texts.slice(0, 2)).toEqual(["First.", "Second."]);
    expect(texts[2]).toBeTruthy();
  });

  it("in manual mode record what was said, and reply records the answer", async () => {
    const model = manualModel();
    const asked = await session.send("You are wonderful!", { model });
    expect(asked).toMatchObject({ text: "", turn: null, usage: null });
    const { points } = session.state.affinity;
    expect(points).toBeGreaterThan(0);
    const answered = await session.reply("Thank you.");
    expect(answered).toMatchObject({ text: "Thank you.", user_turn: null, observation: null });
    expect(session.history().map(({ role }) => role)).toEqual(["user", "assistant"]);
    expect(session.state.affinity.points).toBe(points);
  });
});

describe("a conversation that the personality opens", () => {
  it("begins with what it said, which answers nothing", async () => {
    const opening = await session.reply("There you are.");
    expect(opening).toMatchObject({ text: "There you are.", user_turn: null, run: null });
    await session.send("Here I am.", { model: scriptedModel({ replies: ["Good."] }) });
    expect(session.history().map(({ role, text }) => [role, text])).toEqual([
      ["assistant", "There you are."],
      ["user", "Here I am."],
      ["assistant", "Good."],
    ]);
    const [first] = session.history();
    expect(first).toMatchObject({ id: opening.turn });
    const other = await luminora.createSession({ template: "alicia", user: "other" });
    await luminora.importSnapshot(await session.exportSnapshot(), { user: "third" });
    expect((await luminora.sessions({ user: "third" }))[0]?.id).not.toBe(other.id);
  });
});

describe("history", () => {
  beforeEach(async () => {
    for (const text of ["one", "two", "three"]) {
      clock.advance(60_000);
      await session.send(text, { model: scriptedModel({ replies: [`re: ${text}`] }) });
    }
  });

  it("is all turns, oldest first", () => {
    const texts = session.history().map(({ text }) => text);
    expect(texts).toEqual(["one", "re: one", "two", "re: two", "three", "re: three"]);
  });

  it("can be read page by page from the end", () => {
    const pages: string[][] = [];
    for (let before: string | undefined; ; ) {
      const page = session.history({ limit: 4, ...(before !== undefined && { before }) });
      if (page.length === 0) break;
      pages.push(page.map(({ text }) => text));
      before = page[0]?.id;
    }
    expect(pages).toEqual([
      ["two", "re: two", "three", "re: three"],
      ["one", "re: one"],
    ]);
  });

  it("explains where an answer came from", async () => {
    const { run = "" } = session.history().at(-1) ?? {};
    expect(session.explain(run)).toMatchObject({ subject: "run", run: { session: session.id } });
    expect(session.explain("affinity")).toEqual({
      subject: "affinity",
      text: expect.stringMatching(
        /^3 points, level stranger, 18 to acquaintance\.\n2026-01-01: \+1 = 3 \(neutral\)\n/,
      ),
      history: session.state.affinity.history,
    });
    expect(session.explain("mood")).toEqual({ subject: "mood", history: session.state.mood.history });
    const { empathy } = session.state.parameters;
    expect(session.explain("empathy")).toMatchObject({
      subject: "parameter",
      trace: { effective: empathy },
      text: expect.stringMatching(/^base 0\.\d+/),
    });
    expect(() => session.explain("run_unknown")).toThrow(expect.objectContaining({ code: "unknown_run" }));
  });
});

describe("events", () => {
  it("are told as they happen, until the handler is taken off", async () => {
    const told: [string, unknown][] = [];
    const stops = (["text-delta", "level-change", "mood-change"] as const).map((name) =>
      session.on(name, (event) => told.push([name, event])),
    );
    await session.setAffinity(45);
    await session.send("You're pretty", { model: scriptedModel({ replies: ["Oh. Thanks."] }) });
    expect(told.map(([name]) => name)).toEqual(["level-change", "text-delta", "text-delta", "mood-change"]);
    expect(told[0]?.[1]).toMatchObject({ from: "stranger", to: "friend", points: 45, direction: "up" });
    expect(told.at(-1)?.[1]).toMatchObject({ to: "shy" } satisfies Partial<CoreEvent & { to: string }>);
    for (const stop of stops) stop();
    await session.setAffinity(0);
    expect(told).toHaveLength(4);
  });
});

describe("changes by hand", () => {
  it("are kept, and what is not allowed is refused with its place", async () => {
    await session.setMood("shy", 0.5);
    await session.setAffinity(45);
    await session.update({ title: "Herons", status: "paused" });
    expect(session.state).toMatchObject({
      affinity: { points: 45 },
      mood: { current: "shy", intensity: 0.5 },
    });
    expect(session.summary).toMatchObject({ title: "Herons", status: "paused" });
    await expect(session.setMood("no_such")).rejects.toMatchObject({ code: "unknown_mood" });
    await expect(session.setAffinity(101)).rejects.toMatchObject({ code: "out_of_range", path: "/points" });
    await session.update({ status: "archived" });
    await expect(session.send("Hi")).rejects.toMatchObject({ code: "session_archived" });
  });

  it("a preview changes nothing", async () => {
    const before = [session.state, session.history()];
    expect(session.preview("You're pretty")).toMatchObject({ mood: "shy" });
    expect([session.state, session.history()]).toEqual(before);
  });
});
