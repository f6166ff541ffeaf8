import { LuminoraError } from "./errors.ts";

/** The port that tells the time: milliseconds since 1970, UTC. */
export type Clock = () => number;

/** The port that gives `length` unpredictable bytes (at most 65,536 at once). */
export type Random = (length: number) => Uint8Array;

/** Resolves after `milliseconds`; rejects with code `aborted` as soon as the signal is aborted. */
export type Sleep = (milliseconds: number, signal: AbortSignal) => Promise<void>;

/** The clock of the environment. */
export const systemClock: Clock = () => Date.now();

/** The cryptographic random source of the environment. */
export const systemRandom: Random = (length) => {
  if (length > reserve.length) return crypto.getRandomValues(new Uint8Array(length));
  if (reserveUsed + length > reserve.length) {
    crypto.getRandomValues(reserve);
    reserveUsed = 0;
  }
  reserveUsed += length;
  return reserve.slice(reserveUsed - length, reserveUsed);
};

// Asked for a few bytes at a time, the environment takes longer than for all of these at once.
const reserve = new Uint8Array(2048);
let reserveUsed = reserve.length;

/** Sleeps on a timer of the environment. */
export const systemSleep: Sleep = (milliseconds, signal) => {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const waiting = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, milliseconds);
  });
  return abortable(waiting, signal).finally(() => clearTimeout(timer));
};

/** A signal that is aborted with the first of some; `release` lets go of them. */
export function anySignal(...signals: readonly (AbortSignal | undefined)[]): {
  readonly signal: AbortSignal;
  readonly release: () => void;
} {
  const abort = new AbortController();
  const forward = () => abort.abort();
  for (const signal of signals) {
    if (signal?.aborted) forward();
    signal?.addEventListener("abort", forward);
  }
  const release = () => {
    for (const signal of signals) signal?.removeEventListener("abort", forward);
  };
  return { signal: abort.signal, release };
}

/** `promise`, or a rejection with code `aborted` as soon as the signal is aborted. */
export async function abortable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  let listener: (() => void) | undefined;
  const aborted = new Promise<never>((_, reject) => {
    listener = () => reject(abortedError());
    if (signal.aborted) listener();
    else signal.addEventListener("abort", listener);
  });
  try {
    return await Promise.race([promise, aborted]);
  } catch (error) {
    // What was given the same signal may notice the abort first, with an error of its own.
    throw signal.aborted ? abortedError() : error;
  } finally {
    if (listener) signal.removeEventListener("abort", listener);
  }
}

/** What a call rejects with when its caller's signal was aborted. */
export function abortedError(): LuminoraError {
  return new LuminoraError("aborted", "The call was aborted by its signal.");
}
