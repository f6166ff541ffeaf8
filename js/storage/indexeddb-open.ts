import { type IDBPDatabase, openDB } from "idb";
import { LuminoraError } from "../errors.ts";
import { identityKey, type Schema, version } from "./indexeddb-schema.ts";
import { moveRecords } from "./indexeddb-upgrade.ts";

/** Other tabs have so long (ms) to let go of an older version, before that is an error. */
const patience = 3000;

/** What tells a database from another one that was made under its name later. Those of early tabs have none. */
export interface Identity {
  readonly id: number | undefined;
}

/**
 * Opens a database, and creates it when it is not there. One of an earlier version is brought to this one first, or is left
 * as it was.
 *
 * @param lost called when the connection goes: another tab upgrades or deletes the database, or the browser takes it
 * @param known the database that was open before: then it is not created anew, nor is another one opened in its place
 * @throws LuminoraError `storage`, when another tab does not let go of an older version, or everything was deleted
 */
export async function openConnection(
  name: string,
  lost: () => void,
  known: Identity | undefined,
): Promise<{ connection: IDBPDatabase<Schema>; identity: Identity | undefined }> {
  let reason: unknown;
  let late: ReturnType<typeof setTimeout> | undefined;
  const opened = await new Promise<IDBPDatabase<Schema>>((resolve, reject) => {
    const opening = openDB<Schema>(name, version, {
      async upgrade(database, before, _, transaction) {
        transaction.done.catch(() => {});
        try {
          // What this page stores next would be all that there is. So it is left undone, and other pages find out, too.
          if (before === 0 && known) throw deleted();
          const batches = database.createObjectStore("batches", { keyPath: "number", autoIncrement: true });
          batches.createIndex("ids", "ids", { unique: true, multiEntry: true });
          batches.createIndex("owner", "owner");
          const logs = database.createObjectStore("logs");
          logs.put(Math.random(), identityKey).catch(() => {});
          if (before < 2) database.createObjectStore("caches");
          if (before > 0) await moveRecords(database, transaction, before);
        } catch (error) {
          reason = error;
          try {
            transaction.abort();
          } catch {}
        }
      },
      blocked() {
        late = setTimeout(() => {
          reject(
            new LuminoraError("storage", "Another tab keeps an older version open.", { hint: otherTabs }),
          );
          // Nobody waits any more.
          opening.then((database) => database.close()).catch(() => {});
        }, patience);
      },
      // What is under way is finished first.
      blocking(_current, _blocked, event) {
        lost();
        (event.target as IDBDatabase).close();
      },
      terminated: lost,
    });
    opening.then(resolve, (error) => reject(reason ?? error));
  });
  clearTimeout(late);
  // A connection that is gone already says so to whoever uses it.
  const identity = await opened.get("logs", identityKey).then(
    (id) => ({ id }),
    () => known,
  );
  if (known && identity?.id !== known.id) {
    opened.close();
    throw deleted();
  }
  return { connection: opened, identity };
}

function deleted(): LuminoraError {
  return new LuminoraError("storage", "The database was deleted.", { hint: reload });
}

const otherTabs = "Close or reload the other tabs of this site, and try again.";
const reload =
  "The data of this site was cleared. Export what this page still knows, if it is to be kept; then reload the page.";
