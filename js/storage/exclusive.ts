import { randomBytes } from "node:crypto";
import { lstat, lutimes, readFile, readlink, rename, rm, symlink, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { threadId } from "node:worker_threads";
import { errorCode, unlessMissing } from "./disk.ts";

/** A lock whose holder did not touch it for so long (ms) is nobody's any more. */
const abandonedAfter = 60_000;

/** A lock without a name is given so long (ms) to get one. */
const createdWithin = 2000;

/** How often a holder touches its lock (ms). */
const touchedEvery = 10_000;

/** What a lock file begins with that this thread made. A thread that ended may have had the same name. */
const holder = JSON.stringify([hostname(), process.pid, threadId]);

/** The locks that this thread holds, whichever copy of the package took them. */
const held = sharedBetweenCopies("luminoracore.locks");

/**
 * Runs `work` while no other process runs any under the lock file `path`. A killed holder's lock is taken over; so is
 * that of a process that was asleep for long. So `work` asks `isHeld` right before what cannot be undone, and throws
 * {@link LockLost} when it is not: then all begins again.
 */
export async function exclusively<T>(
  path: string,
  work: (isHeld: () => Promise<boolean>) => Promise<T>,
): Promise<T> {
  for (;;) {
    const token = `${holder} ${randomBytes(8).toString("hex")}`;
    held.add(token);
    try {
      return await whileHeld(path, token, work);
    } catch (error) {
      if (!(error instanceof LockLost)) throw error;
    } finally {
      held.delete(token);
    }
  }
}

/** Thrown by work that lost its lock and has done nothing yet. */
export class LockLost extends Error {}

async function whileHeld<T>(
  path: string,
  token: string,
  work: (isHeld: () => Promise<boolean>) => Promise<T>,
): Promise<T> {
  await take(path, token);
  const isHeld = async () => (await contentOf(path)) === token;
  const touching = setInterval(() => {
    const now = new Date();
    lutimes(path, now, now).catch(() => {});
  }, touchedEvery);
  touching.unref();
  try {
    return await work(isHeld);
  } finally {
    clearInterval(touching);
    if (await isHeld()) await rm(path, { force: true });
  }
}

async function take(path: string, token: string): Promise<void> {
  while (!(await created(path, token))) {
    const present = await contentOf(path);
    if (present === undefined) continue;
    if (await isAbandoned(path, present)) await remove(path, present);
    else await new Promise((resolve) => setTimeout(resolve, 5 + Math.random() * 10));
  }
}

/**
 * Creates the lock with its content in one step, so that nobody can die between the two. A symbolic link that leads
 * nowhere needs no room for it, so that something can be erased on a full disk, too.
 */
async function created(path: string, token: string): Promise<boolean> {
  try {
    await symlink(token, path).catch(async (error) => {
      if (!noLinks.has(errorCode(error))) throw error;
      await writeFile(path, token, { flag: "wx", mode: 0o600 });
    });
    return true;
  } catch (error) {
    if (errorCode(error) === "EEXIST") return false;
    throw error;
  }
}

/** How file systems say that they have no links. */
export const noLinks = new Set<string | undefined>(["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EACCES"]);

async function contentOf(path: string): Promise<string | undefined> {
  return await unlessMissing(
    readlink(path).catch((error) => {
      if (errorCode(error) !== "EINVAL") throw error;
      return readFile(path, "utf8");
    }),
  );
}

async function isAbandoned(path: string, token: string): Promise<boolean> {
  const age = Date.now() - ((await unlessMissing(lstat(path)))?.mtimeMs ?? Date.now());
  if (age > abandonedAfter) return true;
  // One of this thread that it does not know is from an earlier life: in a container ids repeat.
  if (token.startsWith(`${holder} `)) return !held.has(token);
  const [host, id] = namesIn(token);
  // Without a content: just being created where there are no links, or what a power cut has left.
  if (id === undefined) return age > createdWithin;
  // The processes of another machine cannot be asked after.
  if (host !== hostname()) return false;
  try {
    process.kill(id, 0);
    return false;
  } catch (error) {
    return errorCode(error) === "ESRCH";
  }
}

function namesIn(token: string): [host?: string, id?: number] {
  try {
    return JSON.parse(token.slice(0, token.lastIndexOf(" ")));
  } catch {
    return [];
  }
}

/** Removes an abandoned lock, and puts back that of somebody who was quicker in taking it over. */
async function remove(path: string, token: string): Promise<void> {
  // It may have been let go before it was found abandoned, and be another one by now.
  if ((await contentOf(path)) !== token) return;
  const aside = `${path}.${randomBytes(6).toString("hex")}.tmp`;
  try {
    await rename(path, aside);
    const moved = await contentOf(aside);
    if (moved !== undefined && moved !== token) await created(path, moved);
  } catch (error) {
    if (errorCode(error) !== "ENOENT") throw error;
  } finally {
    await rm(aside, { force: true });
  }
}

function sharedBetweenCopies(name: string): Set<string> {
  const shared = globalThis as unknown as Record<symbol, Set<string> | undefined>;
  const key = Symbol.for(name);
  shared[key] ??= new Set();
  return shared[key];
}
