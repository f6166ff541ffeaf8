import { LuminoraError } from "../errors.ts";
import { abortable, type Sleep } from "../ports.ts";

/** Watches a server that is waited for: does it still say something? */
export interface Watch {
  /** Aborted when the caller gives up, and when the server was silent for too long. */
  readonly signal: AbortSignal;
  /** `promise`, or code `aborted`, or `model_unavailable` when the server kept silent. */
  during<T>(promise: Promise<T>): Promise<T>;
  /** Nothing is waited for any more. */
  end(): void;
}

const slices = 4;
const over = "over";
/** The longest that timers of all environments can be set to. */
const longest = 2 ** 31 - 1;

/**
 * Begins to watch. Time counts only while something is waited for, so that a caller who reads slowly does not make the
 * server late; and in slices, so that a machine that was asleep does not either. What arrives costs no timer.
 */
export function watchFor(caller: AbortSignal, timeout: number, sleep: Sleep): Watch {
  const { signal, abort, release } = following(caller);
  const timer = new AbortController();
  const slice = timeout / slices;
  let waiting = false;
  let ticking = slice > longest;
  /** Whole slices without a sign of life; the one in which there was one is not whole. */
  let silent = 0;
  let stalled = false;

  return {
    signal,
    async during(promise) {
      waiting = true;
      // Nothing is thrown there but the end of a sleep that is wanted no more.
      if (!ticking) tick().catch(() => {});
      try {
        return await abortable(promise, signal);
      } catch (error) {
        throw stalled ? stallError(timeout) : error;
      } finally {
        waiting = false;
        silent = -1;
      }
    },
    end() {
      // Without a reason an expensive one would be made up.
      timer.abort(over);
      release();
    },
  };

  async function tick(): Promise<void> {
    ticking = true;
    silent = 0;
    while (waiting && silent < slices) {
      await sleep(slice, timer.signal);
      silent++;
    }
    ticking = false;
    if (!waiting) return;
    stalled = true;
    abort();
  }
}

/** A signal of our own that is aborted with the caller's, too. */
function following(caller: AbortSignal) {
  const controller = new AbortController();
  const abort = () => controller.abort(over);
  if (caller.aborted) abort();
  caller.addEventListener("abort", abort);
  return {
    signal: controller.signal,
    abort,
    release: () => caller.removeEventListener("abort", abort),
  };
}

function stallError(timeout: number): LuminoraError {
  return new LuminoraError("model_unavailable", `The model's server said nothing for ${timeout / 1000} s.`, {
    hint: "Send again, or give slow models more time with stallTimeout.",
  });
}
