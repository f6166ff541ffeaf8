// Bundles under a passphrase. PBKDF2 is built into every environment; Argon2id would be 10 KB of wasm that everybody
// loads, for the few who encrypt.
import { LuminoraError } from "../errors.ts";
import { bytesOf, hex } from "../hex.ts";
import type { Random } from "../ports.ts";
import { fileLimit, ofBytes, type Source } from "./source.ts";
import { type Entry, readDirectory, readWhole } from "./zip-reader.ts";
import { storedMember, zip } from "./zip-writer.ts";

const FORMAT = "luminora.bundle/1";
const ITERATIONS = 600_000;
const MOST_ITERATIONS = 10_000_000;

/** What is needed beside the passphrase. */
interface Encryption {
  /** 12 bytes, hexadecimal. */
  readonly nonce: string;
  /** 16 bytes, hexadecimal. */
  readonly salt: string;
  readonly iterations: number;
}

/** The archive as the payload of another one, which says nothing of it but when it was made. */
export async function encrypt(
  archive: Blob,
  passphrase: string,
  createdAt: string,
  random: Random,
): Promise<Blob> {
  const [salt, nonce] = [random(16), random(12)];
  const encryption = { nonce: hex(nonce), salt: hex(salt), iterations: ITERATIONS };
  const manifest = outerManifest(createdAt, encryption);
  const key = await keyOf(passphrase, encryption, "encrypt");
  const payload = await crypto.subtle.encrypt(
    { name: "AES-GCM", iv: bytesOf(encryption.nonce), additionalData: new TextEncoder().encode(manifest) },
    key,
    await archive.arrayBuffer(),
  );
  return zip([storedMember("MANIFEST.json", manifest), storedMember("payload", new Uint8Array(payload))]);
}

/**
 * The archive inside an encrypted one. Of what is wrong with the passphrase or the bytes nothing is told but that it is.
 */
export async function decrypt(
  source: Source,
  entries: ReadonlyMap<string, Entry>,
  manifest: { readonly [name: string]: unknown },
  passphrase: string | undefined,
): Promise<{ source: Source; entries: Map<string, Entry> }> {
  const payload = entries.get("payload");
  if (!payload || entries.size !== 2) {
    throw new LuminoraError(
      "invalid_bundle",
      "An encrypted bundle has its manifest and its payload, and nothing else.",
      {
        path: "payload",
      },
    );
  }
  const [createdAt, encryption] = readOuter(manifest);
  if (passphrase === undefined) {
    throw new LuminoraError("passphrase_required", "The bundle is encrypted.", {
      path: "/passphrase",
      hint: "Pass the passphrase that it was exported with.",
    });
  }
  const key = await keyOf(passphrase, encryption, "decrypt");
  let inner: Source;
  try {
    const decrypted = await crypto.subtle.decrypt(
      {
        name: "AES-GCM",
        iv: bytesOf(encryption.nonce),
        additionalData: new TextEncoder().encode(outerManifest(createdAt, encryption)),
      },
      key,
      await readWhole(source, payload, fileLimit, { checksum: false }),
    );
    inner = ofBytes(new Uint8Array(decrypted));
  } catch {
    throw new LuminoraError("decrypt_failed", "The passphrase is wrong, or the file was changed.", {
      hint: "Try the passphrase again; if it is right, use another copy of the file.",
    });
  }
  return { source: inner, entries: await readDirectory(inner) };
}

/** The manifest outside, as canonical JSON; it is authenticated with the payload. */
function outerManifest(createdAt: string, { nonce, salt, iterations }: Encryption): string {
  // In the order of the canonical form.
  return JSON.stringify({
    created_at: createdAt,
    encryption: {
      cipher: "AES-256-GCM",
      kdf: { name: "pbkdf2-sha256", params: { iterations }, salt },
      nonce,
    },
    format: FORMAT,
  });
}

/** Refuses what costs too much before anything is derived. */
function readOuter(manifest: { readonly [name: string]: unknown }): [createdAt: string, Encryption] {
  const { created_at, encryption, format, ...others } = manifest;
  const { cipher, kdf, nonce, ...more } = fieldsOf(encryption);
  const { name, params, salt, ...further } = fieldsOf(kdf);
  const { iterations, ...rest } = fieldsOf(params);
  const refuse = (
    code: "invalid_bundle" | "unsupported_format" | "out_of_range",
    path: string,
    message: string,
  ) =>
    new LuminoraError(code, message, {
      path: `MANIFEST.json#/encryption${path}`,
      hint: "This library encrypts with AES-256-GCM and derives the key with pbkdf2-sha256.",
    });
  if (cipher !== "AES-256-GCM")
    throw refuse("unsupported_format", "/cipher", "The cipher is not known here.");
  if (name !== "pbkdf2-sha256") {
    throw refuse("unsupported_format", "/kdf/name", "The key is derived in a way that is not known here.");
  }
  if (
    !Number.isInteger(iterations) ||
    !(Number(iterations) >= ITERATIONS && Number(iterations) <= MOST_ITERATIONS)
  ) {
    throw refuse("out_of_range", "/kdf/params/iterations", "600,000 to 10,000,000 iterations are accepted.");
  }
  const isHex = (text: unknown, bytes: number): text is string =>
    typeof text === "string" && text.length === 2 * bytes && /^[0-9a-f]*$/.test(text);
  if (!isHex(salt, 16)) throw refuse("invalid_bundle", "/kdf/salt", "The salt is not 16 bytes.");
  if (!isHex(nonce, 12)) throw refuse("invalid_bundle", "/nonce", "The nonce is not 12 bytes.");
  const unknown = Object.keys({ ...others, ...more, ...further, ...rest })[0];
  if (unknown !== undefined || typeof created_at !== "string" || format !== FORMAT) {
    throw refuse("invalid_bundle", "", "The manifest has more or less than that of an encrypted bundle.");
  }
  return [created_at, { nonce, salt, iterations: Number(iterations) }];
}

function fieldsOf(value: unknown): { readonly [name: string]: unknown } {
  return typeof value === "object" && value !== null ? (value as { [name: string]: unknown }) : {};
}

async function keyOf(
  passphrase: string,
  { salt, iterations }: Encryption,
  use: "encrypt" | "decrypt",
): Promise<CryptoKey> {
  if (typeof passphrase !== "string" || passphrase === "") {
    throw new LuminoraError("invalid_argument", "The passphrase is empty.", { path: "/passphrase" });
  }
  if (!globalThis.crypto?.subtle) {
    throw new LuminoraError("invalid_operation", "This page cannot encrypt.", {
      hint: "Browsers allow it on https and on localhost alone.",
    });
  }
  // Keyboards and systems compose letters differently.
  const secret = new TextEncoder().encode(passphrase.normalize("NFKC"));
  const base = await crypto.subtle.importKey("raw", secret, "PBKDF2", false, ["deriveKey"]);
  return await crypto.subtle.deriveKey(
    { name: "PBKDF2", hash: "SHA-256", salt: bytesOf(salt), iterations },
    base,
    { name: "AES-GCM", length: 256 },
    false,
    [use],
  );
}
