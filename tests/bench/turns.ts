import { Luminora, memoryStorage, type Storage, type StoredRecord } from "luminoracore";
import { sentences } from "./sentences.ts";

/** Whose log it is. */
export const owner = "diego";

const begin = Date.parse("2025-01-01T09:00:00Z");

/**
 * A storage with so many turns of one person with one personality, 2,000 to a session or others, a minute apart; the id of the
 * last session, and when the last turn was said. With `runs` each answer has its run, as in a conversation that was not
 * brought along; eight sentences are as long as most models answer.
 */
export async function storageWith(
  count: number,
  { runs = false, turnsOfSession = 2000, sentencesOfAnswer = 1 } = {},
): Promise<{ storage: Storage; session: string; now: number }> {
  const storage = memoryStorage();
  const luminora = await Luminora.open({ storage: thatStaysOpen(storage), clock: () => begin });
  const texts = sentences(Math.min(count, 20_000));
  let session = "";
  const run = runs ? await realRun() : undefined;
  for (let start = 0; start < count; start += turnsOfSession) {
    ({ id: session } = await luminora.createSession({ template: "alicia", user: owner }));
    const length = Math.min(turnsOfSession, count - start);
    const records = Array.from({ length }, (_, index): StoredRecord[] => {
      const number = start + index;
      const at = begin + number * 60_000;
      const record = (kind: string, counter: number, body: object) =>
        ({
          id: idOf(kind, number),
          owner,
          kind,
          at: `${at.toString().padStart(15, "0")}-0000${counter}-bench`,
          schema: 1,
          body,
        }) as StoredRecord;
      const answers = number % 2 === 1;
      const created_at = new Date(at).toISOString();
      const length = answers ? sentencesOfAnswer : 1;
      const said = Array.from({ length }, (_, index) => texts[(number + index * 7) % texts.length]);
      const text = said.join(" ");
      const by = { session, role: answers ? "assistant" : "user", text, created_at };
      if (!run) return [record("turn", 0, { ...by, source: "import" })];
      if (!answers) return [record("turn", 0, by)];
      const of = { session, turn: idOf("turn", number - 1), started_at: created_at };
      return [
        record("run", 0, { ...run, ...of }),
        record("turn", 1, { ...by, run: idOf("run", number), reply_to: of.turn }),
      ];
    });
    await storage.append(owner, records.flat());
  }
  await luminora.close();
  return { storage, session, now: begin + count * 60_000 };
}

/** As random ids are: not in the order of time. */
function idOf(kind: string, number: number): string {
  return `${kind}_${(Math.imul(number, 0x9e3779b1) >>> 0).toString(32).padStart(7, "0").padEnd(26, "0")}`;
}

/** What a turn with the scripted model leaves of how it came about. */
async function realRun(): Promise<object> {
  const storage = memoryStorage();
  const luminora = await Luminora.open({ storage: thatStaysOpen(storage), clock: () => begin });
  const session = await luminora.createSession({ template: "alicia", user: owner });
  await session.send("Good morning, I walked along the river with my dog Max.");
  await session.send("The weather is fine and I am happy.");
  const { run } = await session.send("What do you remember of my dog?");
  for await (const records of storage.scan(owner))
    for (const record of records) if (record.id === run && !record.erased) return record.body as object;
  throw new Error("the run was not stored");
}

/** The log of the person as the core takes it. */
export async function recordsOf(storage: Storage): Promise<Uint8Array[]> {
  const parts: Uint8Array[] = [];
  for await (const records of storage.scan(owner)) {
    parts.push(new TextEncoder().encode(JSON.stringify(records)));
  }
  return parts;
}

/** The same storage, for several objects one after the other: closing does not empty it. */
export function thatStaysOpen(storage: Storage): Storage {
  return {
    append: (owner, records, options) => storage.append(owner, records, options),
    scan: (owner, options) => storage.scan(owner, options),
    ...(storage.arrivals && { arrivals: storage.arrivals.bind(storage) }),
    owners: () => storage.owners(),
    erase: (owner) => storage.erase(owner),
    close: async () => {},
    ...(storage.cache && { cache: storage.cache.bind(storage) }),
  };
}
