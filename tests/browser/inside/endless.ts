import { indexedDbStorage, Luminora, type Session } from "luminoracore";
import { canonical, sorted } from "../../shared/canonical.ts";
import { everything } from "../../shared/recording.ts";

const user = "diego";
const sayings = ["You are wonderful!", "I hate you", "You're pretty", "It rains.", "Thank you, friend 🌊"];
const database = { name: "endless" };

/** The person's only session, opened now if there is none. */
async function resume(luminora: Luminora): Promise<Session> {
  const [present] = await luminora.sessions({ user });
  if (present) return await luminora.createSession({ session: present.id, user });
  return await luminora.createSession({ template: "alicia", user });
}

/** Sends `turns` turns, and calls `acknowledge` with the run of each once its reply is there. */
export async function talkEndlessly(
  turns: number,
  acknowledge: (run: string) => Promise<void>,
): Promise<void> {
  const luminora = await Luminora.open({ storage: indexedDbStorage(database) });
  const session = await resume(luminora);
  for (let turn = 0; turn < turns; turn++) {
    const { run } = await session.send(`${sayings[turn % sayings.length]} (${turn})`);
    await acknowledge(run);
  }
  await luminora.close();
}

/** What a new object finds in the database: its records, and the state that it makes of them at `now`. */
export async function findings(now: number): Promise<{ records: string; state: string; session: string }> {
  const luminora = await Luminora.open({ storage: indexedDbStorage(database), clock: () => now });
  const session = await resume(luminora);
  const storage = indexedDbStorage(database);
  const records = JSON.stringify(sorted(await everything(storage)));
  await storage.close();
  const found = { records, state: canonical(session.state), session: session.id };
  await luminora.close();
  return found;
}
