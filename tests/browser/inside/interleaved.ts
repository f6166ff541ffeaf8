// Long logs of two owners in one database, batch by batch and by turns: each is read in pages, and alone.
import { indexedDbStorage, type StoredRecord } from "luminoracore";
import { live, tombstone } from "../../shared/records.ts";
import { Log } from "./log.ts";

const owners = ["ana", "diego"] as const;

/** Writes, reads while it is written to, and erases; what was not as it must be. */
export async function interleave(name: string): Promise<string[]> {
  const problems: string[] = [];
  const storage = indexedDbStorage({ name });
  const logs = new Map(owners.map((owner) => [owner as string, new Log()]));
  let clock = 0;
  const append = async (owner: string, records: readonly StoredRecord[]) => {
    logs.get(owner)?.add(records);
    await storage.append(owner, records);
  };
  const record = (owner: string, id: string) =>
    live(id, ++clock, { text: `${owner} says ${id} ${clock}` }, owner);
  const same = async (what: string, owner: string, found: Log) => {
    if (found.text !== logs.get(owner)?.text) problems.push(`${what}: ${owner} has another log`);
  };

  // By turns, then many of one while the other says nothing.
  const batches = Array.from({ length: 700 }, (_, number): [string, string] => [
    number < 300 || number >= 600 ? (owners[number % 2] as string) : "ana",
    `r${number}`,
  ]);
  const readers = new Map<string, { log: Log; position?: string }>();
  for (let start = 0; start < batches.length; start += 100) {
    const some = batches.slice(start, start + 100);
    await Promise.all(some.map(([owner, id]) => append(owner, [record(owner, id)])));
    for (const owner of owners) {
      const reader = readers.get(`${owner} ${start % 300}`) ?? { log: new Log() };
      readers.set(`${owner} ${start % 300}`, reader);
      await reader.log.goOn(reader, storage, owner);
      await same(`read from ${start}`, owner, reader.log);
      await same("scan", owner, await Log.of(storage, owner));
    }
  }

  // What changes its place before it was read is read all the same.
  const found = new Log();
  const changes = [
    [record("diego", "r201"), record("diego", "r650")],
    [record("diego", "r601")],
    [tombstone("r699", ++clock)],
  ];
  for await (const records of storage.scan("diego")) {
    found.add(records);
    const change = changes.shift();
    if (change) await append("diego", change);
  }
  if (changes.length > 1) problems.push("the log was not read in pages");
  await append("diego", changes.flat());
  const unread = batches.filter(([owner, id]) => owner === "diego" && !found.records.has(id));
  if (unread.length > 0) problems.push(`not read: ${unread.map(([, id]) => id)}`);
  for (const owner of owners) await same("after changes", owner, await Log.of(storage, owner));

  logs.set("ana", new Log());
  await storage.erase("ana");
  for (const owner of owners) await same("after erasing", owner, await Log.of(storage, owner));
  if ((await storage.owners()).join() !== "diego") problems.push("an owner is left");
  await storage.close();
  return problems;
}
