import { ask } from "./ask.ts";
import { bytesOf, type Document } from "./document.ts";
import type { Dialect, LossItem } from "./generated/types.ts";
import { Template } from "./pure.ts";
import { loadedRuntime } from "./runtime.ts";

/** What a conversion gives. */
export interface Converted {
  /** The template. Its `extensions["luminoracore/converted"]` lists what was guessed and keeps what has no place. */
  readonly template: Template;
  /** What the document was; null when it was a template already. */
  readonly dialect: Dialect | null;
  /** What became of each part of the document, and what was added. `defaulted` and `derived` are guesses. */
  readonly report: readonly LossItem[];
}

/**
 * Makes a template of a document of an older dialect: one for which `validate` names a `dialect`. A character card has
 * {@link convertCard}. Needs `await init()` once before.
 *
 * Throws `invalid_template` with all problems for what is neither a template nor of a known dialect.
 *
 * @example
 * const { template, report } = convert(await file.text());
 * const guesses = report.filter(({ action }) => action === "defaulted" || action === "derived");
 */
export function convert(document: Document): Converted {
  const { convert } = loadedRuntime();
  const { template, ...rest } = ask(() => convert(bytesOf(document)));
  return { template: new Template(template), ...rest };
}
