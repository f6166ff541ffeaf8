import { Luminora, memoryStorage, type Storage } from "luminoracore";
import { sentences } from "./sentences.ts";

/** Whose log it is. */
export const owner = "diego";

const turnsOfSession = 2000;
const begin = Date.parse("2025-01-01T09:00:00Z");

/**
 * A storage with so many turns of one person with one personality, 2,000 to a session, a minute apart; the id of the
 * last session, and when the last turn was said.
 */
export async function storageWith(
  count: number,
): Promise<{ storage: Storage; session: string; now: number }> {
  const storage = memoryStorage();
  const luminora = await Luminora.open({ storage: thatStaysOpen(storage), clock: () => begin });
  const texts = sentences(Math.min(count, 20_000));
  let session = "";
  for (let start = 0; start < count; start += turnsOfSession) {
    ({ id: session } = await luminora.createSession({ template: "alicia", user: owner }));
    const length = Math.min(turnsOfSession, count - start);
    const turns = Array.from({ length }, (_, index) => {
      const number = start + index;
      const at = begin + number * 60_000;
      return {
        // As random ids are: not in the order of time.
        id: `turn_${(Math.imul(number, 0x9e3779b1) >>> 0).toString(32).padStart(7, "0").padEnd(26, "0")}`,
        owner,
        kind: "turn",
        at: `${at.toString().padStart(15, "0")}-00000-bench`,
        schema: 1,
        body: {
          session,
          role: number % 2 === 0 ? "user" : "assistant",
          text: texts[number % texts.length] as string,
          created_at: new Date(at).toISOString(),
          source: "import",
        },
      };
    });
    await storage.append(owner, turns);
  }
  await luminora.close();
  return { storage, session, now: begin + count * 60_000 };
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
