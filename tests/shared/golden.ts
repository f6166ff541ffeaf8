import { Luminora, type Storage, type StoredRecord } from "luminoracore";

/** A database of an earlier version, and what it adds up to. */
export interface GoldenCase {
  readonly records: readonly StoredRecord[];
  readonly user: string;
  readonly session: string;
  readonly now: number;
}

/** What the log of a person adds up to, when the records are in a storage. */
export async function openGolden(reopen: () => Storage, { records, user, session: id, now }: GoldenCase) {
  const storage = reopen();
  await storage.append(user, records);
  await storage.close();
  const luminora = await Luminora.open({ storage: reopen(), clock: () => now });
  const session = await luminora.createSession({ session: id, user });
  const { affinity, mood } = session.state;
  const notes = await luminora.notes({ user });
  const view = {
    affinity: { ...affinity, history: affinity.history },
    mood: { ...mood, history: mood.history },
    sessions: await luminora.sessions({ user }),
    turns: session.history(),
    memories: await luminora.memories({ user, status: "all" }),
    notes: await Promise.all(notes.map(({ id }) => luminora.note(id, { user }))),
  };
  const { current, latest, pending, history, steps } = await luminora.migrate();
  await luminora.close();
  return { view, migrations: { current, latest, pending, history, steps } };
}
