// Several views of one database that change it at the same moment, and what must be true of it afterwards.
import { indexedDbStorage, type Storage, type StoredRecord } from "luminoracore";
import { seededRandom } from "luminoracore/testing";
import { owner, live as recordOf, tombstone } from "../../shared/records.ts";
import { Log, type Reader } from "./log.ts";
import { rawStores } from "./raw.ts";

/** What a history is made of. */
export interface History {
  readonly name: string;
  readonly seed: number;
  readonly steps: number;
  /** How something is taken away in it. */
  readonly erasure: Erasure;
  /** Of a hundred messages to other views, so many get lost. */
  readonly lost: number;
}

export type Erasure = "forget" | "replace" | "erase";

/** What was done in a history, and what was not as it must be. */
export interface Findings {
  readonly appended: number;
  readonly erased: number;
  readonly problems: string[];
}

/** Changes a database from several views at once, step by step, and compares it with what it must hold after each. */
export async function live({ name, seed, steps, erasure, lost }: History): Promise<Findings> {
  const random = seededRandom(seed);
  const draw = (count: number) =>
    Math.floor((((random(1)[0] ?? 0) * 256 + (random(1)[0] ?? 0)) / 65536) * count);
  loseMessages(() => draw(100) < lost);
  const writers = [1, 2, 3].map(() => indexedDbStorage({ name }));
  const followers = await Promise.all([1, 2].map(() => followerOf(name)));
  const readers: Reader[] = [1, 2, 3].map(() => ({ log: new Log() }));
  const findings = { appended: 0, erased: 0, problems: [] as string[] };
  let log = new Log();
  let clock = 0;
  let number = 0;
  const words = new Map<string, string>();

  const record = (id: string): StoredRecord => {
    const word = `word-${++number}-end`;
    words.set(word, id);
    return recordOf(id, ++clock, { word });
  };
  const some = () => [...log.records.values()].filter(({ erased }) => !erased && draw(3) === 0).slice(0, 2);
  const fresh = () => Array.from({ length: 1 + draw(3) }, () => record(`r${number + 1}`));
  const change = (): Change => {
    if (draw(4) === 0) {
      findings.erased++;
      if (erasure === "erase") return { replace: true, records: [], isErase: true };
      if (erasure === "replace") return { replace: true, records: draw(4) === 0 ? [] : fresh() };
      const tombstones = some().map(({ id }) => tombstone(id, ++clock));
      return { replace: false, records: tombstones };
    }
    findings.appended++;
    return {
      replace: false,
      records: [...fresh(), ...(draw(3) === 0 ? some().map(({ id }) => record(id)) : [])],
    };
  };

  for (let step = 0; step < steps; step++) {
    const problem = (what: string) => findings.problems.push(`${step}: ${what}`);
    const changes = Array.from({ length: 1 + draw(3) }, change);
    await Promise.all(changes.map((change) => perform(writers[draw(writers.length)] as Storage, change)));
    // As if one had come after the other, in an order that is not known.
    const newcomer = indexedDbStorage({ name });
    const found = await Log.of(newcomer);
    await newcomer.close();
    const possible = orders(changes).map((order) => order.reduce(after, log));
    const actual = possible.find((one) => one.text === found.text);
    if (!actual) problem(`${found.text} comes of no order of ${JSON.stringify(changes)} after ${log.text}`);
    log = actual ?? found;

    for (const storage of writers)
      if ((await Log.of(storage)).text !== log.text) problem("a writer sees another log");
    for (const reader of readers) {
      if (draw(2) === 0) continue;
      const view = writers[draw(writers.length)] as Storage;
      await reader.log.goOn(reader, view, owner);
      if (reader.log.text !== log.text) problem(`a reader has ${reader.log.text}, and there is ${log.text}`);
    }
    // One that stopped somewhere keeps what it has, and another begins with that.
    const checkpoint = readers[draw(readers.length)] as Reader;
    await keep(writers[draw(writers.length)] as Storage, checkpoint);
    const opened = await open(writers[draw(writers.length)] as Storage);
    if (opened.text !== log.text) problem(`a checkpoint opens as ${opened.text}, and there is ${log.text}`);

    const stores = await rawStores(name);
    const raw = [...stores.values()].join();
    // Without what is made of them.
    stores.delete("caches");
    const records = [...stores.values()].join();
    for (const [word, id] of words) {
      const present = log.records.get(id);
      const isGone = !present || present.erased;
      if (isGone && raw.includes(word)) problem(`${word} of ${id} is still there`);
      const isCurrent = !isGone && JSON.stringify(present).includes(word);
      if (records.includes(word) !== isCurrent)
        problem(`${word} of ${id} is there ${isCurrent ? "not" : "still"}`);
    }
    if (step % 5 === 4)
      for (const follower of followers)
        if (!(await follower.comesTo(log))) problem("a follower has lost its way");
  }
  for (const storage of [...writers, ...followers]) await storage.close();
  return findings;
}

interface Change {
  readonly replace: boolean;
  readonly records: readonly StoredRecord[];
  readonly isErase?: boolean;
}

async function perform(storage: Storage, { replace, records, isErase }: Change): Promise<void> {
  if (isErase) await storage.erase(owner);
  else await storage.append(owner, records, { replace });
}

function after(log: Log, { replace, records }: Change): Log {
  const next = replace ? new Log() : new Log(log.records);
  next.add(records);
  return next;
}

function orders<T>(items: readonly T[]): T[][] {
  if (items.length < 2) return [[...items]];
  return items.flatMap((first, index) =>
    orders(items.filter((_, other) => other !== index)).map((rest) => [first, ...rest]),
  );
}

async function keep(storage: Storage, { position, log }: Reader): Promise<void> {
  if (position === undefined) return;
  const bytes = new TextEncoder().encode(JSON.stringify([position, [...log.records.values()]]));
  await storage.cache?.(owner).put("log", bytes, { position });
}

async function open(storage: Storage): Promise<Log> {
  const bytes = await storage.cache?.(owner).get("log");
  const [position, records] = bytes ? JSON.parse(new TextDecoder().decode(bytes)) : [undefined, []];
  const log = new Log();
  log.add(records);
  await log.goOn({ position }, storage, owner);
  return log;
}

/** A view that only listens, and looks for itself when its page is shown again. */
async function followerOf(name: string) {
  const storage = indexedDbStorage({ name });
  let log = new Log();
  storage.subscribe?.((_, records, replaced) => {
    if (replaced) log = new Log();
    log.add(records);
  });
  const begun = await storage.arrivals?.(owner);
  for await (const text of begun?.texts ?? []) log.add(JSON.parse(text));
  return {
    close: () => storage.close(),
    async comesTo(expected: Log): Promise<boolean> {
      // What is on its way comes first.
      await pause(20);
      document.dispatchEvent(new Event("visibilitychange", { bubbles: true }));
      for (let wait = 0; wait < 300 && log.text !== expected.text; wait++) await pause(10);
      return log.text === expected.text;
    },
  };
}

function loseMessages(isLost: () => boolean): void {
  const post = BroadcastChannel.prototype.postMessage;
  BroadcastChannel.prototype.postMessage = function (message: unknown) {
    if (!isLost()) post.call(this, message);
  };
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
