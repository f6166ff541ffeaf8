import { ask } from "./ask.ts";
import type { Document } from "./document.ts";
import type { BlendReport, BlendStrategy } from "./generated/types.ts";
import { parse, Template } from "./pure.ts";
import { loadedRuntime } from "./runtime.ts";

/** A personality that goes into a blend. */
export interface BlendSource {
  /** The personality, parsed or as its document. */
  readonly template: Template | Document;
  /** How much it counts beside the others: a number of 0 or more. Default 1. */
  readonly weight?: number;
}

/** What a blend can be told beyond its sources. */
export interface BlendOptions {
  /** How the sources become one. Default "weighted_average". */
  readonly strategy?: BlendStrategy;
  /** What the draws of "random" follow from, and required there: a whole number from 0 to 2^64 - 1. */
  readonly seed?: number | bigint;
  /** The name of the blend, at most 100 characters. Default: the names of the sources, joined by " + ". */
  readonly name?: string;
}

/** What a blend gives. */
export interface Blend {
  /** The new personality; it passes validation. */
  readonly template: Template;
  /** What it was made of. */
  readonly report: BlendReport;
}

/**
 * Makes one personality of 2 to 16. The same arguments give the same document. Needs `await init()` once before.
 *
 * - `weighted_average`: numbers are weighted means, lists are the items with the most weight behind them.
 * - `dominant`: the heaviest source, its parameters and tone limits moved towards the others by a fifth.
 * - `hybrid`: character, language, rules and principles of the heaviest; the rest as the weighted average.
 * - `random`: each section from one source, drawn by weight.
 *
 * Throws `too_few_sources`, `too_many_sources`, `bad_weight` (its `path` names the source), `seed_required`, or
 * `invalid_template` for a document that is none.
 *
 * @example
 * const { template, report } = blend(
 *   [{ template: alicia, weight: 0.7 }, { template: drLuna, weight: 0.3 }],
 *   { name: "Alicia Luna" },
 * );
 * await luminora.templates.add(template.document);
 */
export function blend(sources: readonly BlendSource[], options: BlendOptions = {}): Blend {
  const { Blender } = loadedRuntime();
  const { seed } = options;
  const blender = new Blender();
  try {
    for (const { template, weight = 1 } of sources) {
      // What is no number must not become one.
      const counted = typeof weight === "number" ? weight : Number.NaN;
      const parsed = template instanceof Template ? template : parse(template);
      blender.add(parsed.handle, counted);
      if (parsed !== template) parsed.free();
    }
    // JSON has no bigint.
    const given = typeof seed === "bigint" ? { ...options, seed: `${seed}` } : options;
    const template = new Template(ask(() => blender.blend(given)));
    return { template, report: blender.report as BlendReport };
  } finally {
    blender.free();
  }
}
