import {
  type CallOptions,
  Luminora,
  type LuminoraOptions,
  type MemoryView,
  type Model,
  type Storage,
} from "luminoracore";
import { fakeClock, seededRandom } from "luminoracore/testing";
import { canonical, sorted } from "./canonical.ts";
import { everything, recordingStorage } from "./recording.ts";

const user = "diego";

/** A model that answers everything with one text, and notes what it is asked; for facts it waits until `opened`. */
function modelOf(reply: string, extraction: string, log: string[], opened?: Promise<void>): Model {
  return {
    kind: "test",
    id: "test",
    async *call({ responseSchema }) {
      log.push(responseSchema ? "extract" : "reply");
      if (responseSchema) await opened;
      if (responseSchema && extraction === "") throw new Error("the model is gone");
      yield { type: "text-delta", text: responseSchema ? extraction : reply };
      yield { type: "usage", inputTokens: 100, outputTokens: 20 };
      yield { type: "finish", reason: "stop" };
    },
  };
}

function openWith(storage: Storage, options: LuminoraOptions = {}): Promise<Luminora> {
  return Luminora.open({ storage, clock: fakeClock(), random: seededRandom(5), ...options });
}

/** `key: value` of facts, `type: title` of episodes. */
function inWords(memories: readonly MemoryView[]): string[] {
  return memories.map((memory) =>
    memory.type === "fact" ? `${memory.key}: ${memory.value}` : `${memory.episode_type}: ${memory.title}`,
  );
}

/** A person says who they are, corrects it, and has it forgotten. */
export async function learnCorrectForget(storage: Storage) {
  const luminora = await openWith(storage);
  const session = await luminora.createSession({ template: "alicia", user });
  const told: string[] = [];
  session.on("memory-change", ({ change }) => told.push(change));
  const { learned } = await session.send("My name is Ana and I live in Lima. My dog Max died yesterday.");
  const first = inWords(await luminora.memories({ user }));
  await session.send("Actually my name is Eva, and I moved to Cusco");
  const second = inWords(await luminora.memories({ user, types: ["fact"], category: "personal_info" }));
  const [location] = (await luminora.memories({ user })).filter(
    (memory) => memory.type === "fact" && memory.key === "location",
  );
  const history = location?.type === "fact" ? location.history?.map(({ value }) => value) : [];
  const known = session.preview("What do you know?").context.includes('"location":"Cusco"');
  for (const word of ["Cusco", "Max"]) await luminora.forget(word, { user });
  const left = canonical((await everything(storage)).filter(({ kind }) => kind === "memory"));
  const added = await luminora.remember({ key: "favourite tea", value: "lapsang", tags: ["tea"] }, { user });
  await luminora.close();
  return {
    learned: learned.map(({ memory_type, change }) => `${memory_type} ${change}`),
    first,
    second,
    history,
    known,
    gone: ["Lima", "Cusco", "Max"].filter((word) => left.includes(word)),
    added: [added.key, added.value, added.origin, added.class],
    told,
  };
}

/** A model is asked for facts after its reply, and whatever it answers the reply stands. */
export async function extractWithModel(storage: Storage) {
  const log: string[] = [];
  const facts = [
    { category: "work", key: "job", value: "baker", confidence: 0.9, quote: "bake bread" },
    { category: "work", key: "employer", value: "Google", confidence: 0.9, quote: "I work at Google" },
  ];
  const answer = `Of course:\n\`\`\`json\n${JSON.stringify({ facts, episodes: [] })}\n\`\`\``;
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  const luminora = await openWith(storage, {
    model: modelOf("Oh, hello.", answer, log, opened),
    memory: { extractor: "model" },
  });
  const session = await luminora.createSession({ template: "alicia", user });
  const stream = session.send("I bake bread at night");
  const reply = await stream;
  // The reply was here while the model that looks for facts had not even answered.
  open();
  const { learned, dropped, usage } = await stream.learned;
  const afterwards = [...log];
  const memories = inWords(await luminora.memories({ user }));
  const runs = (await everything(storage)).filter(({ kind }) => kind === "run").length;

  const broken = modelOf("Oh.", "", log);
  const failed = session.send("And I have a cat", { model: broken });
  const { text } = await failed;
  const { error } = await failed.learned;

  // Leaving before the model has answered loses nothing of the turn.
  const pending = session.send("One more thing");
  await pending;
  await luminora.close();
  const { error: closed } = await pending.learned;
  return {
    reply: reply.text,
    afterwards,
    learned: learned.map(({ change }) => change),
    dropped: dropped.map(({ reason }) => reason),
    usage: [usage?.input_tokens, usage?.output_tokens],
    memories,
    runs,
    failed: [text, error instanceof Error ? error.message : "none"],
    closed: closed === undefined ? "done before" : "disposed",
  };
}

const nothing = '{"facts":[],"episodes":[]}';
const baker =
  '{"facts":[{"category":"work","key":"job","value":"baker","confidence":0.9,"quote":"bake bread"}],"episodes":[]}';

/**
 * A model that says what it finds in the given words, one after the other, with 2,000 and 500 tokens for each, and keeps
 * what it was asked for that; for a function among them it waits.
 */
function findingModel(answers: (string | (() => Promise<never>))[], asked: CallOptions[]): Model {
  return {
    kind: "test",
    id: "test",
    async *call(options) {
      const finds = options.responseSchema !== undefined;
      if (finds) asked.push(options);
      const answer = finds ? answers.shift() : "Oh, hello.";
      if (answer === undefined) throw new Error("the model is gone");
      yield { type: "text-delta", text: typeof answer === "string" ? answer : await answer() };
      yield { type: "usage", inputTokens: 2_000, outputTokens: 500 };
      yield { type: "finish", reason: "stop" };
    },
  };
}

/** A model whose answer cannot be read is asked once more. */
export async function repairWithModel(inner: Storage) {
  const { storage, batches } = recordingStorage(inner);
  const asked: CallOptions[] = [];
  let isAsked = () => {};
  const again = new Promise<void>((resolve) => {
    isAsked = resolve;
  });
  const hangs = () => {
    isAsked();
    return new Promise<never>(() => {});
  };
  const answers: (string | (() => Promise<never>))[] = ["They bake.", baker, "Sorry.", '{"facts":'];
  const luminora = await openWith(storage, {
    model: findingModel(answers, asked),
    memory: { extractor: "model", tokensPerDay: null },
    prices: { test: { input: 0.01, output: 0.02 } },
  });
  const session = await luminora.createSession({ template: "alicia", user });
  const say = async (text: string) => {
    const stream = session.send(text);
    const { usage } = await stream;
    return { cost: usage?.cost_usd, ...(await stream.learned) };
  };
  const repaired = await say("I bake bread at night");
  const [first, second] = asked.map(({ system, messages }) => system + messages[0]?.content);
  const explained = session.explain(repaired.run ?? "");
  const attempts = explained.subject === "run" ? (explained.run.attempts as { usage: unknown }[]) : [];
  const unreadable = await say("And I have a cat");
  const calls = asked.length;

  // The second call fails, or is given up: of the extraction nothing is stored, whatever the first has cost.
  answers.push("Hm.");
  const failed = await say("Once more");
  answers.push("Hm.", hangs);
  const pending = session.send("And once more");
  await pending;
  await again;
  const before = batches.length;
  await luminora.close();
  const { error: closed } = await pending.learned;
  return {
    repaired: [repaired.repaired, repaired.learned.map(({ change }) => change), repaired.dropped],
    usage: repaired.usage,
    replyCost: repaired.cost,
    attempts: attempts.map(({ usage }) => usage),
    quoted: second?.includes('<answer>\n"They bake."\n</answer>') && !first?.includes("<answer>"),
    unreadable: [unreadable.repaired, unreadable.learned, unreadable.dropped.map(({ reason }) => reason)],
    unreadableCost: unreadable.usage?.cost_usd,
    calls,
    failed: failed.error instanceof Error ? failed.error.message : "none",
    closed: (closed as { code?: string }).code,
    stored: batches.length - before,
    // Four replies, and what was read of two of them.
    runs: batches.flat().filter(({ kind }) => kind === "run").length,
  };
}

/** Where the tokens of the day are used up, or nothing is wanted, no model is asked. */
export async function leaveOut(storage: () => Storage) {
  const asked: CallOptions[] = [];
  const clock = fakeClock();
  const open = async (memory: LuminoraOptions["memory"], features?: LuminoraOptions["features"]) => {
    const model = findingModel(Array(5).fill(nothing), asked);
    const luminora = await Luminora.open({
      ...{ storage: storage(), clock, random: seededRandom(5), model },
      memory: { extractor: "model", ...memory },
      ...(features && { features }),
    });
    return { luminora, session: await luminora.createSession({ template: "alicia", user }) };
  };
  const { luminora, session } = await open({ tokensPerDay: 4_000 });
  const days: unknown[] = [];
  for (const day of [1, 1, 2]) {
    clock.set(Date.UTC(2026, 0, day, 23, 59));
    const stream = session.send("I bake bread at night");
    const { text } = await stream;
    const { run, usage, dropped, learned, error } = await stream.learned;
    const reasons = dropped.map(({ reason }) => reason);
    days.push([text, run !== undefined, usage?.input_tokens, reasons, learned.length, error]);
  }
  await luminora.close();
  const calls = asked.length;
  const off = await open({}, { mood_system: true, affinity_system: true });
  const stream = off.session.send("My name is Ana, and my dog Max died");
  const { text } = await stream;
  const { learned, dropped } = await stream.learned;
  await off.luminora.close();
  const refused = await open({ tokensPerDay: -1 }).catch(({ code, path }) => [code, path]);
  return { days, calls, off: [text, learned, dropped, asked.length - calls], refused };
}

/** With every flag off, one after the other, nothing comes of what it gates. */
export async function switchOff(storage: () => Storage) {
  const flags = [
    "episodic_memory",
    "semantic_search",
    "fact_extraction",
    "hierarchical_personality",
    "mood_system",
    "affinity_system",
    "conversation_analytics",
    "snapshot_export",
  ] as const;
  const on = Object.fromEntries(flags.map((flag) => [flag, true]));
  const found: Record<string, unknown> = {};
  for (const flag of ["nothing", ...flags]) {
    const log: string[] = [];
    const place = storage();
    const luminora = await openWith(place, {
      features: { ...on, ...(flag === "nothing" ? {} : { [flag]: false }) },
      model: modelOf("Yes.", '{"facts":[],"episodes":[]}', log),
    });
    const session = await luminora.createSession({ template: "alicia", user });
    await session.setAffinity(45).catch(() => {});
    await session.send("My name is Ana, my dog Max died and you're pretty");
    const { system, context } = session.preview("And now?");
    const refused = async (call: () => unknown) => {
      try {
        await call();
        return "fine";
      } catch (error) {
        return (error as { code?: string }).code;
      }
    };
    const records = sorted(await everything(place));
    found[flag] = {
      kinds: [...new Set(inWords(await luminora.memories({ user })).map((text) => text.split(":")[0]))],
      prompt: ["## Facts", "## Episodes", "Mood: shy"].filter((line) => (system + context).includes(line)),
      applied: session.state.applied,
      points: session.state.affinity.points,
      moods: canonical(records).includes('"mood":{'),
      analytics: await refused(() => session.analytics()),
      export: await refused(() => session.exportSnapshot()),
      calls: log,
      enabled: luminora.features.enabled_count,
    };
    await luminora.close();
  }
  return found;
}
