import type { TemplateHandle } from "../build/wasm/core.js";
import { isArchive, readEntry, writeArchive } from "./archive.ts";
import { ask } from "./ask.ts";
import { bytesOf, type Document } from "./document.ts";
import { LuminoraError } from "./errors.ts";
import type { CardFormat, LossItem } from "./generated/types.ts";
import { inflate } from "./inflate.ts";
import { parse, Template } from "./pure.ts";
import { loadedRuntime } from "./runtime.ts";

// The file of the card in a CHARX archive.
const CARD = "card.json";

const PICTURES: readonly (readonly [extension: string, start: RegExp])[] = [
  ["png", /^\x89PNG/],
  ["jpeg", /^\xff\xd8\xff/],
  ["webp", /^RIFF....WEBP/s],
  ["gif", /^GIF8/],
];

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
  /**
   * What sort of card: one of the JSON formats, or the file that holds one. "png" is an image with a V2 and a V3 card
   * in it, "charx" an archive with a V3 card. Default: "png" or "charx" when there is an `image`, else the format of
   * the card that the template was, else "v3".
   */
  readonly format?: CardFormat | "png" | "charx";
  /**
   * The file to write into. For "png" a PNG, with or without a card: all else in it stays byte for byte. For "charx" a
   * CHARX archive, whose other files stay, or a picture (PNG, JPEG, WebP, GIF), which becomes the main icon, or
   * nothing.
   */
  readonly image?: Uint8Array;
}

/** A character card as a file. */
export interface CardFile {
  /** The content of the file. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Its media type: `application/json`, `image/png` or `application/zip`. */
  readonly mediaType: string;
  /** What sort of card it is; of the two in an image, the one that counts. */
  readonly format: CardFormat;
  /** Where each part of the template went. */
  readonly report: readonly LossItem[];
}

/**
 * A character card (V1, V2, V3, or a lorebook alone) as a personality: JSON text, its bytes, the object, or the bytes of
 * a PNG image or a CHARX archive with a card in it. Throws `unsupported_format` for what is not a card, `bad_crc` for a
 * damaged file, `too_large` for one that a personality cannot hold, or of more than 64 MiB. Needs `await init()` once
 * before.
 *
 * Nothing of the card is lost: {@link exportCard} writes it again as it was, as long as nobody edits the document.
 *
 * @example
 * const { template, report } = convertCard(await file.bytes());
 * const session = await luminora.createSession({ template });
 */
export function convertCard(source: Document): CardConversion {
  const { convertCard } = loadedRuntime();
  const bytes = bytesOf(source);
  const card = isArchive(bytes) ? readEntry(bytes, CARD) : bytes;
  const { template, ...rest } = ask(() => convertCard(card, inflate));
  return { template: new Template(template), ...rest };
}

/**
 * A personality as a character card that other programs read. What such a card cannot say travels in it unseen, and
 * {@link convertCard} finds it again. Needs `await init()` once before.
 *
 * @example
 * const image = new Uint8Array(await picture.arrayBuffer());
 * const { bytes, mediaType } = exportCard(template, { format: "png", image });
 * const url = URL.createObjectURL(new Blob([bytes], { type: mediaType }));
 */
export function exportCard(template: Template | Document, options: CardExportOptions = {}): CardFile {
  const { handle } = template instanceof Template ? template : parse(template);
  const { exportCard, exportCardPng } = loadedRuntime();
  const { image, ...rest } = options;
  if (image && !(image instanceof Uint8Array)) throw badImage("The image must be a Uint8Array.");
  const format = options.format ?? (image && (isArchive(image) ? "charx" : "png"));
  if (format === "charx") return exportArchive(handle, image);
  if (format === "png") {
    if (!image) throw badImage("A PNG card needs an image to be written into.");
    return ask(() => exportCardPng(handle, image));
  }
  if (image) throw badImage(`A card of format "${format}" holds no image.`);
  return ask(() => exportCard(handle, rest));
}

function exportArchive(handle: TemplateHandle, image: Uint8Array | undefined): CardFile {
  const { exportCard, exportCardWithIcon } = loadedRuntime();
  const base = image && isArchive(image) ? image : undefined;
  const extension = image && !base ? extensionOf(image) : undefined;
  const { bytes, ...rest } = ask(() =>
    extension ? exportCardWithIcon(handle, extension) : exportCard(handle, { format: "v3" }),
  );
  const files: [string, Uint8Array][] = [[CARD, bytes]];
  if (image && extension) files.push([`assets/icon/images/main.${extension}`, image]);
  return { ...rest, bytes: writeArchive(files, base), mediaType: "application/zip" };
}

/** How the name of a picture ends, by how the picture begins. */
function extensionOf(image: Uint8Array): string {
  const start = String.fromCharCode(...image.subarray(0, 12));
  for (const [extension, pattern] of PICTURES) if (pattern.test(start)) return extension;
  throw badImage(
    "The image is neither a picture nor a CHARX archive.",
    "Give a PNG, JPEG, WebP or GIF picture.",
  );
}

function badImage(message: string, hint = 'Give the bytes of a picture, as in { format: "png", image }.') {
  return new LuminoraError("invalid_argument", message, { path: "/image", hint });
}
