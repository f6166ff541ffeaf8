// Started by file-faults.test.ts as a process of its own, on a disk that refuses something: says as JSON what became of
// it. Arguments: what is wrong, and the folder.
import { closeSync, openSync } from "node:fs";
import { readdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { LuminoraError } from "../../js/errors.ts";
import { fileStorage } from "../../js/storage/file.ts";
import type { StoredRecord } from "../../js/storage/storage.ts";
import { owner, live as record, tombstone } from "../shared/records.ts";

const [fault = "", folder = ""] = process.argv.slice(2);

const faults: Record<string, () => Promise<object>> = {
  /** There is no room for more; then there is. */
  async full() {
    const ballast = join(dirname(folder), "ballast");
    await writeFile(ballast, Buffer.alloc(500_000));
    const storage = fileStorage(folder, { onDamage });
    await storage.append("other", [{ ...live("a"), owner: "other" }]);
    const acknowledged: string[] = [];
    let refused: object | undefined;
    for (let number = 0; number < 1000 && !refused; number++) {
      refused = await refusal(storage.append(owner, [live(`${number}`), live(`${number}-more`)]));
      if (!refused) acknowledged.push(`${number}`, `${number}-more`);
    }
    const again = await refusal(storage.append(owner, [live("again", 100_000)]));
    const erasing = await refusal(storage.append(owner, [erased("0"), live("x")]));
    const caching = await refusal(
      Promise.resolve(storage.cache?.(owner).put("index", new Uint8Array(600_000))),
    );
    const whileFull = { same: await ids(storage), other: await ids(fileStorage(folder, { onDamage })) };
    // What makes room can be done without any.
    await fileStorage(folder, { onDamage }).erase("other");
    const names = await readdir(folder);
    await rm(ballast);
    await storage.append(owner, [live("after")]);
    await storage.append(owner, [erased("0"), erased("0-more")]);
    const afterwards = await ids(fileStorage(folder, { onDamage }));
    return { acknowledged, refused, again, erasing, caching, whileFull, names, afterwards };
  },

  /** A file may not become larger than a limit; erasing makes it smaller. */
  async limited() {
    const storage = fileStorage(folder, { onDamage });
    const acknowledged: string[] = [];
    let refused: object | undefined;
    for (let number = 0; number < 1000 && !refused; number++) {
      refused = await refusal(storage.append(owner, [live(`${number}`)]));
      if (!refused) acknowledged.push(`${number}`);
    }
    const whileFull = await ids(fileStorage(folder, { onDamage }));
    await storage.append(owner, [erased("0"), erased("1")]);
    await storage.append(owner, [live("after")]);
    const afterwards = await ids(fileStorage(folder, { onDamage }));
    return { acknowledged, refused, whileFull, names: await readdir(folder), afterwards };
  },

  /** The folder may be read, and no more. */
  async readOnly() {
    const storage = fileStorage(folder, { onDamage });
    const read = { ids: await ids(storage), owners: await storage.owners() };
    const cached = await storage.cache?.(owner).get("index");
    return {
      ...read,
      cached: cached && [...cached],
      appending: await refusal(storage.append(owner, [live("x")])),
      erasing: await refusal(storage.append(owner, [erased("a")])),
      removing: await refusal(storage.erase(owner)),
      caching: await refusal(Promise.resolve(storage.cache?.(owner).put("index", new Uint8Array(1)))),
      creating: await refusal(fileStorage(join(folder, "inner")).append(owner, [live("x")])),
      afterwards: await ids(storage),
    };
  },

  /** No further file can be opened; then some are closed. */
  async many() {
    const storage = fileStorage(folder, { onDamage });
    await storage.append(owner, [live("a")]);
    const handles: number[] = [];
    try {
      for (;;) handles.push(openSync("/dev/null", "r"));
    } catch {}
    const appending = await refusal(storage.append(owner, [live("b")]));
    const reading = await refusal(ids(storage));
    const erasing = await refusal(storage.append(owner, [erased("a")]));
    for (const handle of handles) closeSync(handle);
    const before = await ids(storage);
    await storage.append(owner, [live("c")]);
    return {
      appending,
      reading,
      erasing,
      before,
      afterwards: await ids(storage),
      names: await readdir(folder),
    };
  },
};

const damage: string[] = [];
const result = await faults[fault]?.();
console.log(JSON.stringify({ ...result, damage }));

function onDamage({ message }: LuminoraError): void {
  damage.push(message);
}

async function refusal(work: Promise<unknown>): Promise<object | undefined> {
  try {
    await work;
    return undefined;
  } catch (error) {
    if (!LuminoraError.isInstance(error)) throw error;
    const { code, hint, cause } = error;
    return { code, hint, cause: (cause as NodeJS.ErrnoException).code };
  }
}

async function ids(storage: ReturnType<typeof fileStorage>): Promise<string[]> {
  const found: string[] = [];
  for await (const records of storage.scan(owner))
    for (const { id, erased } of records) if (!erased) found.push(id);
  return found;
}

function live(id: string, size = 3000): StoredRecord {
  return record(id, 1, "x".repeat(size));
}

function erased(id: string): StoredRecord {
  return tombstone(id, 2);
}
