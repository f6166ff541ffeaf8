// How well memory is found again, measured on conversations with labelled questions (LoCoMo: its licence keeps it out
// of this repository, so the folder is named by whoever has it). Every conversation is said again through the public
// API, turn by turn, and every question is asked with `session.recall`.
//
//     npm run retrieval -- --data FOLDER [--vectors NAME] [--out ranked.jsonl]
//
// The folder holds corpus.jsonl and questions.jsonl, one object a line; for `--vectors NAME` also minilm-NAME.i8 and
// minilm-q.i8: rows of 384 bytes, then one f32 scale a row.

import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { Luminora, manualModel, memoryStorage, type Session } from "luminoracore";
import { type Embedder, embedder } from "luminoracore/embedders";
import { fakeClock } from "luminoracore/testing";
import { printScores, type Question, type Ranked, type Turn } from "./scores.ts";

const { values } = parseArgs({
  options: { data: { type: "string" }, vectors: { type: "string" }, out: { type: "string" } },
});
const dimensions = 384;
const folder = values.data ?? "";
if (!folder) throw new Error("say where the conversations are: --data FOLDER");

const corpus: Turn[] = await readLines("corpus.jsonl");
const questions: Question[] = await readLines("questions.jsonl");
const vectors = values.vectors ? await readVectors(values.vectors) : undefined;
const ranked: Ranked[] = [];
let milliseconds = 0;
for (const conv of new Set(corpus.map(({ conv }) => conv))) {
  const turns = corpus.filter((turn) => turn.conv === conv);
  const { luminora, session, names } = await sayAgain(turns);
  for (const { q, question } of questions.filter((question) => question.conv === conv)) {
    const begun = performance.now();
    const found = await session.recall(question, { types: ["turn"], limit: 100 });
    milliseconds += performance.now() - begun;
    ranked.push({ conv, question_idx: q, ranked: found.map(({ id }) => names.get(id) ?? "") });
  }
  await luminora.close();
  console.log(`${conv}: ${turns.length} turns`);
}
printScores(ranked, corpus, questions);
console.log(`one recall: ${((milliseconds / ranked.length) * 1000).toFixed(0)} microseconds on average`);
if (values.out) {
  await writeFile(values.out, ranked.map((question) => `${JSON.stringify(question)}\n`).join(""));
}

/** The vectors of the turns and the questions, by their texts. */
async function readVectors(name: string): Promise<ReadonlyMap<string, Float32Array>> {
  const vectors = new Map<string, Float32Array>();
  const read = async (file: string, texts: readonly string[]) => {
    const bytes = await readFile(join(folder, file));
    const scales = bytes.subarray(texts.length * dimensions);
    texts.forEach((text, row) => {
      const scale = scales.readFloatLE(4 * row);
      const values = bytes.subarray(row * dimensions, (row + 1) * dimensions);
      vectors.set(
        text,
        Float32Array.from(new Int8Array(values), (value) => value * scale),
      );
    });
  };
  await read(`minilm-${name}.i8`, corpus.map(textOf));
  await read(
    "minilm-q.i8",
    questions.map(({ question }) => question),
  );
  return vectors;
}

/** An embedder that knows these texts alone. */
function given(vectors: ReadonlyMap<string, Float32Array>): Embedder {
  return embedder({
    id: "given",
    dimensions,
    embed: (texts) => texts.map((text) => vectors.get(text) ?? new Float32Array(dimensions)),
  });
}

/** What a turn says, with what its photograph shows. */
function textOf({ cap, text }: Turn): string {
  return (cap ? `[Photo: ${cap}] ${text}` : text).trim();
}

/** Says a conversation again: who speaks first is the person, the other one the personality. */
async function sayAgain(turns: readonly Turn[]) {
  const person = turns[0]?.spk ?? "";
  const personality = turns.find(({ spk }) => spk !== person)?.spk ?? "";
  const time = (turn: Turn) => Date.parse(`${turn.ts}:00Z`);
  const clock = fakeClock(Math.min(...turns.map(time)));
  const luminora = await Luminora.open({
    clock,
    storage: memoryStorage(),
    model: manualModel(),
    limits: { retentionDays: null },
    policy: { retrieve: { maxK: 100 } },
    // Facts and episodes, which have no vectors here, are not what is measured.
    ...(vectors && { features: { semantic_search: true }, embedder: given(vectors) }),
  });
  const { document } = await luminora.templates.get("alicia");
  const template = { ...document, persona: { ...(document.persona as object), name: personality } };
  const names = new Map<string, string>();
  let session: Session | undefined;
  let number: number | undefined;
  for (const turn of turns) {
    clock.set(Math.max(time(turn), clock() + 1000));
    if (!session || turn.s !== number) session = await luminora.createSession({ template, user: person });
    number = turn.s;
    const text = textOf(turn);
    const id = turn.spk === person ? (await session.send(text)).user_turn : (await session.reply(text)).turn;
    names.set(id ?? "", turn.id);
  }
  if (vectors) await luminora.embed({ user: person });
  if (!session) throw new Error("a conversation without a turn");
  return { luminora, session, names };
}

async function readLines<T>(name: string): Promise<T[]> {
  const text = await readFile(join(folder, name), "utf8");
  return text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
}
