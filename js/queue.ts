/** Runs work of one key in the order in which it is given, and works of different keys side by side. */
export type Queue = <T>(key: string, work: () => Promise<T>) => Promise<T>;

/** A {@link Queue} with nothing in it. A failed work does not keep the next one waiting. */
export function queue(): Queue {
  const tails = new Map<string, Promise<unknown>>();
  return async (key, work) => {
    const before = tails.get(key) ?? Promise.resolve();
    const mine = before.then(work);
    const settled = mine.catch(() => {});
    tails.set(key, settled);
    try {
      return await mine;
    } finally {
      if (tails.get(key) === settled) tails.delete(key);
    }
  };
}
