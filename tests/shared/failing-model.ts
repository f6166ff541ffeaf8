import { type ErrorCode, Luminora, LuminoraError, type Storage } from "luminoracore";
import { fakeClock } from "luminoracore/testing";
import { factories, type Kind } from "./asking.ts";
import { canonical } from "./canonical.ts";
import { contentsOf, everything } from "./recording.ts";

/** A send to a model that fails, between two that work. */
export interface Trial {
  readonly kind: Kind;
  readonly failingURL: string;
  readonly workingURL: string;
  readonly key: string;
  /** When the caller gives up, if it does. */
  readonly abort?: "before" | "before the answer" | "at the first delta";
  /** How long the server may keep silent, in milliseconds. */
  readonly stallTimeout?: number;
}

/** What came of it. */
export interface Verdict {
  /** Code of the error; absent when the send came through after all. */
  readonly code?: ErrorCode;
  readonly retryAfterMs?: number;
  /** Whether the storage held exactly the same before and after the failing send. */
  readonly unchanged: boolean;
  /** The waits between attempts, in milliseconds. */
  readonly sleeps: readonly number[];
  /** The text of the failing send, as far as it came. */
  readonly streamed: string;
  /** The text of the next send. */
  readonly next: string;
  /** Turns in the end. */
  readonly turns: number;
  /** Where the key was found, apart from the request's header. */
  readonly leaks: readonly string[];
}

const user = "diego";

/** The moment at which the failing send begins. */
export const trialTime = Date.UTC(2026, 0, 1);

/** Sends three times through a provider's server; the second fails. */
export async function tryFailingModel(storage: Storage, trial: Trial): Promise<Verdict> {
  const clock = fakeClock(trialTime);
  const abort = new AbortController();
  const model = (baseURL: string) => {
    const isFailing = baseURL === trial.failingURL;
    return factories[trial.kind]({
      ...{ baseURL, model: "small", apiKey: trial.key, dangerouslyAllowBrowser: true },
      ...{ clock, sleep: clock.sleep, ...(isFailing && { stallTimeout: trial.stallTimeout }) },
      fetch(input, init) {
        if (trial.abort === "before the answer" && isFailing) setTimeout(() => abort.abort(), 30);
        return fetch(input, init);
      },
    });
  };
  const luminora = await Luminora.open({ storage, model: model(trial.workingURL) });
  const session = await luminora.createSession({ template: "alicia", user });
  await session.send("Good morning!");
  const before = await contentsOf(storage);

  if (trial.abort === "before") abort.abort();
  let streamed = "";
  let failure: unknown;
  try {
    const options = { model: model(trial.failingURL), signal: abort.signal };
    for await (const delta of session.send("You're pretty", options)) {
      streamed += delta;
      if (trial.abort === "at the first delta") abort.abort();
    }
  } catch (error) {
    failure = error;
  }
  const unchanged = (await contentsOf(storage)) === before;
  const next = await session.send("Are you still there?");

  const places = {
    error: revealed(failure),
    records: canonical(await everything(storage)),
    snapshot: await session.exportSnapshot(),
    preview: canonical(session.preview("And now?")),
    explanation: canonical(session.explain(next.run)),
  };
  const leaks = Object.entries(places).flatMap(([place, text]) => (text.includes(trial.key) ? [place] : []));
  const turns = session.history().length;
  await luminora.close();
  if (failure && !LuminoraError.isInstance(failure)) throw failure;
  const { code, retryAfterMs } = (failure ?? {}) as Partial<LuminoraError>;
  return {
    ...(code && { code }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
    ...{ unchanged, sleeps: clock.sleeps, streamed, next: next.text, turns, leaks },
  };
}

/** All that can be read from an error, its causes included. */
export function revealed(error: unknown, depth = 0): string {
  if (typeof error !== "object" || error === null || depth > 8) return String(error);
  return Object.getOwnPropertyNames(error)
    .map((name) => `${name}: ${revealed((error as Record<string, unknown>)[name], depth + 1)}`)
    .join("\n");
}
