import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import {
  blend,
  compile as compileWasm,
  init,
  Luminora,
  type Model,
  memoryStorage,
  observe,
  parse,
  type Session,
  validate,
} from "luminoracore";
import { Core, initSync, LanguagePacks, TemplateHandle, version } from "../../build/wasm/core.js";
import { prepare } from "./compile.ts";
import { bytes, fullAlicia, type Personality, read } from "./documents.ts";
import { measure, measureLater, type Row, summary, type Times } from "./measure.ts";

const packNames = ["languages", "en", "es"];
const moods = ["shy", "cheerful", "sad", "inspired", "neutral"];
const packs = () => new LanguagePacks(packNames.map((name) => bytes("pkg", "packs", `${name}.json`)));
const coreSeed = new Uint8Array(32).fill(7);

/** Loads the core twice: as the package does, and its module alone, for what the facade does not show. */
export async function load(): Promise<void> {
  memory = initSync({ module: bytes("build", "wasm", "core.wasm") }).memory;
  await init();
}

let memory: WebAssembly.Memory;

/** Template, affinity and mood to parameters and prompt. */
export function compileRows(): Row[] {
  const document = fullAlicia();
  const template = parse(document);
  const plain = prepare(document);
  const options = (call: number) => ({
    affinity: call % 101,
    mood: moods[call % moods.length] as string,
    moodIntensity: 0.7,
  });
  // The same work, or the ratio says nothing.
  for (let call = 0; call < 101 * moods.length; call++) {
    const { text, parameters, temperature, level, mood, applied, trace, tone, rules } = template.compile(
      options(call),
    );
    assert.deepEqual(
      { text, parameters, temperature, level, mood, applied, trace, tone, rules },
      plain(options(call)),
    );
  }
  const size = template.compile({ affinity: 45, mood: "shy" }).text.length;
  const counterpart = measure((call) => plain(options(call)));
  const rows: Row[] = [
    {
      what: `compile, warm handle, prompt of ${size} characters`,
      times: measure((call) => template.compile(options(call))),
      counterpart,
      note: "floor 60, goal 20; predecessor 208 without the prompt",
    },
    {
      what: "compile and request body",
      times: measure((call) => template.compile({ ...options(call), target: "anthropic" }).request),
      counterpart: measure((call) => requestOf(plain(options(call)))),
    },
    {
      what: "parse and compile once",
      times: measure((call) => {
        const once = parse(document);
        const compiled = compileWasm(once, options(call));
        once.free();
        return compiled;
      }),
      counterpart: measure((call) => prepare(JSON.parse(JSON.stringify(document)))(options(call))),
      note: "the counterpart validates nothing",
    },
  ];
  template.free();
  return rows;
}

/** Several personalities to one. */
export function blendRows(): Row[] {
  const sources = ["alicia", "dr_luna", "captain_hook"].map((key, index) => ({
    template: parse(bytes("personalities", `${key}.json`)),
    weight: [0.5, 0.3, 0.2][index] as number,
  }));
  const documents = sources.map(({ template }) => template.document);
  const rows: Row[] = (["weighted_average", "hybrid", "dominant", "random"] as const).map((strategy) => ({
    what: `blend of three, ${strategy}`,
    times: measure((call) => {
      const { template, report } = blend(sources, { strategy, seed: call });
      template.free();
      return report;
    }),
    counterpart: measure(() => structuredClone(documents[0])),
    note: "goal 150; the counterpart copies one document",
  }));
  rows.push({
    what: "blend of three and compile once",
    times: measure(() => {
      const { template } = blend(sources);
      const compiled = template.compile();
      template.free();
      return compiled;
    }),
  });
  for (const { template } of sources) template.free();
  return rows;
}

/** Every bundled personality at every level, in every mood, for every target: 100,000 compiles, and what is left. */
export function memoryRows(): Row[] {
  const targets = ["openai", "anthropic", "google", "mistral", "cohere", "deepseek", "llama", "universal"];
  const handles: TemplateHandle[] = [];
  const works = readdirSync("personalities").flatMap((name) => {
    const handle = new TemplateHandle(bytes("personalities", name));
    handles.push(handle);
    const { hierarchical_config, mood_config } = JSON.parse(handle.document) as Personality;
    return hierarchical_config.relationship_levels.flatMap(({ affinity_range: [affinity] }) =>
      Object.keys(mood_config.moods).flatMap((mood) =>
        targets.map((target) => () => handle.compile({ affinity, mood, target })),
      ),
    );
  });
  for (const work of works) work();
  const before = memory.buffer.byteLength;
  const samples: number[] = [];
  for (let call = 0; call < 100_000; call++) {
    const begun = performance.now();
    (works[call % works.length] as () => unknown)();
    samples.push((performance.now() - begun) * 1000);
  }
  const grown = memory.buffer.byteLength - before;
  for (const handle of handles) handle.free();
  return [
    {
      what: `100,000 compiles of ${works.length.toLocaleString("en")} combinations`,
      times: summary(samples),
      note: `memory ${(before / 1024).toFixed(0)} KB, grown by ${grown / 1024} KB`,
    },
  ];
}

function requestOf({ text, temperature }: { text: string; temperature: number }) {
  return { system: text, messages: [], temperature, max_tokens: 1024 };
}

/** One turn: all that is neither the model's nor the storage's time, and the core's part of it. */
export async function turnRows(): Promise<Row[]> {
  const rows: Row[] = [];
  const { host, counterpart } = await hostTimes();
  for (const [before, note, say] of [
    [0, "the first 200 of a process, while its code is still being optimised", messageAt],
    [0, "200 of a new session; bar 200", messageAt],
    [800, "200 after 800 others", messageAt],
    [0, "200 that each teach a fact and go on with an episode", tellingAt],
  ] as const) {
    const { luminora, session } = await sessionOf(before);
    const times = await measureLater(200, (call) => session.send(say(call)));
    await luminora.close();
    rows.push({
      what: "turn: send and await, beyond model and storage",
      times: less(times, host),
      counterpart,
      note,
    });
  }
  const driven = drive(new Core({}, packs(), 1.75e12, coreSeed));
  for (let call = 0; call < 100; call++) driven.turn(call);
  const parts: Record<string, number[]> = {};
  for (let call = 0; call < 400; call++) {
    for (const [name, taken] of driven.turn(call)) {
      parts[name] ??= [];
      parts[name].push(taken);
    }
  }
  for (const [name, samples] of Object.entries(parts))
    rows.push({ what: `core: ${name}`, times: summary(samples) });
  return rows;
}

/** Crossings of the boundary, from the empty one to a whole log. */
export function boundaryRows(): Row[] {
  const rows: Row[] = [
    {
      what: "boundary: empty call (a string comes back)",
      times: measure(version),
      counterpart: measure(() => "0.1.0"),
    },
  ];
  const driven = drive(new Core({}, packs(), 1.75e12, coreSeed));
  driven.turn(0);
  rows.push({
    what: "boundary: session.state",
    times: measure(() => driven.core.sessionState("diego", driven.session, 1.75e12)),
  });
  const shared = packs();
  for (const count of [1, 1_000, 10_000]) {
    const log = turns(count);
    const text = new TextEncoder().encode(JSON.stringify(log));
    const times = measure(() => {
      const core = new Core({}, shared, 1.75e12, coreSeed);
      core.absorb(text, 1.75e12);
      core.free();
    });
    const counterpart = measure(() => {
      const records: typeof log = JSON.parse(new TextDecoder().decode(text));
      return new Map(records.sort((a, b) => (a.id < b.id ? -1 : 1)).map((record) => [record.id, record]));
    });
    rows.push({
      what: `boundary: absorb ${count.toLocaleString("en")} records into a new core`,
      times,
      counterpart,
    });
  }
  return rows;
}

/** Validate, observe, packs and snapshots. */
export async function readingRows(): Promise<Row[]> {
  const document = bytes("personalities", "alicia.json");
  const decoder = new TextDecoder();
  const text = read("personalities", "alicia.json");
  const files = packNames.map((name) => bytes("pkg", "packs", `${name}.json`));
  const { luminora, session } = await sessionOf(200);
  const snapshot = await session.exportSnapshot();
  const parsed = JSON.parse(snapshot);
  const exported = await measureLater(40, () => session.exportSnapshot());
  const imported = await measureLater(40, (call) =>
    luminora.importSnapshot(snapshot, { user: `person-${call}` }),
  );
  await luminora.close();
  return [
    {
      what: `validate ${(document.length / 1000).toFixed(1)} KB`,
      times: measure(() => validate(document)),
      counterpart: measure(() => JSON.parse(decoder.decode(document))),
      note: "the counterpart only parses",
    },
    ...observeRows(),
    {
      what: "load the language packs",
      times: measure(() => new LanguagePacks(files).free()),
      counterpart: measure(() => files.map((file) => JSON.parse(decoder.decode(file)))),
      note: "the counterpart only parses",
    },
    {
      what: `export a snapshot of 200 turns, ${(snapshot.length / 1000).toFixed(0)} KB`,
      times: exported,
      counterpart: measure(() => JSON.stringify(parsed, null, 2)),
      note: "the counterpart only writes JSON",
    },
    {
      what: "import it as another person's",
      times: imported,
      counterpart: measure(() => structuredClone(JSON.parse(snapshot))),
      note: "the counterpart only parses and copies",
    },
    { what: "template.id of a warm handle", times: measure(idOf(text)) },
  ];
}

/** Everyday messages, all of about the same length: feelings and none, questions, two languages. */
const messages = [
  "You are so kind, thank you! I was a little sad today, but talking to you makes me happy again, my dear.",
  "I had a long day, and then I did it: drawing number 17 is done. You would like it. Shall I show you one?",
  "What do you think about painting? I tried it once in school, but it did not go well, and I never did it again.",
  "The train was late again this morning and nobody told us why, so I walked the last two miles in the rain.",
  "My sister moved to Lisbon last year with her two cats; she works at the harbour and says she likes it a lot.",
  "Can you help me plan the week? Monday is full, Tuesday is free, and on Wednesday I have to see the dentist.",
  "This is not what I asked for. Please read the question again and answer only the second part of it, thanks.",
  "I read the book you told me about, and I could not put it down until three in the morning :) so good!!",
  "Hoy ha sido un día muy largo, pero al final todo salió bien y estoy contenta. ¿Qué has hecho tú esta tarde?",
  "No sé si me gusta la idea de viajar solo, me da un poco de miedo, pero tampoco quiero quedarme en casa.",
];

/** The observer: a call for each message, and inside the core, where one call reads them all many times over. */
function observeRows(): Row[] {
  const observer = packs();
  const unread = { read: () => undefined };
  const english = messages.slice(0, 8);
  const long = Array(1000).fill(english.join("\n")).join("\n");
  const template = parse(fullAlicia());
  return [
    observeRow("each of ten messages", messages, (text) => observe(text)),
    observeRow("the same, for a personality", messages, (text) => observe(text, { template })),
    observeRow("the one with the most feelings", messages.slice(0, 1), (text) => observe(text)),
    observeRow("one text of 8,000 messages", [long], (text) => observer.observe(text, undefined, unread)),
  ];
}

function observeRow(which: string, texts: string[], work: (text: string) => unknown): Row {
  const length = texts.join("").length;
  // A message is shorter than the clock is exact: all of them make one sample.
  const all = (each: (text: string) => unknown) => {
    const { median, p95 } = measure(() => texts.map(each));
    return { median: median / texts.length, p95: p95 / texts.length };
  };
  const times = all(work);
  const perSecond = length / texts.length / times.median;
  return {
    what: `observe: ${which}`,
    times,
    counterpart: all((text) => text.toLowerCase().match(/[\p{L}\p{N}']+/gu)),
    note: `${perSecond.toFixed(1)} MB/s, ${(100 / perSecond).toFixed(2)} for 100 characters; goal 20 and 5; the counterpart only finds words`,
  };
}

function idOf(text: string) {
  const template = parse(text);
  return () => template.id;
}

/** Answers at once, so that its time is none. */
const instantModel: Model = {
  kind: "instant",
  id: "instant",
  async *call() {
    yield { type: "text-delta", text: "Oh, hello. I was drawing a very serious snail." };
    yield { type: "finish", reason: "stop" };
  },
};

async function sessionOf(turns: number): Promise<{ luminora: Luminora; session: Session }> {
  const luminora = await Luminora.open({ model: instantModel, storage: memoryStorage() });
  const session = await luminora.createSession({ template: fullAlicia(), user: "diego" });
  for (let call = 0; call < turns; call++) await session.send(messageAt(call));
  return { luminora, session };
}

function messageAt(call: number): string {
  return `I had a long day at my desk, and drawing number ${call} is on the table. You would see it.`;
}

function tellingAt(call: number): string {
  return `I did it, drawing number ${call} is done! My favourite colour is blue and you would like it.`;
}

/**
 * What model and storage of a turn take by themselves, and what a turn would take that only compiles the prompt and
 * makes the records, in plain JavaScript.
 */
async function hostTimes() {
  const batch = drive(new Core({}, packs(), 1.75e12, coreSeed)).batch(0);
  const signal = new AbortController().signal;
  const storage = memoryStorage();
  const host = await measureLater(400, async (call) => {
    for await (const _ of instantModel.call({ system: "", messages: [], temperature: 0, signal }));
    await storage.append(
      "diego",
      batch.map((record) => ({ ...record, id: `${record.id}${call}` })),
    );
  });
  const plain = prepare(fullAlicia());
  const counterpart = measure((call) => {
    const { text } = plain({ affinity: call % 101, mood: "shy", moodIntensity: 0.7 });
    return [text, JSON.parse(JSON.stringify(batch))];
  });
  return { host, counterpart };
}

function less(times: Times, other: Times): Times {
  return { median: times.median - other.median, p95: times.p95 - other.median };
}

interface CoreStep {
  readonly op: number;
  readonly effects: readonly { readonly type: string; readonly records?: readonly StoredLike[] }[];
  readonly output?: { readonly value?: { readonly id: string } };
  readonly error?: unknown;
}

interface StoredLike {
  readonly id: string;
  readonly owner: string;
  readonly kind: string;
  readonly at: string;
}

/** Plays the host of a core by hand, and notes what each call takes, in microseconds. */
function drive(core: Core) {
  let now = 1.75e12;
  const seed = () => crypto.getRandomValues(new Uint8Array(32));
  let taken: [string, number][] = [];
  let stored: readonly StoredLike[] = [];
  const step = (name: string, work: () => CoreStep): CoreStep => {
    const begun = performance.now();
    const result = work();
    taken.push([name, (performance.now() - begun) * 1000]);
    assert.equal(result.error, undefined);
    return result;
  };
  const run = (name: string, command: object, parts: readonly object[] = []): CoreStep => {
    const entropy = seed();
    let result = step(`dispatch ${name}`, () => core.dispatch(command, now++, entropy));
    for (;;) {
      const [effect] = result.effects;
      if (!effect) return result;
      if (effect.type === "append") stored = effect.records ?? [];
      for (const part of effect.type === "call" ? parts : [{ type: "stored" }]) {
        const { type, text } = part as { type: string; text?: string };
        // As the driver does: a text that is simply told gives no step.
        result = step(`resume ${type}`, () =>
          text === undefined
            ? core.resume(result.op, part, now++)
            : (core.resumeText(result.op, text, now++) ?? result),
        );
      }
    }
  };
  const document = JSON.stringify(fullAlicia());
  const session = run("create-session", { type: "create-session", user: "diego", template: { document } })
    .output?.value?.id as string;
  const turn = (call: number) => {
    taken = [];
    const text = messageAt(call);
    const command = { type: "send", user: "diego", session, text, model: { kind: "instant", id: "instant" } };
    run("send", command, [
      { type: "text-delta", text: "Oh, hello. I was drawing a very serious snail." },
      { type: "finish", reason: "stop" },
    ]);
    return taken;
  };
  const batch = (call: number) => {
    turn(call);
    return stored as (StoredLike & { schema: number; body: Record<string, never> })[];
  };
  return { core, session, turn, batch };
}

/** Turn records of one session, as a storage keeps them. */
function turns(count: number) {
  return Array.from({ length: count }, (_, index) => ({
    id: `turn_${index.toString(32).padStart(26, "a")}`,
    owner: "diego",
    kind: "turn",
    at: `${(1.75e12 - count + index).toString().padStart(15, "0")}-00000-bench`,
    schema: 1,
    body: {
      session: "session_benchbenchbenchbenchbenchbe",
      role: index % 2 === 0 ? "user" : "assistant",
      text: messageAt(index),
      created_at: "2026-02-01T09:00:00.000Z",
    },
  }));
}
