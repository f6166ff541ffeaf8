import type { Core } from "../build/wasm/core.js";
import { ask, fromCore } from "./ask.ts";
import { LuminoraError } from "./errors.ts";
import type { CoreError, CoreEvent, Output } from "./generated/types.ts";
import type { IndexCache } from "./index-cache.ts";
import type { LogCheckpoint } from "./log-checkpoint.ts";
import type { LogPositions } from "./log-positions.ts";
import type { CallOptions, Message, Model } from "./models/model.ts";
import type { Part } from "./models/part.ts";
import { abortable, abortedError, anySignal, type Clock, type Random } from "./ports.ts";
import type { SemanticSearch } from "./semantic.ts";
import { erases, type Storage, type StoredRecord } from "./storage/storage.ts";

/** What the driver performs effects with. */
export interface Host {
  readonly core: Core;
  readonly storage: Storage;
  readonly indexCache: IndexCache;
  readonly checkpoint: LogCheckpoint;
  readonly positions: LogPositions;
  /** Absent without an embedder. */
  readonly semantic?: SemanticSearch | undefined;
  readonly clock: Clock;
  readonly random: Random;
  /** Aborted when the host is being closed: model calls end, what is being stored is finished. */
  readonly closing: AbortSignal;
  /** The operations under way, for `close` to wait for. */
  readonly operations: Set<Promise<unknown>>;
}

/** What a command may need beyond the host. */
export interface RunOptions {
  /** Answers the call effects. */
  readonly model?: Model | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Hears of every event, in order. */
  readonly onEvent?: (event: CoreEvent | ReasoningDelta) => void;
  /** A dry run: it ends where something would be stored, with no output. */
  readonly dry?: boolean | undefined;
}

/** A model thinks aloud before it answers. The core does not hear of it. */
export interface ReasoningDelta {
  readonly type: "reasoning-delta";
  readonly text: string;
}

/** A step as the binding gives it. */
interface Step {
  readonly op: number;
  /** The texts of a call, one behind the other. */
  readonly texts?: string;
  readonly effects: readonly Effect[];
  readonly events: readonly CoreEvent[];
  readonly output?: Output;
  readonly error?: CoreError;
}

type Effect =
  | { readonly type: "call"; readonly request: CallRequest }
  | { readonly type: "embed"; readonly text: string }
  | {
      readonly type: "append";
      readonly owner: string;
      readonly records: readonly StoredRecord[];
      readonly replace: boolean;
    }
  | { readonly type: "erase"; readonly owner: string };

/** What a model is asked, without the texts: these cross in one string that nobody escapes or parses. */
interface CallRequest {
  /** The length of each text: the system text first, then every message. */
  readonly lengths: readonly number[];
  /** `u` or `a` for each message. */
  readonly roles: string;
  readonly temperature: number;
  readonly maxOutputTokens: number;
}

const seedLength = 32;

/**
 * Runs one command to its end: performs the effects that the core asks for, resumes it with what came of them, and
 * hands its events on. When anything fails the core drops the operation, and nothing of it is kept.
 */
export async function run(host: Host, command: object, options: RunOptions = {}): Promise<Output> {
  if (options.signal?.aborted) throw abortedError();
  return await underway(host, () => runToEnd(host, command, options), options.signal);
}

/** Runs work that `close` waits for. */
export async function underway<T>(host: Host, work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  if (host.closing.aborted) throw disposedError();
  // Begun a moment later: `close` must know of it before anything happens.
  const operation = Promise.resolve().then(work);
  host.operations.add(operation);
  try {
    return await operation;
  } catch (error) {
    throw host.closing.aborted && !signal?.aborted ? disposedError() : error;
  } finally {
    host.operations.delete(operation);
  }
}

/** What a call is refused with once its `Luminora` object is closed. */
export function disposedError(): LuminoraError {
  return new LuminoraError("disposed", "This Luminora object is closed.");
}

async function runToEnd(host: Host, command: object, options: RunOptions): Promise<Output> {
  const { core, clock, random } = host;
  const resume = (op: number, result: object): Step => ask(() => core.resume(op, result, clock()));
  let step: Step = ask(() => core.dispatch(command, clock(), random(seedLength)));
  for (;;) {
    for (const event of step.events) options.onEvent?.(event);
    if (step.error) throw fromCore(step.error);
    if (step.output) return step.output;
    const { op, effects } = step;
    if (options.dry && effects.some(({ type }) => type === "append")) {
      resume(op, { type: "failed" });
      return { type: "nothing" };
    }
    try {
      const { texts = "" } = step;
      for (const effect of effects) step = await perform(host, effect, texts, op, resume, options);
    } catch (error) {
      // The operation ends in the core too, unless it already has.
      resume(op, { type: "failed" });
      throw error;
    }
  }
}

/** Performs one effect and gives the step that follows it. */
async function perform(
  host: Host,
  effect: Effect,
  texts: string,
  op: number,
  resume: (op: number, result: object) => Step,
  options: RunOptions,
): Promise<Step> {
  if (effect.type === "call")
    return await callModel(host, requestOf(effect.request, texts), op, resume, options);
  if (effect.type === "embed") {
    const vector = await host.semantic?.vectorOf(effect.text, options.signal);
    return ask(() => host.core.resumeVector(op, vector, host.clock()) as Step);
  }
  // The last moment to give up: what is being stored is not taken back.
  if (options.signal?.aborted || host.closing.aborted) throw abortedError();
  const { owner } = effect;
  const dropped = effect.type === "erase" || erases(effect.records, effect);
  const step = await host.indexCache.during(owner, dropped, async () => {
    if (effect.type === "append") {
      await host.storage.append(owner, effect.records, { replace: effect.replace, transfer: true });
    } else {
      await host.storage.erase(owner);
    }
    return resume(op, { type: "stored" });
  });
  host.semantic?.changed(owner, { dropped });
  return step;
}

/** Feeds the model's parts to the core until it has the whole answer. */
async function callModel(
  { core, clock, closing }: Host,
  request: Omit<CallOptions, "signal">,
  op: number,
  resume: (op: number, result: object) => Step,
  { model, signal, onEvent }: RunOptions,
): Promise<Step> {
  if (!model) throw new LuminoraError("model_unsupported", "No model was given that could be called.");
  const either = anySignal(closing, signal);
  let parts: AsyncIterator<Part> | undefined;
  try {
    parts = model.call({ ...request, signal: either.signal })[Symbol.asyncIterator]();
    for (;;) {
      // A model that does not heed its signal is left behind.
      const { done, value: part } = await abortable(parts.next(), either.signal);
      if (done)
        throw new LuminoraError("model_incomplete", "The model's answer ended before it was complete.");
      if (part.type === "text-delta") {
        const step: Step | undefined = ask(() => core.resumeText(op, part.text, clock()));
        if (!step) onEvent?.({ type: "text-delta", text: part.text });
        else if (step.error) return step;
        else for (const event of step.events) onEvent?.(event);
        continue;
      }
      if (part.type === "reasoning-delta") onEvent?.(part);
      const result = resultOf(part);
      if (!result) continue;
      const step = resume(op, result);
      if (part.type === "finish" || step.error) return step;
      for (const event of step.events) onEvent?.(event);
    }
  } finally {
    either.release();
    // Not awaited: a model that hangs would hold up its caller.
    parts?.return?.().catch(() => {});
  }
}

const roleOf: Record<string, Message["role"]> = { u: "user", a: "assistant", s: "system" };

/** The request as models take it. */
function requestOf({ lengths, roles, ...rest }: CallRequest, texts: string): Omit<CallOptions, "signal"> {
  let end = 0;
  const [system = "", ...contents] = lengths.map((length) => {
    end += length;
    return texts.slice(end - length, end);
  });
  const messages = contents.map((content, index) => ({
    role: roleOf[roles[index] ?? "u"] ?? "user",
    content,
  }));
  return { system, messages, ...rest };
}

function resultOf(part: Part): object | undefined {
  switch (part.type) {
    case "finish":
      return { type: "finish", reason: part.reason };
    case "usage":
      // A provider that counts only one side is not believed: our estimate covers both.
      return part.inputTokens === undefined || part.outputTokens === undefined
        ? undefined
        : { type: "usage", usage: { input_tokens: part.inputTokens, output_tokens: part.outputTokens } };
    default:
      return undefined;
  }
}
