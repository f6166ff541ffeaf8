import { LuminoraError } from "../../errors.ts";
import type { Arrivals, Storage, StoredRecord } from "../../storage/storage.ts";
import { owner } from "./records.ts";

/** What a scan finds is this, in any order; so is the whole log where the adapter has arrivals. */
export async function contains(
  storage: Storage,
  expected: readonly StoredRecord[],
  of = owner,
  options?: Parameters<Storage["scan"]>[1],
): Promise<void> {
  equal(sorted(await all(storage, of, options)), sorted(expected));
  if (options) return;
  const arrivals = await storage.arrivals?.(of);
  if (!arrivals) return;
  check(!arrivals.continues, "nothing was asked to be continued");
  equal(sorted(await recordsIn(arrivals)), sorted(expected));
}

/** Each of these views contains this. */
export async function allContain(
  views: readonly Storage[],
  expected: readonly StoredRecord[],
): Promise<void> {
  for (const view of views) await contains(view, expected);
}

/** All records of a scan. */
export async function all(
  storage: Storage,
  of = owner,
  options?: Parameters<Storage["scan"]>[1],
): Promise<StoredRecord[]> {
  const records: StoredRecord[] = [];
  for await (const batch of storage.scan(of, options)) records.push(...batch);
  return records;
}

/** The records that arrivals bring. */
export async function recordsIn({ texts }: Arrivals): Promise<StoredRecord[]> {
  const records: StoredRecord[] = [];
  for await (const text of texts) records.push(...(JSON.parse(text) as StoredRecord[]));
  return records;
}

/** The call is refused with this code. */
export async function refused(code: string, call: Promise<unknown>): Promise<void> {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  check(
    LuminoraError.isInstance(error) && error.code === code,
    `expected a refusal with ${code}, got ${error}`,
  );
}

/** Equality of JSON values; the order of keys is free. */
export function equal(actual: unknown, expected: unknown): void {
  const [is, should] = [actual, expected].map((value) => JSON.stringify(sortKeys(value)));
  check(is === should, `expected ${should?.slice(0, 500)}, got ${is?.slice(0, 500)}`);
}

export function check(condition: boolean, message: string): void {
  if (!condition) throw new Error(message);
}

export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

function sorted(records: readonly StoredRecord[]): StoredRecord[] {
  return [...records].sort((a, b) => (a.id < b.id ? -1 : 1));
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (typeof value !== "object" || value === null) return value;
  return Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, item]) => [key, sortKeys(item)]);
}
