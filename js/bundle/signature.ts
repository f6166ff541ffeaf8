import { LuminoraError } from "../errors.ts";
import { bytesOf, hex } from "../hex.ts";

/** Who signs a bundle, and with what: a private key of Ed25519, from `crypto.subtle`. */
export interface BundleSigner {
  readonly signer: string;
  readonly key: CryptoKey;
}

/** Whose signatures count: public keys of Ed25519, 32 bytes as hexadecimal digits, by the names of their holders. */
export type BundleSigners = Readonly<Record<string, string>>;

/** The text of `SIGNATURE.json`. */
export async function sign(root: string, { signer, key }: BundleSigner): Promise<string> {
  const signature = await crypto.subtle.sign("Ed25519", key, messageOf(root));
  return JSON.stringify({ sig: hex(new Uint8Array(signature)), signer });
}

/**
 * Refuses a bundle that none of these has signed. Keys in the file count for nothing.
 *
 * @throws LuminoraError `signature_required`
 */
export async function requireSignature(
  root: string,
  text: string | undefined,
  signers: BundleSigners,
): Promise<void> {
  const { signer, sig } = fieldsOf(text);
  const key = typeof signer === "string" && Object.hasOwn(signers, signer) ? signers[signer] : undefined;
  const isHex = typeof sig === "string" && /^[0-9a-f]{128}$/.test(sig);
  if (key && isHex && (await verifies(key, sig, root))) return;
  throw new LuminoraError(
    "signature_required",
    text === undefined
      ? "The bundle is not signed."
      : "The bundle's signature is not that of somebody whose signature counts here.",
    {
      path: "SIGNATURE.json",
      hint: "Import a bundle that one of the signers you named has signed, and that was not changed since.",
    },
  );
}

async function verifies(key: string, signature: string, root: string): Promise<boolean> {
  const publicKey = await crypto.subtle
    .importKey("raw", bytesOf(key), "Ed25519", false, ["verify"])
    .catch((cause: unknown) => {
      throw new LuminoraError("invalid_argument", "A signer's key is not a public key of Ed25519.", {
        path: "/signers",
        cause,
      });
    });
  return await crypto.subtle.verify("Ed25519", publicKey, bytesOf(signature), messageOf(root));
}

/** What is signed: the domain, so that no other signature can stand in, and the root as canonical JSON. */
function messageOf(root: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(`signed-record/1\0bundle\0${JSON.stringify(root)}`);
}

function fieldsOf(text: string | undefined): { readonly signer?: unknown; readonly sig?: unknown } {
  try {
    return JSON.parse(text ?? "{}") ?? {};
  } catch {
    return {};
  }
}
