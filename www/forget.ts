import { indexedDbStorage, type Storage } from "luminoracore";

/**
 * Erases what a storage keeps beside what people own: the personalities that were added. An erase of the person leaves
 * them. It is done as another tab would do it, so that this one and all others hear of it.
 */
export async function forgetPersonalities(storage: Storage): Promise<void> {
  const other = indexedDbStorage();
  try {
    for (const owner of await other.owners()) {
      const heard = new Promise<void>((resolve) => {
        const leave = storage.subscribe?.((changed) => {
          if (changed !== owner) return;
          leave?.();
          resolve();
        });
      });
      await other.erase(owner);
      await heard;
    }
  } finally {
    await other.close();
  }
}
