/** What one piece of work takes, in microseconds. */
export interface Times {
  readonly median: number;
  readonly p95: number;
}

/** One line of the table. */
export interface Row {
  readonly what: string;
  readonly times: Times;
  /** The same work in plain JavaScript, in the same run. */
  readonly counterpart?: Times | undefined;
  readonly note?: string | undefined;
}

/** Work of a benchmark; the number counts its calls, so that inputs can vary. */
export type Work = (call: number) => unknown;

const warmUpCalls = 300;
const warmUpMilliseconds = 300;
const milliseconds = 600;
const samplesAtLeast = 7;
// Below this the clock itself would be a part of the figure, so such work is timed several calls at once.
const sampleAtLeastMicroseconds = 20;

let kept: unknown;

/** Times work that answers at once. Nothing here asserts: a figure depends on the machine and on its neighbours. */
export function measure(work: Work): Times {
  let calls = 0;
  const warm = deadline(warmUpMilliseconds);
  while (calls < warmUpCalls && !warm()) kept = work(calls++);
  const once = time(() => {
    kept = work(calls++);
  });
  const batch = Math.max(1, Math.ceil(sampleAtLeastMicroseconds / Math.max(once, 0.01)));
  const samples: number[] = [];
  for (const over = deadline(milliseconds); samples.length < samplesAtLeast || !over(); ) {
    const taken = time(() => {
      for (let index = 0; index < batch; index++) kept = work(calls++);
    });
    samples.push(taken / batch);
  }
  return summary(samples);
}

/** Times work that answers later, `count` times in a row. */
export async function measureLater(
  count: number,
  work: (call: number) => PromiseLike<unknown>,
): Promise<Times> {
  const samples: number[] = [];
  for (let call = 0; call < count; call++) {
    const begun = performance.now();
    kept = await work(call);
    samples.push((performance.now() - begun) * 1000);
  }
  return summary(samples);
}

/** Median and 95th percentile of samples in microseconds. */
export function summary(samples: readonly number[]): Times {
  const sorted = [...samples].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return { median: at(0.5), p95: at(0.95) };
}

/** The result of the last work; reading it keeps the engine from leaving work out. */
export function lastResult(): unknown {
  return kept;
}

function time(work: () => void): number {
  const begun = performance.now();
  work();
  return (performance.now() - begun) * 1000;
}

function deadline(afterMilliseconds: number): () => boolean {
  const end = performance.now() + afterMilliseconds;
  return () => performance.now() > end;
}
