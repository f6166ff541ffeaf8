import {
  type EmbeddingProgress,
  Luminora,
  manualModel,
  type Recalled,
  type Session,
  type Storage,
} from "luminoracore";
import { embedder } from "luminoracore/embedders";
import { fakeClock, seededRandom } from "luminoracore/testing";
import { everything } from "./recording.ts";

const user = "diego";
const hours = 3_600_000;

function openWith(storage: Storage, options: Partial<Parameters<typeof Luminora.open>[0]> = {}) {
  return Luminora.open({ storage, model: manualModel(), random: seededRandom(11), ...options });
}

const told = ({ type, text, matches }: Recalled) => [type, text, matches.join(" ")];

/** What was said, remembered and brought along is found, told to the model, and gone once it is forgotten. */
export async function findAndForget(storage: Storage) {
  const clock = fakeClock();
  const luminora = await openWith(storage, { clock });
  const first = await luminora.createSession({ template: "alicia", user });
  await first.send("The spare key is under the blue flowerpot.");
  await first.reply("I will keep that in mind.");
  await luminora.remember({ category: "preferences", key: "favourite tea", value: "jasmine" }, { user });
  await luminora.importNotes("# Garden\n\nWater the jasmine on Fridays.", { user, source: "garden.md" });
  clock.advance(24 * 40 * hours);
  const session = await luminora.createSession({ template: "alicia", user });
  const found = {
    key: (await session.recall("Where are the keys?", { limit: 1 })).map(told),
    jasmine: (await session.recall("jasmine")).map(told).sort(),
    notes: (await session.recall("jasmine", { types: ["note"] })).map(({ source, span }) => [source, span]),
    previewed: session.preview("Where is the spare key?").memories.map(told),
  };
  const reply = await session.send("Where is the spare key?");
  const { run } = session.explain(reply.run) as unknown as {
    run: { blocks: { name: string; items: string[] }[] };
  };
  const block = run.blocks.find(({ name }) => name === "recalled");
  await luminora.forget("jasmine", { user });
  await luminora.forget({ source: "garden.md" }, { user });
  const left = (await session.recall("jasmine")).map(told);
  const late = await refusal(session.recall(" "));
  await luminora.close();
  return {
    ...found,
    told: reply.memories.map(told),
    reported: block?.items.length === reply.memories.filter(({ type }) => type === "turn").length,
    left,
    late,
  };
}

/** What is searched is kept in the storage's cache, which holds nothing of what was erased. */
export async function keepTheIndex(storage: Storage, reopen: () => Storage) {
  const holds = async (storage: Storage, word: string) => {
    const bytes = await storage.cache?.(user).get("text-index");
    return bytes && new TextDecoder().decode(bytes).includes(word);
  };
  const talk = async (
    storage: Storage,
    work: (session: Session, luminora: Luminora) => PromiseLike<unknown>,
  ) => {
    const luminora = await openWith(storage, { clock: fakeClock() });
    const [known] = await luminora.sessions({ user });
    const session = await luminora.createSession(
      known ? { session: known.id, user } : { template: "alicia", user },
    );
    const result = await work(session, luminora);
    await luminora.close();
    return result;
  };
  await talk(storage, (session) => session.send("We planted a walnut tree."));
  const after = reopen();
  const kept = await holds(after, "walnut");
  const found = await talk(after, async (session) => (await session.recall("walnuts")).length);
  const third = reopen();
  await talk(third, async (_, luminora) => {
    const { id } = await luminora.remember({ key: "hidden", value: "under the almond tree" }, { user });
    await luminora.forget(id, { user });
  });
  const last = reopen();
  const rest = [await holds(last, "walnut"), await holds(last, "almond")];
  await talk(last, (_, luminora) => luminora.erase({ user, purge: true }));
  const gone = reopen();
  const nothing = await gone.cache?.(user).get("text-index");
  await gone.close();
  return { kept, found, rest, nothing: nothing === undefined };
}

const meanings = [
  ["dog", "puppy", "animal"],
  ["ship", "boat", "sail"],
  ["soup", "eat", "dinner"],
];

/** Vectors of three sorts of things. `calls` collects what it was asked. */
function meaning(calls: string[], id = "test/meaning") {
  return embedder({
    id,
    maxBatch: 2,
    embed: (texts, { kind }) => {
      calls.push(...texts.map((text) => `${kind}: ${text}`));
      return texts.map((text) => [
        ...meanings.map((words) => (words.some((word) => text.includes(word)) ? 1 : 0)),
        0.1,
      ]);
    },
  });
}

/** Memories are embedded in the background, once, and found by what they mean. */
export async function findByMeaning(storage: Storage, reopen: () => Storage) {
  const calls: string[] = [];
  const clock = fakeClock();
  const features = { semantic_search: true };
  const open = (storage: Storage, id?: string) =>
    openWith(storage, { clock, features, embedder: meaning(calls, id) });
  const luminora = await open(storage);
  const session = await luminora.createSession({ template: "alicia", user });
  const heard: EmbeddingProgress[] = [];
  session.on("embedding", (progress) => heard.push(progress));
  for (const text of ["We got a puppy.", "It was windy.", "The boat leaks."]) await session.send(text);
  const progress: EmbeddingProgress[] = [];
  const done = await luminora.embed({ user, onProgress: (state) => progress.push(state) });
  const [best] = await session.recall("any animals?");
  const other = await luminora.createSession({ template: "alicia", user });
  const { memories } = await other.send("Do we have animals?");
  await luminora.embed({ user });
  await luminora.close();
  const first = calls.splice(0).sort();

  const second = await open(reopen());
  await second.sessions({ user });
  await second.embed({ user });
  await second.close();
  const again = calls.splice(0);

  const third = await open(reopen(), "test/another");
  await third.sessions({ user });
  const anew = await third.embed({ user });
  await third.close();
  return {
    done,
    progress,
    heard: heard.length > 0,
    best: best && [best.text, best.matches.length, best.why.meaning > 0.9],
    told: memories.map(({ text }) => text),
    first,
    again,
    anew,
    renewed: calls.length,
  };
}

/** An embedder that fails is told of, and words make up for it. */
export async function failToEmbed(storage: Storage) {
  const fails = embedder({
    id: "test/fails",
    embed: () => {
      throw new TypeError("no route to host");
    },
  });
  const luminora = await openWith(storage, { clock: fakeClock(), embedder: fails });
  const session = await luminora.createSession({ template: "alicia", user });
  const errors: unknown[] = [];
  session.on("embedding", ({ error }) => errors.push((error as { code?: string })?.code));
  await session.send("The boat leaks.");
  const refused = await refusal(luminora.embed({ user }));
  const found = (await session.recall("boats")).map(told);
  const records = await everything(storage);
  await luminora.close();
  const without = await openWith(storage, { clock: fakeClock() }).catch(() => undefined);
  await without?.close();
  return { refused, errors, found, stored: records.length > 0 };
}

async function refusal(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return "fine";
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
}
