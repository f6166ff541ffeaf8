import { randomBytes } from "node:crypto";
import { readFile, rename, rm, stat, writeFile } from "node:fs/promises";

/** A lock of this age (ms) is nobody's any more, whoever has its process id by now. */
const abandonedAfter = 60_000;

/** Runs `work` while no other process runs any under the lock file `path`. A killed holder's lock is taken over. */
export async function exclusively<T>(path: string, work: () => Promise<T>): Promise<T> {
  const token = `${process.pid} ${randomBytes(8).toString("hex")}`;
  while (!(await created(path, token))) {
    const holder = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "ENOENT") throw error;
    });
    if (holder === undefined) continue;
    if (await abandoned(path, holder)) await remove(path, holder);
    else await new Promise((resolve) => setTimeout(resolve, 5 + Math.random() * 10));
  }
  try {
    return await work();
  } finally {
    await rm(path, { force: true });
  }
}

async function created(path: string, token: string): Promise<boolean> {
  try {
    await writeFile(path, token, { flag: "wx", mode: 0o600 });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

async function abandoned(path: string, holder: string): Promise<boolean> {
  const modified = await stat(path).then(
    ({ mtimeMs }) => mtimeMs,
    () => Date.now(),
  );
  if (Date.now() - modified > abandonedAfter) return true;
  const id = Number.parseInt(holder, 10);
  // Just created, its content not yet written.
  if (Number.isNaN(id)) return false;
  // The process waits in its own queue, so a lock of its own id is from an earlier life: in a container ids repeat.
  if (id === process.pid) return true;
  try {
    process.kill(id, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ESRCH";
  }
}

/** Removes the lock of `holder`, and puts back that of somebody who was quicker in taking it over. */
async function remove(path: string, holder: string): Promise<void> {
  const aside = `${path}.${randomBytes(6).toString("hex")}.tmp`;
  try {
    await rename(path, aside);
    const moved = await readFile(aside, "utf8");
    if (moved !== holder) await created(path, moved);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  } finally {
    await rm(aside, { force: true });
  }
}
