import { abortedError, type Clock, type Sleep } from "../ports.ts";

/** A {@link Clock} that stands still until it is told otherwise. */
export interface FakeClock extends Clock {
  /** Goes forward by so many milliseconds. */
  advance(milliseconds: number): void;
  /** Goes to a moment, in milliseconds since 1970. */
  set(now: number): void;
  /** Sleeps without waiting: the clock goes forward instead. */
  readonly sleep: Sleep;
  /** How long each sleep was asked to be, in milliseconds. */
  readonly sleeps: readonly number[];
}

/** A clock that starts at `now`: milliseconds since 1970, by default the first moment of 2026. */
export function fakeClock(now = Date.UTC(2026, 0, 1)): FakeClock {
  let time = now;
  const sleeps: number[] = [];
  return Object.assign(() => time, {
    advance(milliseconds: number) {
      time += milliseconds;
    },
    set(now: number) {
      time = now;
    },
    async sleep(milliseconds: number, signal: AbortSignal) {
      if (signal.aborted) throw abortedError();
      sleeps.push(milliseconds);
      time += milliseconds;
    },
    sleeps,
  });
}
