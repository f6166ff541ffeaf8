import { Luminora, type StoredRecord } from "luminoracore";
import { canonical } from "./canonical.ts";
import { storageOf } from "./recording.ts";

/** The ids of the runs in these records, once it is sure that no turn of them is torn. */
export function wholeRuns(records: readonly StoredRecord[]): Set<string> {
  const runs = new Map<string, { asked: string | undefined; answers: number }>();
  const turns = new Map<string, TurnBody>();
  for (const record of records) {
    if (record.erased) continue;
    const { id, kind, body } = record;
    if (kind === "run") runs.set(id, { asked: (body as unknown as { turn?: string }).turn, answers: 0 });
    if (kind === "turn") turns.set(id, body as unknown as TurnBody);
  }
  for (const [id, { asked }] of runs) {
    if (turns.get(asked ?? "")?.role !== "user") throw new Error(`the run ${id} has lost what was said`);
  }
  for (const [id, turn] of turns) {
    if (turn.role !== "assistant") continue;
    const run = runs.get(turn.run ?? "");
    if (!run || run.asked !== turn.reply_to) throw new Error(`the turn ${id} has lost its run`);
    run.answers++;
  }
  for (const [id, { answers }] of runs)
    if (answers !== 1) throw new Error(`the run ${id} has lost its reply`);
  if (turns.size !== 2 * runs.size) throw new Error("there is a turn without a run");
  return new Set(runs.keys());
}

/** The state that a new core makes of these records at `now`. */
export async function foldOf(
  records: readonly StoredRecord[],
  session: string,
  now: number,
): Promise<string> {
  const user = records.find(({ id }) => id === session)?.owner ?? "";
  const luminora = await Luminora.open({ storage: await storageOf(records), clock: () => now });
  const state = canonical((await luminora.createSession({ session, user })).state);
  await luminora.close();
  return state;
}

interface TurnBody {
  readonly role: string;
  readonly run?: string;
  readonly reply_to?: string;
}
