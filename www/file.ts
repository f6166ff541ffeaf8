import {
  type CardFormat,
  convert,
  convertCard,
  type LossItem,
  LuminoraError,
  type Problem,
  parse,
  type Template,
  validate,
} from "luminoracore";

/** What a file turned out to be. */
export type Opened =
  | {
      readonly kind: "personality";
      readonly template: Template;
      /** Warnings and suggestions. */
      readonly problems: readonly Problem[];
      /** What it was made from, where it was something else. */
      readonly conversion?: Conversion;
    }
  | { readonly kind: "unusable"; readonly problems: readonly Problem[] }
  /** A snapshot or everything: what people took along, to be brought back. */
  | { readonly kind: "taken-along" };

/** How a file became a personality. */
export interface Conversion {
  /** What the file was, as people call it. */
  readonly from: string;
  /** Where each part of it went. */
  readonly report: readonly LossItem[];
}

/**
 * Reads a personality from a file of any kind that can hold one: a template, a document of an older dialect, a
 * character card.
 *
 * @throws LuminoraError when the file cannot be read, or the card in it cannot
 */
export async function readPersonality(file: File): Promise<Opened> {
  if (await isBundle(file)) return { kind: "taken-along" };
  const bytes = await bytesOf(file);
  if (isSnapshot(bytes)) return { kind: "taken-along" };
  const { valid, problems, dialect } = validate(bytes);
  if (valid) return { kind: "personality", template: parse(bytes), problems };
  if (dialect === "cli_template") {
    const { template, report } = convert(bytes);
    return { kind: "personality", template, problems: [], conversion: { from: "an older format", report } };
  }
  try {
    const { template, format, report } = convertCard(bytes);
    return { kind: "personality", template, problems: [], conversion: { from: formats[format], report } };
  } catch (error) {
    // What is neither a card nor a template is most likely meant to be a template.
    if (dialect === "character_card") throw error;
    return { kind: "unusable", problems };
  }
}

const formats: Readonly<Record<CardFormat, string>> = {
  v1: "a character card (V1)",
  v2: "a character card (V2)",
  v3: "a character card (V3)",
  lorebook: "a lorebook",
};

// More than any reader takes; what is larger need not be brought into memory to be refused.
const sizeLimit = 64 << 20;

async function bytesOf(file: File): Promise<Uint8Array> {
  if (/^image\/(?!a?png)/.test(file.type)) {
    throw new LuminoraError("unsupported_format", "Only a PNG picture can hold a character card.", {
      hint: "Pictures lose their card when they are converted: get the PNG from where the card was made.",
    });
  }
  if (file.size > sizeLimit) {
    throw new LuminoraError("too_large", "The file has more than 64 MiB.", {
      hint: "A personality has at most 1 MiB, a card with its pictures at most 64.",
    });
  }
  return read(file);
}

/** Whether a file begins as archives do, in which everything is taken along. */
export async function isArchive(file: File): Promise<boolean> {
  const [first, second] = await read(file.slice(0, 2));
  return first === 0x50 && second === 0x4b;
}

// The directory of a bundle has a few dozen bytes for each of its members, of which there is one for a kind of record.
const directorySize = 4096;

/** Cards come in archives as well: what a bundle is stands in the names of its members, at the end. */
async function isBundle(file: File): Promise<boolean> {
  if (!(await isArchive(file))) return false;
  const directory = await read(file.slice(-directorySize));
  return new TextDecoder().decode(directory).includes("MANIFEST.json");
}

async function read(file: Blob): Promise<Uint8Array> {
  try {
    return new Uint8Array(await file.arrayBuffer());
  } catch (cause) {
    throw new LuminoraError("unsupported_format", "The browser could not read it.", {
      hint: "Is it a folder, or was it moved meanwhile?",
      cause,
    });
  }
}

/** A snapshot holds a whole template and would pass for one; it says what it is before anything else. */
function isSnapshot(bytes: Uint8Array): boolean {
  const start = new TextDecoder().decode(bytes.subarray(0, 200));
  return /^\s*\{\s*"format"\s*:\s*"luminoracore\/snapshot"/.test(start);
}
