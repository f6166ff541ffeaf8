import { LuminoraError } from "../errors.ts";
import type { Json, RecordText } from "./storage.ts";

/**
 * Which of the offered records an adapter has to write, at most one for each id: those that win over the stored
 * version and over each other. Pure; the order of the offers makes no difference.
 *
 * @param stored the stored version of every offered id that has one
 * @throws LuminoraError `integrity`, when two versions of a record have one clock and different content;
 *   `invalid_argument`, when a record belongs to another owner
 */
export function winners(
  owner: string,
  stored: ReadonlyMap<string, RecordText>,
  offered: readonly RecordText[],
): RecordText[] {
  const changed = new Map<string, RecordText>();
  for (const [index, record] of offered.entries()) {
    if (record.owner !== owner) {
      throw new LuminoraError("invalid_argument", "A batch holds a record of another owner.", {
        path: `/${index}/owner`,
        hint: "Append the records of each owner in a batch of their own.",
      });
    }
    const present = changed.get(record.id) ?? stored.get(record.id);
    if (!present || winner(present, record) !== present) changed.set(record.id, record);
  }
  return [...changed.values()];
}

/**
 * The one of two versions of a record that stays: the erased one; of two tombstones the earlier; of two live
 * versions the later. Equal versions: `a`.
 */
export function winner(a: RecordText, b: RecordText): RecordText {
  const order = compareVersions(a, b);
  if (order !== 0) return order > 0 ? a : b;
  // Of what comes once more the text is the same as well, as a rule.
  if (a.text === b.text || same(JSON.parse(a.text), JSON.parse(b.text))) return a;
  throw new LuminoraError(
    "integrity",
    `Two versions of record ${a.id} have one clock and different content.`,
    {
      hint: "Each write needs a clock of its own; a copied device name is the usual reason.",
    },
  );
}

/** What decides between two versions of a record. */
export type Version = Pick<RecordText, "at" | "erased">;

/** Positive when `a` wins, negative when `b` does, 0 when they can only be the same version. */
export function compareVersions(a: Version, b: Version): number {
  if (a.erased !== b.erased) return a.erased ? 1 : -1;
  if (a.at === b.at) return 0;
  const later = a.at > b.at ? 1 : -1;
  return a.erased ? -later : later;
}

/** Whether two JSON values are equal, whatever the order of their keys. */
function same(a: Json, b: Json): boolean {
  if (Object.is(a, b) || a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && same((a as Fields)[key] as Json, (b as Fields)[key] as Json))
  );
}

type Fields = { readonly [key: string]: Json };
