import { bytesOf, type Document } from "./document.ts";
import { ask } from "./driver.ts";
import type { CardFormat, LossItem } from "./generated/types.ts";
import { parse, Template } from "./pure.ts";
import { loadedRuntime } from "./runtime.ts";

/** What a character card became. */
export interface CardConversion {
  /** The personality. */
  readonly template: Template;
  /** What sort of card it was. */
  readonly format: CardFormat;
  /** Where each part of the card went. */
  readonly report: readonly LossItem[];
}

/** How to write a character card. */
export interface CardExportOptions {
  /** What sort of card. Default: that of the card that the template was, else "v3". */
  readonly format?: CardFormat;
}

/** A character card as a file. */
export interface CardFile {
  /** The content of the file. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Its media type, for example `application/json`. */
  readonly mediaType: string;
  /** What sort of card it is. */
  readonly format: CardFormat;
  /** Where each part of the template went. */
  readonly report: readonly LossItem[];
}

/**
 * A character card (V1, V2, V3, or a lorebook alone) as a personality: JSON text, its bytes, or the object. Throws
 * `unsupported_format` for what is not a card, `too_large` for one that a personality cannot hold. Needs
 * `await init()` once before.
 *
 * Nothing of the card is lost: {@link exportCard} writes it again as it was, as long as nobody edits the document.
 *
 * @example
 * const { template, report } = convertCard(await file.bytes());
 * const session = await luminora.createSession({ template });
 */
export function convertCard(source: Document): CardConversion {
  const { convertCard } = loadedRuntime();
  const { template, ...rest } = ask(() => convertCard(bytesOf(source)));
  return { template: new Template(template), ...rest };
}

/**
 * A personality as a character card that other programs read. What such a card cannot say travels in it unseen, and
 * {@link convertCard} finds it again. Needs `await init()` once before.
 *
 * @example
 * const { bytes, mediaType } = exportCard(template, { format: "v2" });
 * const url = URL.createObjectURL(new Blob([bytes], { type: mediaType }));
 */
export function exportCard(template: Template | Document, options: CardExportOptions = {}): CardFile {
  const { handle } = template instanceof Template ? template : parse(template);
  const { exportCard } = loadedRuntime();
  return ask(() => exportCard(handle, options));
}
