import { crc32 } from "../crc32.ts";
import { LuminoraError } from "../errors.ts";
import type { BundleManifest } from "./bundle.ts";
import { decrypt } from "./encryption.ts";
import { type BundleFile, type Source, sourceOf } from "./source.ts";
import { type Entry, readDirectory, readMember, readWhole } from "./zip-reader.ts";

const manifestLimit = 4 << 20;
const signatureLimit = 64 << 10;

/** A bundle whose archive is sound so far, decrypted; what is in it nobody has looked at. */
export interface BundleArchive {
  readonly manifest: Uint8Array<ArrayBuffer>;
  /** What the archive says of the other members, for the core. */
  readonly directory: {
    readonly members: readonly { readonly path: string; readonly bytes: number }[];
    readonly signed: boolean;
  };
  readonly signature: string | undefined;
  read(path: string): AsyncIterable<Uint8Array<ArrayBuffer>>;
}

/** Opens a bundle, with its passphrase where it has one. */
export async function openBundle(file: BundleFile, passphrase: string | undefined): Promise<BundleArchive> {
  let source = await sourceOf(file);
  let entries = await readDirectory(source);
  let manifest = await manifestOf(source, entries);
  const outer = parse(manifest);
  if (outer?.encryption) {
    ({ source, entries } = await decrypt(source, entries, outer, passphrase));
    manifest = await manifestOf(source, entries);
  }
  // Whether it counts shows only now: what is encrypted has something better.
  if (crc32(manifest) !== entries.get("MANIFEST.json")?.crc) {
    throw new LuminoraError("invalid_bundle", "MANIFEST.json in the archive is damaged.", {
      path: "MANIFEST.json",
      hint: "The file was damaged or changed after it was exported. Use another copy of it.",
    });
  }
  const signature = entries.get("SIGNATURE.json");
  const members = [...entries.values()].filter(({ name }) => !/^(MANIFEST|SIGNATURE)/.test(name));
  return {
    manifest,
    directory: {
      members: members.map(({ name, size }) => ({ path: name, bytes: size })),
      signed: signature !== undefined,
    },
    signature: signature && new TextDecoder().decode(await readWhole(source, signature, signatureLimit)),
    read: (path) => readMember(source, entries.get(path) as Entry),
  };
}

async function manifestOf(
  source: Source,
  entries: ReadonlyMap<string, Entry>,
): Promise<Uint8Array<ArrayBuffer>> {
  const entry = entries.get("MANIFEST.json");
  if (entry) return await readWhole(source, entry, manifestLimit, { checksum: false });
  throw new LuminoraError("unsupported_format", "This is no bundle: the archive has no manifest.", {
    path: "MANIFEST.json",
    hint: "Pass the file that exportBundle wrote, as it was.",
  });
}

/** Undefined for what is no object: the core says what is wrong with it. */
function parse(manifest: Uint8Array): { readonly [name: string]: unknown } | undefined {
  try {
    const value: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(manifest));
    return typeof value === "object" && value !== null ? (value as { [name: string]: unknown }) : undefined;
  } catch {
    return undefined;
  }
}

/** A manifest that the core has read. */
export function parsedManifest(manifest: Uint8Array): BundleManifest {
  return JSON.parse(new TextDecoder().decode(manifest)) as BundleManifest;
}
