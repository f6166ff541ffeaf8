import {
  type CallOptions,
  type Clock,
  type Model,
  memoryStorage,
  type Part,
  type Random,
  type Storage,
  type StoredRecord,
} from "luminoracore";
import { canonical, sorted } from "./canonical.ts";

/** What a model was asked, as far as it depends on the conversation. */
export type Prompt = Pick<CallOptions, "system" | "messages" | "temperature" | "maxOutputTokens">;

/** A storage that keeps every batch as it was appended, on top of `inner`. */
export function recordingStorage(inner: Storage = memoryStorage()) {
  const batches: StoredRecord[][] = [];
  const storage: Storage = {
    async append(owner, records, options) {
      await inner.append(owner, records, options);
      batches.push(structuredClone([...records]));
    },
    scan: (owner, options) => inner.scan(owner, options),
    owners: () => inner.owners(),
    erase: (owner) => inner.erase(owner),
    close: () => inner.close(),
  };
  return { storage, batches };
}

/** Everything that a storage holds. */
export async function everything(storage: Storage): Promise<StoredRecord[]> {
  const records: StoredRecord[] = [];
  for (const owner of await storage.owners()) records.push(...(await scan(storage, owner)));
  return records;
}

/** Everything that a storage holds, as a text to compare. */
export async function contentsOf(storage: Storage): Promise<string> {
  return canonical(sorted(await everything(storage)));
}

/** Everything that a storage holds of one owner. */
export async function scan(storage: Storage, owner: string): Promise<StoredRecord[]> {
  const records: StoredRecord[] = [];
  for await (const batch of storage.scan(owner)) records.push(...batch);
  return records;
}

/** A memory storage that holds these records. */
export async function storageOf(records: readonly StoredRecord[]): Promise<Storage> {
  const storage = memoryStorage();
  for (const record of records) await storage.append(record.owner, [record]);
  return storage;
}

/** A model that gives what `answer` says, and keeps what it was asked. */
export function recordingModel(
  answer: (prompt: Prompt, signal: AbortSignal) => AsyncIterable<Part> | Iterable<Part>,
) {
  const prompts: Prompt[] = [];
  const model: Model = {
    kind: "test",
    id: "test",
    async *call({ system, messages, temperature, maxOutputTokens, signal }) {
      const prompt: Prompt = { system, messages, temperature, maxOutputTokens };
      prompts.push(prompt);
      yield* answer(prompt, signal);
    },
  };
  return { model, prompts };
}

/** The parts of an answer that is complete. */
export function answerOf(...deltas: string[]): Part[] {
  return [...deltas.map((text): Part => ({ type: "text-delta", text })), { type: "finish", reason: "stop" }];
}

/** What the environment gave in the course of a run: enough to run it again. */
export interface Inputs {
  readonly times: number[];
  /** Bytes, as numbers, so that they can cross between page and test. */
  readonly draws: number[][];
}

/** Ports of the environment that keep what they gave. */
export function recordedInputs(): Inputs & { readonly clock: Clock; readonly random: Random } {
  const times: number[] = [];
  const draws: number[][] = [];
  return {
    times,
    draws,
    clock() {
      const now = Date.now();
      times.push(now);
      return now;
    },
    random(length) {
      const bytes = crypto.getRandomValues(new Uint8Array(length));
      draws.push([...bytes]);
      return bytes;
    },
  };
}

/** Ports that give what was recorded, in its order, and fail when more or something else is asked for. */
export function replayedInputs({ times, draws }: Inputs): {
  clock: Clock;
  random: Random;
  left: () => number;
} {
  const [timesLeft, drawsLeft] = [[...times], [...draws]];
  return {
    left: () => timesLeft.length + drawsLeft.length,
    clock() {
      const now = timesLeft.shift();
      if (now === undefined) throw new Error("the clock is read more often than in the recorded run");
      return now;
    },
    random(length) {
      const bytes = drawsLeft.shift();
      if (bytes?.length !== length) throw new Error("randomness is drawn otherwise than in the recorded run");
      return Uint8Array.from(bytes);
    },
  };
}
