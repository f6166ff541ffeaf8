import { LuminoraError } from "../errors.ts";

/** Declares that the core answers by itself: offline, without a network, the same every time. */
export interface ScriptedModel {
  readonly kind: "scripted";
  readonly id: "scripted";
  /** Varies what the core composes. */
  readonly seed: number;
  /** The next prepared reply; `undefined` when there is none (left) and the core composes one. */
  nextReply(): string | undefined;
}

/**
 * A model that needs nothing: it answers with `replies` in their order and after them, or without them, from the
 * template's own words, determined by the template, `seed` and the number of the turn.
 */
export function scriptedModel(options: { replies?: readonly string[]; seed?: number } = {}): ScriptedModel {
  const { replies = [], seed = 0 } = options;
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw new LuminoraError("out_of_range", "The seed must be a whole number from 0 to 2^53 - 1.", {
      path: "/seed",
    });
  }
  const remaining = [...replies];
  return { kind: "scripted", id: "scripted", seed, nextReply: () => remaining.shift() };
}
