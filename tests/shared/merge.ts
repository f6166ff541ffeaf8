import { LuminoraError, type Storage, type StoredRecord } from "luminoracore";
import { everything } from "./recording.ts";

/** What a storage holds after two batches, by id; or the code with which the second is refused. */
export async function mergeIn(
  storage: Storage,
  owner: string,
  [a, b]: readonly (readonly StoredRecord[])[],
): Promise<StoredRecord[] | string> {
  try {
    await storage.append(owner, a ?? []);
    await storage.append(owner, b ?? []);
    // The same again changes nothing.
    await storage.append(owner, a ?? []);
  } catch (error) {
    return LuminoraError.isInstance(error) ? error.code : String(error);
  }
  const records = (await everything(storage)).filter((record) => record.owner === owner);
  return records.sort((left, right) => (left.id < right.id ? -1 : 1));
}
