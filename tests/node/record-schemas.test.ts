import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { init, Luminora, memoryStorage } from "luminoracore";
import { fakeEmbedder } from "luminoracore/testing";
import { beforeAll, expect, it } from "vitest";
import { Core, initSync, LanguagePacks } from "../../build/wasm/core.js";
import { file, root } from "../shared/cases.ts";
import { change, type Place, places, randomBelow, values } from "./variations.ts";

// What a schema of one body cannot say: fields that depend on others, dates that exist, clocks, bytes.
const beyond = [
  "a clock is expected",
  "a UTC time such as",
  "not before started_at",
  "`run` is required",
  "`turn` is required",
  "at most 262144 bytes",
  "lower-case letters, digits and _",
  "at most 2 KiB as JSON",
  "the end is not before the start",
  "64 hexadecimal digits",
  "at most 5 MiB of UTF-8",
  "a NUL is no text",
  "one of the six classes",
  "the flag is blank",
  "at most 64 characters",
  "at most 262144 characters",
  "at most 2000 characters",
  "another pole",
  "an aspect of the mask",
  "a value that the aspect can have",
  "a rating, flags",
  "host:<name>",
];

const randomBodies = 1_500;
const time = "2026-01-31T08:00:00.000Z";
const template = `sha256:${"0".repeat(64)}`;
const shared = { visibility: "sync_summary", learn: false, learn_reason: "private" };

// One body of each kind that has every field.
const bodies: Record<string, object> = {
  instance: {
    template,
    template_name: "Alicia",
    created_at: time,
    baseline: {
      at: "001795280519176-00001-wcitd7sxt4",
      affinity: {
        points: 45,
        level: "friend",
        total_messages: 2,
        positive_interactions: 1,
        negative_interactions: 0,
        last_interaction: time,
        progression_history: [
          { date: time, points: 45, level: "friend", delta: 5, kind: "positive", reasons: ["long"] },
        ],
      },
    },
    mask: { x: 1 },
    imported: { x: 1 },
    ...shared,
  },
  session: {
    instance: "instance_1",
    title: "Evenings",
    status: "paused",
    started_at: time,
    updated_at: time,
    baseline: {
      at: "001795280519176-00001-wcitd7sxt4",
      mood: {
        current: "shy",
        intensity: 0.5,
        started_at: time,
        updated_at: time,
        history: [{ mood: "neutral", intensity: 1, started_at: time, ended_at: time, cause: "manual" }],
      },
    },
    ...shared,
  },
  turn: {
    session: "session_1",
    role: "assistant",
    text: "Good evening.",
    created_at: time,
    format: "markdown",
    source: "import",
    reply_to: "turn_1",
    run: "run_1",
    language: "en",
    tool: { call_id: "c", name: "n" },
    links: ["session_2"],
    ...shared,
  },
  run: {
    session: "session_1",
    turn: "turn_1",
    template,
    mode: "remote_llm",
    started_at: time,
    duration_ms: 12,
    model: { kind: "openai", id: "m" },
    blocks: [{ name: "persona_core", tokens: 900, items: ["x"], dropped: 0 }],
    usage: { input_tokens: 900, output_tokens: 20, cost_usd: 0.1, estimated: false },
    affinity: {
      before: 40,
      decay: 0,
      requested: 5,
      delta: 5,
      after: 45,
      kind: "very_positive",
      reasons: ["thanks"],
      level_before: "acquaintance",
      level_after: "friend",
    },
    mood: { from: "neutral", to: "shy", intensity: 0.5, cause: { type: "trigger", spans: [[0, 4]] } },
    outcome: "ok",
    domain: "general",
    complexity: 0.5,
    mask: {},
    mask_steps: [],
    attempts: [{ role: "critic", usage: { input_tokens: 1, output_tokens: 1 }, findings: [] }],
    patterns: ["absolute_thinking"],
    tensions: ["tension_1"],
    findings: [],
    actions: [
      { hash: "h", tool: "t", decision: "approved", by: "owner", at: time, expires_at: time, result: 1 },
    ],
    crisis: { level: "none" },
    ...shared,
  },
  fact: {
    type: "fact",
    category: "personal_info",
    key: "location",
    value: "Cusco",
    confidence: 0.9,
    first_mentioned: time,
    last_updated: time,
    mention_count: 2,
    tags: ["home"],
    context: "I moved to Cusco",
    sources: [{ turn: "turn_1", span: [2, 16] }],
    origin: "rules",
    status: "active",
    history: [
      { value: "Lima", confidence: 0.9, sources: [{ turn: "turn_0", span: [0, 4] }], from: time, to: time },
    ],
    ...shared,
  },
  episode: {
    type: "episode",
    instance: "instance_1",
    episode_type: "milestone",
    title: "Moved to Cusco",
    summary: "I moved to Cusco last week.",
    importance: 7.5,
    sentiment: "positive",
    timestamp: time,
    tags: ["change"],
    sources: [{ turn: "turn_1", span: [0, 16] }],
    message_count: 1,
    related_facts: ["fact_1"],
    related_episodes: ["memory_1"],
    status: "archived",
    ...shared,
  },
  note: {
    type: "note",
    source: "notes/tides.md",
    domain: "sea",
    title: "Tides",
    tags: ["sea"],
    text: "High water at noon.",
    sha256: "a".repeat(64),
    created_at: time,
    supersedes: "note_1",
    ...shared,
  },
  feedback: {
    run: "run_1",
    created_at: time,
    rating: 4,
    flags: ["too_long", "my own"],
    note: "It was good.",
    rejected: "You should rest.",
    correction: "Rest if you like.",
    delta: { scope: "task", aspect: "beta", old: 0.7, new: 0.3, rationale: "calmer" },
    confidence: 0.8,
    ...shared,
  },
  pattern: {
    type: "pattern",
    class: "absolute_thinking",
    label: "All or nothing",
    hidden: true,
    note: "Mostly in the evening.",
    ...shared,
  },
  tension: {
    type: "tension",
    name: "Work and rest",
    axis_a: "Work",
    axis_b: "Rest",
    position: -0.5,
    intensity: null,
    origin: "user_created",
    measurements: [{ position: 0.5, confidence: 0.8, source: "user" }],
    sources: [{ turn: "turn_1", note: "note_1", span: [0, 4] }],
    created_at: time,
    updated_at: time,
    ...shared,
  },
  consent: {
    destination: "host:clinic",
    purpose: "summary",
    state: "granted",
    granted_by: "owner",
    created_at: time,
    expires_at: time,
    ...shared,
  },
};

/** The types of memories: their bodies have schemas of their own. */
const memoryTypes = ["fact", "episode", "note", "pattern", "tension"];

beforeAll(async () => {
  await init();
  // The core without its facade: it tells which record it refuses, and why.
  initSync({ module: readFileSync(join(root, "pkg", "core.wasm")) });
});

for (const [kind, whole] of Object.entries(bodies)) {
  it(`the schema of a ${kind} and its parser agree on every body, but for what a schema cannot say`, () => {
    const conforms = new Ajv2020({ strict: true }).compile(JSON.parse(file(`schemas/${kind}.json`)));
    const changed: object[] = [whole];
    for (let place = 0; place < places(whole).length; place++) {
      for (const value of values) {
        const body = structuredClone(whole);
        const [holder, key] = places(body)[place] as Place;
        holder[key] = structuredClone(value);
        changed.push(body);
      }
    }
    const random = randomBelow(23);
    for (let count = 0; count < randomBodies; count++) {
      const body = structuredClone(whole);
      for (let changes = random(3); changes >= 0; changes--) change(body, random);
      changed.push(body);
    }
    // A memory of another type has another schema, or none.
    const isOther = (body: object) =>
      memoryTypes.includes(kind) && (body as { type?: unknown }).type !== kind;
    for (let index = changed.length - 1; index >= 0; index--)
      if (isOther(changed[index] as object)) changed.splice(index, 1);
    const verdicts = { valid: 0, invalid: 0, beyond: 0 };
    const refusals = parsed(kind, changed);
    for (const [index, body] of changed.entries()) {
      const refusal = refusals.get(index);
      const isBeyond = refusal !== undefined && beyond.some((reason) => refusal.includes(reason));
      const told = `${refusal}\n${JSON.stringify(conforms.errors)}\n${JSON.stringify(body)}`;
      if (!conforms(body)) expect(refusal, told).toBeDefined();
      else if (!isBeyond) expect(refusal, told).toBeUndefined();
      verdicts[refusal === undefined ? "valid" : isBeyond ? "beyond" : "invalid"] += 1;
    }
    expect(verdicts.valid).toBeGreaterThan(50);
    expect(verdicts.invalid).toBeGreaterThan(1_000);
    expect(verdicts.beyond).toBeGreaterThan(0);
  });
}

/** Has the core parse bodies; gives why each that was refused was. */
function parsed(kind: string, changed: object[]): Map<number, string> {
  const core = new Core({}, new LanguagePacks([]), 1.8e12, new Uint8Array(32));
  const records = changed.map((body, index) => ({
    id: `${kind}_${index}`,
    owner: "ana",
    kind: memoryTypes.includes(kind) ? "memory" : kind,
    at: "001795280519176-00001-wcitd7sxt4",
    schema: 1,
    body,
  }));
  const { quarantined } = core.absorb(new TextEncoder().encode(JSON.stringify(records)), 1.8e12) as {
    quarantined: { id: string; message: string }[];
  };
  core.free();
  return new Map(quarantined.map(({ id, message }) => [Number(id.split("_")[1]), message]));
}

it("what a conversation stores and exports conforms", async () => {
  const ajv = new Ajv2020({ strict: true });
  const schema = (name: string) => JSON.parse(file(`schemas/${name}.json`));
  ajv.addSchema(schema("template"));
  const storage = memoryStorage();
  const luminora = await Luminora.open({ storage, embedder: fakeEmbedder() });
  const session = await luminora.createSession({ template: "alicia", user: "ana" });
  const said = ["Hello", "You're pretty", "My name is Ana and my dog Max died", "My name is Eva"];
  for (const text of said) await session.send(text);
  await session.setMood("shy", 0.4);
  let records = 0;
  for await (const batch of storage.scan("ana")) {
    for (const record of batch) {
      if (!("body" in record) || record.kind === "template") continue;
      const name = record.kind === "memory" ? (record.body as { type: string }).type : record.kind;
      const conforms = ajv.getSchema(`luminoracore/schemas/${name}.json`) ?? ajv.compile(schema(name));
      expect(conforms(record.body), JSON.stringify([record, conforms.errors])).toBe(true);
      records += 1;
    }
  }
  expect(records).toBeGreaterThan(12);
  const conforms = ajv.compile(schema("snapshot"));
  const everything = { embeddings: true, compact: true };
  for (const options of [{}, { embeddings: true }, { anonymize: true }, { compact: true }, everything]) {
    const snapshot = JSON.parse(await session.exportSnapshot(options));
    expect(conforms(snapshot), JSON.stringify([options, conforms.errors])).toBe(true);
  }
  const { embeddings } = JSON.parse(
    await session.exportSnapshot({ include_options: { include_embeddings: true } }),
  );
  expect(Object.keys(embeddings.vectors).length).toBeGreaterThan(0);
  // What is no such file is not taken for one.
  const [plain, withVectors, hidden, compact] = await Promise.all(
    [{}, { embeddings: true }, { anonymize: true }, { compact: true }].map((options) =>
      session.exportSnapshot(options),
    ),
  );
  const bad = (text: string | undefined, path: string, value?: unknown) => {
    const changed = JSON.parse(text as string);
    const names = path.split("/");
    const last = names.pop() as string;
    const holder = names.reduce((holder, name) => holder[name], changed);
    if (value === undefined) delete holder[last];
    else holder[last] = value;
    expect(conforms(changed), path).toBe(false);
  };
  bad(plain, "current_state/affinity/points", 101);
  bad(plain, "encoding", "compact/1");
  bad(plain, "persona");
  bad(plain, "format");
  bad(withVectors, "embeddings/model");
  bad(withVectors, "embeddings/vectors/some_id", "no base64");
  bad(withVectors, "embeddings/dimensions", 1.5);
  bad(hidden, "anonymization/removed/facts", "2");
  bad(hidden, "anonymization/note");
  bad(compact, "encoding", "compact/2");
  bad(compact, "keys", [["a", 1]]);
  bad(compact, "data");
  await luminora.close();
});
