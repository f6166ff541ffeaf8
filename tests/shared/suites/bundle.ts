import { expect, it } from "vitest";
import type * as bundle from "../bundle.ts";
import { file } from "../cases.ts";

type Bundle = typeof bundle;

/** The functions of `bundle.ts`, here or in a browser. */
export interface BundleTrials {
  thereAndBack(): ReturnType<Bundle["thereAndBack"]>;
  underPassphrase(): ReturnType<Bundle["underPassphrase"]>;
  signed(): ReturnType<Bundle["signed"]>;
  twoDevices(): ReturnType<Bundle["twoDevices"]>;
  damagedArchives(): ReturnType<Bundle["damagedArchives"]>;
  repeatedText(): ReturnType<Bundle["repeatedText"]>;
  fiveMethods(): ReturnType<Bundle["fiveMethods"]>;
  failingStorage(): ReturnType<Bundle["failingStorage"]>;
  sentences(): ReturnType<Bundle["sentences"]>;
}

/** A person's log as a file, through the public API. */
export function bundleSuite(trials: BundleTrials): void {
  it("bundles: a log goes to another device, comes back, replaces and is replaced", async () => {
    const kinds = ["instance", "memory", "run", "session", "template", "turn"];
    const { reply, heard, ...found } = await trials.thereAndBack();
    expect(found).toEqual({
      members: ["INDEX.jsonl", "MANIFEST.json", ...kinds.map((kind) => `records/${kind}.jsonl`)],
      manifest: {
        format: "luminora.bundle/1",
        owner: "diego",
        selection: { type: "bundle", kinds },
        record_counts: { instance: 1, memory: 6, run: 1, session: 1, template: 1, turn: 2 },
        privacy: { contains_text: true, contains_embeddings: false, anonymized: false },
        encryption: null,
        signed: false,
      },
      samePayload: true,
      // New, changed, erased, in conflict.
      dry: [11, 0, 1, 0],
      afterDry: "[]",
      report: [11, 0, 1, 0],
      twice: [0, 0, 0, 0],
      sameRoot: true,
      back: [3, 0, 0, 0],
      turns: 4,
      replaced: [0, 0, 0, 0],
      replacedRoot: true,
      undone: [3, 0, 0, 0],
      restored: true,
      erasedInStorage: false,
      anas: ["ana"],
    });
    expect(reply).toBe("string");
    expect(heard[0]).toBe(3);
  });

  it("bundles: a passphrase opens what it closed, and nothing else does", async () => {
    const kdf = "MANIFEST.json#/encryption/kdf";
    expect(await trials.underPassphrase()).toEqual({
      opened: true,
      outer: ["created_at", "encryption", "format"],
      cipher: "AES-256-GCM",
      kdf: ["pbkdf2-sha256", 600_000],
      fresh: false,
      readable: false,
      without: "passphrase_required /passphrase",
      wrong: "decrypt_failed",
      empty: "invalid_argument /passphrase",
      changedByte: "decrypt_failed",
      changedTime: "decrypt_failed",
      changedNonce: "decrypt_failed",
      changedSalt: "decrypt_failed",
      shortSalt: `invalid_bundle ${kdf}/salt`,
      tooFew: `out_of_range ${kdf}/params/iterations`,
      tooMany: `out_of_range ${kdf}/params/iterations`,
      noNumber: `out_of_range ${kdf}/params/iterations`,
      otherKdf: `unsupported_format ${kdf}/name`,
      otherCipher: "unsupported_format MANIFEST.json#/encryption/cipher",
      more: "invalid_bundle MANIFEST.json#/encryption",
      unchanged: true,
    });
  });

  it("bundles: where a signature is required, no other file is taken", async () => {
    const refused = "signature_required SIGNATURE.json";
    expect(await trials.signed()).toEqual({
      signature: ["sig", "signer"],
      verified: true,
      stripped: refused,
      strippedInPart: "invalid_bundle SIGNATURE.json",
      garbled: refused,
      otherKey: refused,
      otherName: refused,
      ofAnother: refused,
      ofAnotherTime: refused,
      noKey: "invalid_argument /signers",
      prototype: refused,
      unchanged: true,
      fine: "fine",
      withoutPolicy: "fine",
    });
  });

  it("bundles: two devices become one, and what was erased is nowhere", async () => {
    expect(await trials.twoDevices()).toEqual({ sameRoot: true, sameHistory: true, found: [] });
  });

  it("bundles: a damaged or hostile archive is refused for what it is, and nothing is stored", async () => {
    const turns = "records/turn.jsonl";
    expect(await trials.damagedArchives()).toEqual({
      found: {
        nothing: "unsupported_format",
        "a text": "unsupported_format",
        "a snapshot": "unsupported_format",
        "cut off": "unsupported_format",
        "cut in the middle": "unsupported_format",
        "without its beginning": "unsupported_format",
        "with something before it": "unsupported_format",
        "with something behind it": "unsupported_format",
        "a path that leads out": "invalid_bundle ../../x",
        "an absolute path": "invalid_bundle /etc/passwd",
        "a path with a drive": "invalid_bundle C:\\x",
        "a member in a folder": "invalid_bundle records/deep/turn.jsonl",
        "a folder": "invalid_bundle records/",
        "a member that nobody knows": "invalid_bundle extra.txt",
        "another kind of member": "invalid_bundle records/zebra.jsonl",
        "without a manifest": "unsupported_format MANIFEST.json",
        "without an index": "invalid_bundle INDEX.jsonl",
        "without its turns": `invalid_bundle ${turns}`,
        "a manifest that is no JSON": "unsupported_format MANIFEST.json",
        "a manifest that is a list": "unsupported_format MANIFEST.json#/format",
        "a manifest beyond its limit": "too_large MANIFEST.json",
        "a member twice": "invalid_bundle records/instance.jsonl",
        "a link": `invalid_bundle ${turns}`,
        "a device": `invalid_bundle ${turns}`,
        encrypted: `invalid_bundle ${turns}`,
        "encrypted strongly": `invalid_bundle ${turns}`,
        "packed in another way": `invalid_bundle ${turns}`,
        "packed as something else": `invalid_bundle ${turns}`,
        "longer than it says": `hash_mismatch ${turns}`,
        "shorter than it says": `hash_mismatch ${turns}`,
        "a bomb by its own words": `too_large ${turns}`,
        "more than 1 GiB": `too_large ${turns}`,
        "of 64 bits": `too_large ${turns}`,
        "a header elsewhere": "unsupported_format",
        "a header behind the end": "unsupported_format",
        "members that overlap": "unsupported_format",
        "a wrong checksum": `invalid_bundle ${turns}`,
        "a wrong checksum of the manifest": "invalid_bundle MANIFEST.json",
        "more members than it has": "too_large",
        "a changed byte of a member": "invalid_bundle INDEX.jsonl",
        "a changed text": `hash_mismatch ${turns}#/0`,
        "a string": "invalid_argument /file",
        "packed anew": "fine",
        "not packed": "fine",
      },
      unchanged: true,
      withoutHint: [],
    });
  });

  it("bundles: text that repeats itself is no bomb", async () => {
    expect(await trials.repeatedText()).toEqual({ same: true, readByOthers: true });
  });

  it("bundles: a storage of five methods takes what one takes that takes texts", async () => {
    expect(await trials.fiveMethods()).toEqual({ same: true, leftOutStays: true, batches: 3 });
  });

  it("bundles: a storage that fails keeps what it had, and so does the core", async () => {
    expect(await trials.failingStorage()).toEqual({
      merged: "storage",
      replaced: "storage",
      known: 0,
      unchanged: true,
      fine: "fine",
      stillThere: true,
      unknownMode: "invalid_argument /mode",
      leftOutStays: true,
      reserved: "invalid_owner /user",
      noInstance: "invalid_argument /instance",
      noTime: "invalid_argument /since",
      closed: "disposed",
    });
  });

  it("bundles: are taken and refused as the shared cases say", async () => {
    const cases: { id: string; accepted: boolean }[] = JSON.parse(
      file("tests/cases/mirror/bundle-cases.json"),
    ).cases;
    // There is one schema so far: what becomes of an older one is tested natively, on steps of its own.
    const said = cases.filter(({ id }) => id !== "bn-10").map(({ id, accepted }) => [id, accepted] as const);
    expect(await trials.sentences()).toEqual({ accepted: Object.fromEntries(said), wrong: [] });
  });
}
