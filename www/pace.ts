/** About the speed of a quick typist; words come whole. */
const wordDelay = 55;

/**
 * Deltas at a pace that can be read along. The scripted model has its whole answer at once; where an endpoint is
 * slower than this, nothing is slowed down further.
 *
 * @param hurry ends the waiting; deltas still come, all of them
 */
export async function* paced(deltas: AsyncIterable<string>, hurry: AbortSignal): AsyncGenerator<string> {
  let due = 0;
  for await (const delta of deltas) {
    await until(due, hurry);
    yield delta;
    due = performance.now() + (reducedMotion.matches ? 0 : wordDelay);
  }
}

const reducedMotion = matchMedia("(prefers-reduced-motion: reduce)");

function until(time: number, hurry: AbortSignal): Promise<void> {
  const wait = time - performance.now();
  if (wait <= 0 || hurry.aborted || document.hidden) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      hurry.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, wait);
    hurry.addEventListener("abort", done);
  });
}
