import { type Arrivals, Luminora, manualModel, type Storage, type StoredRecord } from "luminoracore";
import { fakeClock, seededRandom } from "luminoracore/testing";

const user = "diego";
const begin = Date.UTC(2026, 0, 1);
const turns = 1200;

/** A turn as a file brings it, at a minute of the conversation. */
function turn(session: string, minute: number, text: string): StoredRecord {
  const at = begin + minute * 60_000;
  return {
    id: `turn_${String(Math.imul(minute + 1, 0x9e3779b1) >>> 0).padStart(26, "0")}`,
    owner: user,
    kind: "turn",
    at: `${String(at).padStart(15, "0")}-00000-test`,
    schema: 1,
    body: {
      session,
      role: minute % 2 ? "assistant" : "user",
      text,
      created_at: new Date(at).toISOString(),
      source: "import",
    },
  };
}

/** The same storage, and how much of its log was read. */
function counted(storage: Storage) {
  const seen = { continues: [] as boolean[], records: 0 };
  const whole = storage.arrivals?.bind(storage) as (owner: string, after?: string) => Promise<Arrivals>;
  const count = async (owner: string, after?: string): Promise<Arrivals> => {
    const arrivals = await whole(owner, after);
    if (owner !== user) return arrivals;
    return {
      ...arrivals,
      texts: (async function* () {
        // Not where only the position is wanted.
        seen.continues.push(arrivals.continues);
        for await (const text of arrivals.texts) {
          seen.records += (JSON.parse(text) as unknown[]).length;
          yield text;
        }
      })(),
    };
  };
  return { seen, storage: new Proxy(storage, { get: (target, name) => get(target, name, count) }) };
}

function get(storage: Storage, name: string | symbol, arrivals: Storage["arrivals"]): unknown {
  if (name === "arrivals") return arrivals;
  const member = storage[name as keyof Storage] as unknown;
  return typeof member === "function" ? member.bind(storage) : member;
}

/** A log that is long enough for a checkpoint, opened again and again; `reopen` gives another view of its storage. */
export async function openLongLog(reopen: () => Storage) {
  const clock = fakeClock(begin + turns * 60_000);
  const random = seededRandom(3);
  let id = "";
  const open = async (storage: Storage) => {
    const luminora = await Luminora.open({ storage, clock, random, model: manualModel() });
    const session = await luminora.createSession(id ? { session: id, user } : { template: "alicia", user });
    id = session.id;
    return { luminora, session };
  };
  /** What a visit finds, how much it read for that, and whether it leaves a checkpoint. */
  const visit = async (during?: (luminora: Luminora) => Promise<unknown>) => {
    const { seen, storage } = counted(reopen());
    const { luminora, session } = await open(storage);
    const found = {
      turns: session.history().length,
      newest: session.history({ limit: 1 })[0]?.text,
      lighthouse: (await session.recall("the lighthouse", { limit: 1 })).map(({ text }) => text),
      secrets: (await luminora.memories({ user })).length,
    };
    await during?.(luminora);
    await luminora.close();
    const view = reopen();
    const bytes = await view.cache?.(user).get("log");
    await view.close();
    const text = new TextDecoder().decode(bytes);
    return {
      ...found,
      continues: seen.continues.join(),
      records: seen.records,
      kept: bytes !== undefined,
      swordfish: text.includes("swordfish"),
    };
  };

  const first = await open(reopen());
  await first.luminora.remember({ category: "other", key: "password", value: "swordfish" }, { user });
  await first.luminora.close();
  const storage = reopen();
  const words = "We spoke of the sea, of boats and nets, and of what the wind does to a rope. ".repeat(3);
  const said = (minute: number) =>
    minute === 7 ? "The lighthouse keeper is my uncle." : `${words}${minute}`;
  await storage.append(
    user,
    Array.from({ length: turns }, (_, minute) => turn(id, minute, said(minute))),
  );
  await storage.close();

  const whole = await visit();
  const again = await visit();
  // From another device: its clocks are older than all that is known here.
  const late = reopen();
  await late.append(user, [turn(id, -5, "This came late.")]);
  await late.close();
  const withLate = await visit();
  const forgetting = await visit((luminora) => luminora.forget("swordfish", { user }));
  const forgotten = await visit();
  const after = await visit();
  return { whole, again, withLate, forgetting, forgotten, after };
}
