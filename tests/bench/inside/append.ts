// Runs in a page: what it takes to keep one turn, beside a bare `put` of the same bytes.
import { openDB } from "idb";
import { indexedDbStorage, Luminora, memoryStorage, type StoredRecord } from "luminoracore";

/** Samples in microseconds, taken by turns. */
export interface Samples {
  readonly ours: number[];
  /** Ours with one record more, of which another version is there. */
  readonly changed: number[];
  readonly bare: number[];
  /** The same records, put one by one in one transaction. */
  readonly single: number[];
  /** How large a batch is, as JSON. */
  readonly bytes: number;
  readonly records: number;
}

const user = "diego";
const strict = { durability: "strict" } as const;

/** Appends the batch of one turn so many times, each time as another turn. */
export async function measureAppend(count: number): Promise<Samples> {
  const batch = await batchOfTurn();
  const name = `bench-${crypto.randomUUID()}`;
  const storage = indexedDbStorage({ name });
  const database = await openDB(`${name}-bare`, 1, {
    upgrade(database) {
      database.createObjectStore("batches");
      database.createObjectStore("records", { keyPath: ["owner", "id"] });
    },
  });
  const ours: number[] = [];
  const changed: number[] = [];
  const bare: number[] = [];
  const single: number[] = [];
  for (let turn = 0; turn < count; turn++) {
    const records = another(batch, turn);
    const text = JSON.stringify(records);
    const others = another(batch, turn + count);
    const version = { ...batch[0], id: "changed", at: `${String(turn).padStart(15, "0")}-00000-bench` };
    const keep = [
      async () => ours.push(await timed(() => storage.append(user, records))),
      async () => changed.push(await timed(() => storage.append(user, [...others, version as StoredRecord]))),
      async () =>
        bare.push(
          await timed(async () => {
            const transaction = database.transaction("batches", "readwrite", strict);
            await Promise.all([transaction.store.put(text, turn), transaction.done]);
          }),
        ),
      async () =>
        single.push(
          await timed(async () => {
            const transaction = database.transaction("records", "readwrite", strict);
            await Promise.all([...records.map((record) => transaction.store.put(record)), transaction.done]);
          }),
        ),
    ];
    // Each comes after each of the others: whoever goes first has the disk as the other left it.
    for (let first = turn % keep.length; first > 0; first--) keep.push(keep.shift() as (typeof keep)[number]);
    for (const work of turn % 2 === 0 ? keep : keep.reverse()) {
      await work();
      // What follows on it is not the next one's.
      await new Promise((resolve) => setTimeout(resolve));
    }
  }
  await storage.close();
  database.close();
  return { ours, changed, bare, single, bytes: JSON.stringify(batch).length, records: batch.length };
}

/** What `session.send` appends, of a conversation that is under way. */
async function batchOfTurn(): Promise<StoredRecord[]> {
  const storage = memoryStorage();
  let last: readonly StoredRecord[] = [];
  const append = storage.append.bind(storage);
  storage.append = async (owner, records, options) => {
    last = records;
    await append(owner, records, options);
  };
  const luminora = await Luminora.open({ storage });
  const session = await luminora.createSession({ template: "alicia", user });
  for (const text of ["Good morning!", "My dog Max likes the river.", "What do you think of it?"])
    await session.send(text);
  const batch = structuredClone(last) as StoredRecord[];
  await luminora.close();
  return batch;
}

function another(batch: readonly StoredRecord[], turn: number): StoredRecord[] {
  const number = turn.toString(32).padStart(4, "0");
  return batch.map((record) => ({ ...record, id: `${record.id.slice(0, -4)}${number}` }));
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work();
  return (performance.now() - begun) * 1000;
}
