/// <reference lib="esnext.disposable" preserve="true" />
import type { TemplateHandle } from "../build/wasm/core.js";
import { ask } from "./ask.ts";
import { bytesOf, type Document } from "./document.ts";
import type {
  Compiled as CompiledPersonality,
  CompileFeatures,
  MaskDeltas,
  Message,
  Observation,
  Target,
  Validation,
} from "./generated/types.ts";
import { observationReader } from "./observation.ts";
import { loadedRuntime } from "./runtime.ts";

/** What a compile can be told beyond the template. */
export interface CompileOptions {
  /** Affinity points, a whole number from 0 to 100. Default 0. */
  readonly affinity?: number;
  /** The level, by name, where it is not the one of the points. */
  readonly level?: string;
  /** A mood of the template. Default: its default mood. */
  readonly mood?: string;
  /** 0..1. Default 1. */
  readonly moodIntensity?: number;
  /** Deltas on the parameters, and a temperature. */
  readonly mask?: MaskDeltas;
  /** Whose request to build. Default "universal". */
  readonly target?: Target;
  /** The model id, for targets whose request names one. */
  readonly model?: string;
  /** The most tokens that the prompt may have. Default: nothing is left out. */
  readonly maxTokens?: number;
  /** The most tokens of the answer. */
  readonly maxOutputTokens?: number;
  /** The conversation, appended to the request. */
  readonly messages?: readonly Message[];
  /** Whether levels and moods apply. Default: both. */
  readonly features?: CompileFeatures;
  /** The person's name, for `{{user}}` in texts of the template. Default "User". */
  readonly user?: string;
  /** What `{{random:a,b}}` and `{{roll:6}}` draw from, a whole number. Default 0. */
  readonly seed?: number;
}

/** A personality compiled for one level, one mood and one target. */
export interface Compiled extends CompiledPersonality {
  /** The body of a request to the target. Built when it is asked for. */
  readonly request: Readonly<Record<string, unknown>>;
  /** How each parameter came about: `base 0.95, friend_level +0.2, clamped to 1`. Worked out when it is asked for. */
  readonly explanation: Readonly<Record<string, string>>;
}

/**
 * Everything that is wrong with a personality document, each with its place, and what to write instead. Never throws
 * for a bad document. Needs `await init()` once before.
 */
export function validate(document: Document, options: { strict?: boolean; lint?: boolean } = {}): Validation {
  const { validate } = loadedRuntime();
  return ask(() => validate(bytesOf(document), options.strict ?? false, options.lint ?? true) as Validation);
}

/**
 * A parsed personality, ready to be compiled over and over.
 *
 * Its memory is in the core; it is freed when the object is collected, or at once with `free()` or `using`.
 */
export class Template {
  /** @internal */
  readonly handle: TemplateHandle;

  /** @internal */
  constructor(handle: TemplateHandle) {
    this.handle = handle;
  }

  /** `sha256:` and the hash of the document. */
  get id(): string {
    return this.handle.id;
  }

  /** The document: unknown keys and key order included. */
  get document(): Readonly<Record<string, unknown>> & { readonly persona: object } {
    return JSON.parse(this.handle.document);
  }

  /** {@link document}, so that a template stands for its document wherever one is given. */
  toJSON(): object {
    return this.document;
  }

  /** The personality for one affinity, one mood and one target; see {@link compile}. */
  compile(options: CompileOptions = {}): Compiled {
    const { handle } = this;
    const compiled = ask(() => handle.compile(snakeCase(options)));
    return Object.defineProperties(compiled, {
      request: { get: () => JSON.parse(ask(() => handle.request(snakeCase(options)))), enumerable: true },
      explanation: { get: () => ask(() => handle.explain(snakeCase(options))), enumerable: true },
    }) as Compiled;
  }

  /** Frees the memory in the core. */
  free(): void {
    this.handle.free();
  }

  /** {@link free}, for `using`. */
  [Symbol.dispose](): void {
    this.free();
  }
}

/** Parses a personality document; throws `invalid_template` with all problems. Needs `await init()` once before. */
export function parse(document: Document): Template {
  const { TemplateHandle } = loadedRuntime();
  return new Template(ask(() => new TemplateHandle(bytesOf(document))));
}

/**
 * Template, affinity and mood to parameters and system prompt, for a target. Needs `await init()` once before.
 *
 * @example
 * const { text, temperature } = compile(document, { affinity: 45, mood: "shy", target: "anthropic" });
 */
export function compile(template: Template | Document, options: CompileOptions = {}): Compiled {
  if (template instanceof Template) return template.compile(options);
  return parse(template).compile(options);
}

/** What a message says: sentiment, emotions, interaction, mood triggers. Needs `await init()` once before. */
export function observe(text: string, options: { language?: string; template?: Template } = {}): Observation {
  const { packs } = loadedRuntime();
  const { language, template } = options;
  return ask(() =>
    template
      ? packs.observeFor(text, language, template.handle, observationReader)
      : packs.observe(text, language, observationReader),
  );
}

/** Options are camelCase in JavaScript and snake_case in the format; both are understood. */
function snakeCase(options: object): object {
  const snake = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  return Object.fromEntries(Object.entries(options).map(([name, value]) => [snake(name), value]));
}
