import type { TemplateHandle } from "../build/wasm/core.js";
import { ask } from "./driver.ts";
import type { CompileOptions, Compiled, Observation, Validation } from "./generated/types.ts";
import { loadedRuntime } from "./runtime.ts";

/** A personality document: JSON text, its bytes, or the object. */
export type Document = string | Uint8Array | object;

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
  get document(): Readonly<Record<string, unknown>> {
    return JSON.parse(this.handle.document);
  }

  /** The personality for one affinity, one mood and one target; see {@link compile}. */
  compile(options: CompileOptions = {}): Compiled {
    return ask(() => this.handle.compile(snakeCase(options)) as Compiled);
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
  using parsed = parse(template);
  return parsed.compile(options);
}

/** What a message says: sentiment, emotions, interaction, mood triggers. Needs `await init()` once before. */
export function observe(text: string, options: { language?: string; template?: Template } = {}): Observation {
  const { packs } = loadedRuntime();
  return ask(() => packs.observe(text, options.language, options.template?.handle) as Observation);
}

function bytesOf(document: Document): Uint8Array {
  if (document instanceof Uint8Array) return document;
  return new TextEncoder().encode(typeof document === "string" ? document : JSON.stringify(document));
}

/** Options are camelCase in JavaScript and snake_case in the format; both are understood. */
function snakeCase(options: object): object {
  const snake = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  return Object.fromEntries(Object.entries(options).map(([name, value]) => [snake(name), value]));
}
