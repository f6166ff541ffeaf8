import { indexedDbStorage, Luminora, type Session } from "luminoracore";
import { canonical, sorted } from "../../shared/canonical.ts";
import { everything } from "../../shared/recording.ts";

const database = { name: "tabs" };
const user = "diego";
let session: Session;

/** Opens the session in this tab; without an id a new session. */
export async function openTab(now: number, id?: string): Promise<string> {
  const luminora = await Luminora.open({ storage: indexedDbStorage(database), clock: () => now });
  session = await luminora.createSession(id ? { session: id, user } : { template: "alicia", user });
  return session.id;
}

/** Says something in this tab. */
export async function say(text: string): Promise<string> {
  return (await session.send(text)).run;
}

/** What this tab sees of the session. */
export function view() {
  const { state } = session;
  const { points, total_messages } = state.affinity;
  return { history: session.history(), points, messages: total_messages, state: canonical(state) };
}

/** What the database holds. */
export async function stored(): Promise<string> {
  const storage = indexedDbStorage(database);
  const records = JSON.stringify(sorted(await everything(storage)));
  await storage.close();
  return records;
}
